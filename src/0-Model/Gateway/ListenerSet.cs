using System.Text.Json.Serialization;
using k8s.Models;

namespace Usher.Model.Gateway;

/// <summary>More listeners for a Gateway.</summary>
[KubernetesEntity(Group = GatewayApi.Group, ApiVersion = "v1", Kind = "ListenerSet", PluralName = "listenersets")]
public sealed class ListenerSet : GatewayObject<ListenerSetSpec>;

/// <summary>What a ListenerSet says.</summary>
public sealed class ListenerSetSpec
{
    /// <summary>The Gateway.</summary>
    [JsonPropertyName("parentRef")]
    public ParentGatewayReference ParentRef { get; set; } = new();

    /// <summary>Its listeners, 1 to 64 with different names.</summary>
    [JsonPropertyName("listeners")]
    public IList<GatewayListener> Listeners { get; set; } = [];
}

/// <summary>The Gateway that a ListenerSet attaches to.</summary>
public sealed class ParentGatewayReference
{
    /// <summary>Its group.</summary>
    [JsonPropertyName("group")]
    public string Group { get; set; } = GatewayApi.Group;

    /// <summary>Its kind.</summary>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "Gateway";

    /// <summary>Its namespace; null for the ListenerSet's own.</summary>
    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }

    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";
}
