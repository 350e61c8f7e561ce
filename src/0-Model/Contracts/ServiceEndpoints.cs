using System.Net;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>One endpoint of one port of a Service, as an EndpointSlice tells it now.</summary>
/// <param name="PortName">The port's name in the Service; empty for a single unnamed one, and for a headless Service without ports.</param>
/// <param name="Declared">Its address and port in the cluster; port 0 for a headless Service without ports.</param>
/// <param name="Bound">Where it is on this machine.</param>
/// <param name="HostName">The endpoint's <c>hostname</c>: a pod's <c>spec.hostname</c> where its <c>spec.subdomain</c> names the Service; null without one.</param>
/// <param name="Ready">The <c>ready</c> condition; also true where the Service publishes addresses that aren't ready.</param>
/// <param name="Message">Why it isn't ready, for a person; null when it is.</param>
public sealed record ServiceEndpoint(string PortName, IPEndPoint Declared, IPEndPoint Bound, string? HostName, bool Ready, string? Message)
{
    /// <summary><c>TCP</c>, <c>UDP</c> or <c>SCTP</c>.</summary>
    public string Protocol { get; init; } = "TCP";
}

/// <summary>The living endpoints of Services, headless ones included; read by the cluster's DNS, answered by the Services' hop.</summary>
public interface IServiceEndpoints
{
    /// <summary>Every endpoint of a Service now, ready or not, port by port; none for a Service that isn't there. Never waits.</summary>
    IReadOnlyList<ServiceEndpoint> Of(Generation generation, ResourceKey service);

    /// <summary>The Services that may have an endpoint at an address, declared or bound, ordered by namespace and name.</summary>
    IReadOnlyList<ResourceKey> ServicesAt(Generation generation, IPAddress address);
}
