using System.Text.Json.Serialization;
using k8s.Models;

namespace Usher.Model.Gateway;

/// <summary>A class of Gateways: which controller serves them.</summary>
[KubernetesEntity(Group = GatewayApi.Group, ApiVersion = "v1", Kind = "GatewayClass", PluralName = "gatewayclasses")]
public sealed class GatewayClass : GatewayObject<GatewayClassSpec>;

/// <summary>What a GatewayClass says.</summary>
public sealed class GatewayClassSpec
{
    /// <summary>The controller that serves Gateways of this class: a domain, a slash and a path.</summary>
    [JsonPropertyName("controllerName")]
    public string ControllerName { get; set; } = "";

    /// <summary>The controller's own parameters of the class.</summary>
    [JsonPropertyName("parametersRef")]
    public ParametersReference? ParametersRef { get; set; }

    /// <summary>For people, up to 64 characters.</summary>
    [JsonPropertyName("description")]
    public string? Description { get; set; }
}

/// <summary>An object with a controller's own parameters, in any namespace.</summary>
public sealed class ParametersReference
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

    /// <summary>Its namespace; null for a cluster-scoped kind.</summary>
    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }
}
