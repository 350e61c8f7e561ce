using System.Text.Json.Serialization;

namespace Usher.Model.Gateway;

/// <summary>The Gateway, ListenerSet or Service that a route attaches to.</summary>
public sealed class ParentReference
{
    /// <summary>Its group; empty for the core group.</summary>
    [JsonPropertyName("group")]
    public string Group { get; set; } = GatewayApi.Group;

    /// <summary>Its kind.</summary>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "Gateway";

    /// <summary>Its namespace; null for the route's own.</summary>
    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }

    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>The listener (or a Service's port name); null for all.</summary>
    [JsonPropertyName("sectionName")]
    public string? SectionName { get; set; }

    /// <summary>The listeners' port; null for all.</summary>
    [JsonPropertyName("port")]
    public int? Port { get; set; }
}

/// <summary>A backend.</summary>
public class BackendObjectReference
{
    /// <summary>Its group; empty for the core group.</summary>
    [JsonPropertyName("group")]
    public string Group { get; set; } = "";

    /// <summary>Its kind.</summary>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "Service";

    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>Its namespace; null for the own one.</summary>
    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }

    /// <summary>The Service's port (not the target port); required for a Service.</summary>
    [JsonPropertyName("port")]
    public int? Port { get; set; }
}

/// <summary>A backend with a weight.</summary>
public class BackendRef : BackendObjectReference
{
    /// <summary>Its share of the sum of all weights, 0 to 1,000,000.</summary>
    [JsonPropertyName("weight")]
    public int Weight { get; set; } = 1;
}

/// <summary>A Secret with a certificate.</summary>
public sealed class SecretObjectReference
{
    /// <summary>Its group; empty for the core group.</summary>
    [JsonPropertyName("group")]
    public string Group { get; set; } = "";

    /// <summary>Its kind.</summary>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "Secret";

    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>Its namespace; null for the own one.</summary>
    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }
}

/// <summary>An object.</summary>
public sealed class ObjectReference
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

    /// <summary>Its namespace; null for the own one.</summary>
    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }
}

/// <summary>An object in the same namespace.</summary>
public sealed class LocalObjectReference
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
