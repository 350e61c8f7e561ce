using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>The living endpoints of every Service, as its EndpointSlices would tell them.</summary>
internal sealed class ServiceEndpoints(EndpointTable endpoints) : IServiceEndpoints
{
    /// <inheritdoc/>
    public IReadOnlyList<ServiceEndpoint> Of(Generation generation, ResourceKey service)
    {
        var snapshot = ServiceFronts.Snapshot(generation);
        var all = new List<ServiceEndpoint>();
        foreach (var port in snapshot.PortsOf(service))
        {
            var conditions = endpoints.Of(snapshot, port).Conditions;
            for (var i = 0; i < conditions.Length; i++)
            {
                var (endpoint, condition) = (port.Endpoints[i], conditions[i]);
                all.Add(new ServiceEndpoint(port.Name, endpoint.Declared, endpoint.Bound, endpoint.HostName, condition.Ready, condition.Ready ? null : condition.Message) { Protocol = port.Protocol });
            }
        }

        return all;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ResourceKey> ServicesAt(Generation generation, IPAddress address) => ServiceFronts.Snapshot(generation).ServicesAt(address);
}
