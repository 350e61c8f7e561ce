using System.Net;
using Usher.Model.Contracts;

namespace Usher.Dns;

/// <summary>One thing that a name of the cluster stands for.</summary>
/// <param name="Service">The Service; null for a pod's address.</param>
internal sealed record ClusterHost(ClusterService? Service)
{
    /// <summary>Its bound address; null for another name.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The name that it stands for; null for an address.</summary>
    public DomainName? External { get; init; }

    /// <summary>The bound port; null where the Service has no ports.</summary>
    public int? Port { get; init; }

    /// <summary>The endpoint's own label below the Service; null for the Service itself.</summary>
    public string? Label { get; init; }

    /// <summary>The name that an SRV record leads to.</summary>
    public DomainName Target => External ?? (Label is null ? ClusterZone.NameOf(Service!.Key) : DomainName.Of($"{Label}.{ClusterZone.NameOf(Service!.Key)}"));

    /// <summary>The label of an endpoint: its host name, or its declared address with dashes.</summary>
    public static string LabelOf(ServiceEndpoint endpoint) => endpoint.HostName ?? endpoint.Declared.Address.ToString().Replace('.', '-').Replace(':', '-');
}
