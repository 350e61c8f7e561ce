using System.Text.Json;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Usher.Model.Desired;

/// <summary>
/// An object of a kind that somebody else's CustomResourceDefinition makes (cert-manager's ClusterIssuer, Prometheus' ServiceMonitor). As in a cluster where its controller
/// isn't installed, it is kept and nothing is made of it.
/// </summary>
public sealed class CustomResource : IKubernetesObject<V1ObjectMeta>
{
    /// <inheritdoc/>
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = "";

    /// <inheritdoc/>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    /// <inheritdoc/>
    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What else is written, whatever that is: only its own CustomResourceDefinition knows what may be.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Others { get; set; } = [];
}
