using System.Text.Json.Serialization;
using k8s.Models;

namespace Usher.Model.Gateway;

/// <summary>A place where traffic comes in: listeners on addresses.</summary>
[KubernetesEntity(Group = GatewayApi.Group, ApiVersion = "v1", Kind = "Gateway", PluralName = "gateways")]
public sealed class Gateway : GatewayObject<GatewaySpec>;

/// <summary>What a Gateway says.</summary>
public sealed class GatewaySpec
{
    /// <summary>The name of its GatewayClass.</summary>
    [JsonPropertyName("gatewayClassName")]
    public string GatewayClassName { get; set; } = "";

    /// <summary>Its listeners, 1 to 64 with different names.</summary>
    [JsonPropertyName("listeners")]
    public IList<GatewayListener> Listeners { get; set; } = [];

    /// <summary>The addresses that are asked for, up to 16; empty leaves them to the controller.</summary>
    [JsonPropertyName("addresses")]
    public IList<GatewayAddress> Addresses { get; set; } = [];

    /// <summary>What the controller writes on the objects that it makes for this Gateway.</summary>
    [JsonPropertyName("infrastructure")]
    public GatewayInfrastructure? Infrastructure { get; set; }

    /// <summary>Which ListenerSets may attach; null allows none.</summary>
    [JsonPropertyName("allowedListeners")]
    public AllowedListeners? AllowedListeners { get; set; }

    /// <summary>TLS towards clients and towards backends, for all listeners.</summary>
    [JsonPropertyName("tls")]
    public GatewayTlsConfig? Tls { get; set; }
}

/// <summary>An address that a Gateway asks for.</summary>
public sealed class GatewayAddress
{
    /// <summary><c>IPAddress</c>, <c>Hostname</c>, or a domain-prefixed name of a controller's own.</summary>
    [JsonPropertyName("type")]
    public string Type { get; set; } = "IPAddress";

    /// <summary>The address; null or empty asks for any of the type.</summary>
    [JsonPropertyName("value")]
    public string? Value { get; set; }
}

/// <summary>What the controller writes on the objects that it makes for a Gateway.</summary>
public sealed class GatewayInfrastructure
{
    /// <summary>Labels, up to 8.</summary>
    [JsonPropertyName("labels")]
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    /// <summary>Annotations, up to 16.</summary>
    [JsonPropertyName("annotations")]
    public IDictionary<string, string> Annotations { get; set; } = new Dictionary<string, string>();

    /// <summary>The controller's own parameters of this Gateway.</summary>
    [JsonPropertyName("parametersRef")]
    public LocalParametersReference? ParametersRef { get; set; }
}

/// <summary>An object with a controller's own parameters, in the same namespace.</summary>
public sealed class LocalParametersReference
{
    /// <summary>Its group; empty for the core group.</summary>
    [JsonPropertyName("group")]
    public string Group { get; set; } = "";

    /// <summary>Its kind.</summary>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}

/// <summary>Which ListenerSets may attach to a Gateway.</summary>
public sealed class AllowedListeners
{
    /// <summary>The namespaces they may be in.</summary>
    [JsonPropertyName("namespaces")]
    public ListenerNamespaces Namespaces { get; set; } = new();
}

/// <summary>The namespaces that ListenerSets may be in.</summary>
public sealed class ListenerNamespaces
{
    /// <summary><c>All</c>, <c>Selector</c>, <c>Same</c> or <c>None</c>.</summary>
    [JsonPropertyName("from")]
    public string From { get; set; } = "None";

    /// <summary>The namespaces' labels, with <c>Selector</c>.</summary>
    [JsonPropertyName("selector")]
    public V1LabelSelector? Selector { get; set; }
}
