using System.Text.Json.Serialization;
using k8s.Models;

namespace Usher.Model.Gateway;

/// <summary>Lets objects of other namespaces refer to objects of its own.</summary>
[KubernetesEntity(Group = GatewayApi.Group, ApiVersion = "v1", Kind = "ReferenceGrant", PluralName = "referencegrants")]
public sealed class ReferenceGrant : GatewayObject<ReferenceGrantSpec>;

/// <summary>What a ReferenceGrant says.</summary>
public sealed class ReferenceGrantSpec
{
    /// <summary>Who may refer, 1 to 16.</summary>
    [JsonPropertyName("from")]
    public IList<ReferenceGrantFrom> From { get; set; } = [];

    /// <summary>To what, 1 to 16.</summary>
    [JsonPropertyName("to")]
    public IList<ReferenceGrantTo> To { get; set; } = [];
}

/// <summary>Who may refer.</summary>
public sealed class ReferenceGrantFrom
{
    /// <summary>The group; empty for the core group.</summary>
    [JsonPropertyName("group")]
    public string Group { get; set; } = "";

    /// <summary>The kind.</summary>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    /// <summary>The namespace.</summary>
    [JsonPropertyName("namespace")]
    public string Namespace { get; set; } = "";
}

/// <summary>What may be referred to.</summary>
public sealed class ReferenceGrantTo
{
    /// <summary>The group; empty for the core group.</summary>
    [JsonPropertyName("group")]
    public string Group { get; set; } = "";

    /// <summary>The kind.</summary>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    /// <summary>The name; null for all of the kind.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; set; }
}
