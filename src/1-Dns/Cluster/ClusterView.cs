using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>Everything that a decision of the cluster's DNS reads.</summary>
/// <param name="Cluster">Services and namespaces.</param>
/// <param name="Zones">The hosted zones as the VPC sees them.</param>
/// <param name="Endpoints">The living endpoints.</param>
/// <param name="Health">The targets' health, for hosted zones; null when everything counts as healthy.</param>
internal sealed record ClusterView(ClusterSnapshot Cluster, DnsSnapshot Zones, EndpointReading Endpoints, HealthReading? Health = null);

/// <summary>
/// The living endpoints as one decision reads them: what was read once is kept, so that the decision is replayed from the same.
/// </summary>
internal sealed class EndpointReading(IServiceEndpoints living, Generation generation)
{
    private readonly Dictionary<ResourceKey, IReadOnlyList<ServiceEndpoint>> endpoints = [];
    private readonly Dictionary<IPAddress, IReadOnlyList<ResourceKey>> services = [];
    private (IServiceEndpoints Living, Generation Generation)? source = (living, generation);

    /// <summary>The endpoints of a Service when it was first read.</summary>
    public IReadOnlyList<ServiceEndpoint> Of(ResourceKey service)
    {
        if (endpoints.TryGetValue(service, out var known)) return known;
        return source is var (living, generation) ? endpoints[service] = living.Of(generation, service) : [];
    }

    /// <summary>The Services that may have an endpoint at an address.</summary>
    public IReadOnlyList<ResourceKey> ServicesAt(IPAddress address)
    {
        if (services.TryGetValue(address, out var known)) return known;
        return source is var (living, generation) ? services[address] = living.ServicesAt(generation, address) : [];
    }

    /// <summary>Reads nothing more: what a journey keeps is not to hold a whole generation.</summary>
    public void Seal() => source = null;
}
