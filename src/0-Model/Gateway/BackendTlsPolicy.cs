using System.Text.Json.Serialization;
using k8s.Models;

namespace Usher.Model.Gateway;

/// <summary>TLS towards a backend, and how its certificate is checked.</summary>
[KubernetesEntity(Group = GatewayApi.Group, ApiVersion = "v1", Kind = "BackendTLSPolicy", PluralName = "backendtlspolicies")]
public sealed class BackendTlsPolicy : GatewayObject<BackendTlsPolicySpec>;

/// <summary>What a BackendTLSPolicy says.</summary>
public sealed class BackendTlsPolicySpec
{
    /// <summary>The backends, 1 to 16.</summary>
    [JsonPropertyName("targetRefs")]
    public IList<PolicyTargetReference> TargetRefs { get; set; } = [];

    /// <summary>How their certificates are checked.</summary>
    [JsonPropertyName("validation")]
    public BackendTlsValidation Validation { get; set; } = new();

    /// <summary>A controller's own options, up to 16.</summary>
    [JsonPropertyName("options")]
    public IDictionary<string, string> Options { get; set; } = new Dictionary<string, string>();
}

/// <summary>What a policy applies to, in the same namespace.</summary>
public sealed class PolicyTargetReference
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

    /// <summary>A Service's port name; null for all.</summary>
    [JsonPropertyName("sectionName")]
    public string? SectionName { get; set; }
}

/// <summary>How a backend's certificate is checked.</summary>
public sealed class BackendTlsValidation
{
    /// <summary>The authorities that are trusted, up to 16; otherwise the system's.</summary>
    [JsonPropertyName("caCertificateRefs")]
    public IList<LocalObjectReference> CaCertificateRefs { get; set; } = [];

    /// <summary><c>System</c> for the system's authorities, or a domain-prefixed name of a controller's own.</summary>
    [JsonPropertyName("wellKnownCACertificates")]
    public string? WellKnownCaCertificates { get; set; }

    /// <summary>The server name that is asked for, and that the certificate must have unless <see cref="SubjectAltNames"/> says otherwise.</summary>
    [JsonPropertyName("hostname")]
    public string Hostname { get; set; } = "";

    /// <summary>The names of which the certificate must have one, up to 5.</summary>
    [JsonPropertyName("subjectAltNames")]
    public IList<SubjectAltName> SubjectAltNames { get; set; } = [];
}

/// <summary>A name in a certificate.</summary>
public sealed class SubjectAltName
{
    /// <summary><c>Hostname</c> or <c>URI</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    /// <summary>The host, exact or <c>*.example.com</c>, with <c>Hostname</c>.</summary>
    [JsonPropertyName("hostname")]
    public string? Hostname { get; set; }

    /// <summary>The URI, as <c>spiffe://cluster.example.com/ns/shop/sa/users</c>, with <c>URI</c>.</summary>
    [JsonPropertyName("uri")]
    public string? Uri { get; set; }
}
