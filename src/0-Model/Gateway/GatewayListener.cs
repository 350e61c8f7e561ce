using System.Text.Json.Serialization;
using k8s.Models;

namespace Usher.Model.Gateway;

/// <summary>A listener of a Gateway or a ListenerSet.</summary>
public sealed class GatewayListener
{
    /// <summary>Its name, which a parentRef's <c>sectionName</c> means.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>The host it serves, exact or <c>*.example.com</c>; null for every host.</summary>
    [JsonPropertyName("hostname")]
    public string? Hostname { get; set; }

    /// <summary>Its port, 1 to 65535.</summary>
    [JsonPropertyName("port")]
    public int Port { get; set; }

    /// <summary><c>HTTP</c>, <c>HTTPS</c>, <c>TLS</c>, <c>TCP</c>, <c>UDP</c>, or a domain-prefixed name of a controller's own.</summary>
    [JsonPropertyName("protocol")]
    public string Protocol { get; set; } = "";

    /// <summary>Its TLS, with HTTPS and TLS.</summary>
    [JsonPropertyName("tls")]
    public GatewayTls? Tls { get; set; }

    /// <summary>The routes that may attach to it.</summary>
    [JsonPropertyName("allowedRoutes")]
    public AllowedRoutes AllowedRoutes { get; set; } = new();
}

/// <summary>A listener's TLS.</summary>
public sealed class GatewayTls
{
    /// <summary><c>Terminate</c> or <c>Passthrough</c>.</summary>
    [JsonPropertyName("mode")]
    public string Mode { get; set; } = "Terminate";

    /// <summary>The certificates, up to 64, with <c>Terminate</c>.</summary>
    [JsonPropertyName("certificateRefs")]
    public IList<SecretObjectReference> CertificateRefs { get; set; } = [];

    /// <summary>A controller's own options, up to 16.</summary>
    [JsonPropertyName("options")]
    public IDictionary<string, string> Options { get; set; } = new Dictionary<string, string>();
}

/// <summary>The routes that may attach to a listener.</summary>
public sealed class AllowedRoutes
{
    /// <summary>The namespaces they may be in.</summary>
    [JsonPropertyName("namespaces")]
    public RouteNamespaces Namespaces { get; set; } = new();

    /// <summary>Their kinds, up to 8; empty for all that the listener's protocol takes.</summary>
    [JsonPropertyName("kinds")]
    public IList<RouteGroupKind> Kinds { get; set; } = [];
}

/// <summary>The namespaces that routes may be in.</summary>
public sealed class RouteNamespaces
{
    /// <summary><c>All</c>, <c>Selector</c> or <c>Same</c>.</summary>
    [JsonPropertyName("from")]
    public string From { get; set; } = "Same";

    /// <summary>The namespaces' labels, with <c>Selector</c>.</summary>
    [JsonPropertyName("selector")]
    public V1LabelSelector? Selector { get; set; }
}

/// <summary>A kind of route.</summary>
public sealed class RouteGroupKind
{
    /// <summary>Its group.</summary>
    [JsonPropertyName("group")]
    public string Group { get; set; } = GatewayApi.Group;

    /// <summary>Its kind.</summary>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";
}
