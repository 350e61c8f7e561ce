using System.Text.Json.Serialization;
using k8s.Models;

namespace Usher.Model.Gateway;

/// <summary>From TLS connections, by server name, to backends.</summary>
[KubernetesEntity(Group = GatewayApi.Group, ApiVersion = "v1", Kind = "TLSRoute", PluralName = "tlsroutes")]
public sealed class TlsRoute : GatewayObject<TlsRouteSpec>;

/// <summary>What a TLSRoute says.</summary>
public sealed class TlsRouteSpec : HostRouteSpec
{
    /// <summary>Its one rule.</summary>
    [JsonPropertyName("rules")]
    public IList<ConnectionRouteRule> Rules { get; set; } = [];
}

/// <summary>From TCP connections to backends.</summary>
[KubernetesEntity(Group = GatewayApi.Group, ApiVersion = "v1", Kind = "TCPRoute", PluralName = "tcproutes")]
public sealed class TcpRoute : GatewayObject<TcpRouteSpec>;

/// <summary>What a TCPRoute says.</summary>
public sealed class TcpRouteSpec : ConnectionRouteSpec;

/// <summary>From UDP flows to backends.</summary>
[KubernetesEntity(Group = GatewayApi.Group, ApiVersion = "v1", Kind = "UDPRoute", PluralName = "udproutes")]
public sealed class UdpRoute : GatewayObject<UdpRouteSpec>;

/// <summary>What a UDPRoute says.</summary>
public sealed class UdpRouteSpec : ConnectionRouteSpec;

/// <summary>What a route that looks at nothing of a connection or flow says.</summary>
public abstract class ConnectionRouteSpec : RouteSpec
{
    /// <summary>Its one rule.</summary>
    [JsonPropertyName("rules")]
    public IList<ConnectionRouteRule> Rules { get; set; } = [];
}

/// <summary>Where connections or flows go.</summary>
public sealed class ConnectionRouteRule
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>The backends, 1 to 16.</summary>
    [JsonPropertyName("backendRefs")]
    public IList<BackendRef> BackendRefs { get; set; } = [];
}
