using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Usher.Model.Gateway;

/// <summary>The Gateway API's own names.</summary>
public static class GatewayApi
{
    /// <summary>The group of every kind.</summary>
    public const string Group = "gateway.networking.k8s.io";
}

/// <summary>
/// An object of the Gateway API (v1.6, standard channel). The Kubernetes client has no model of these. A field that isn't written has the default of its CRD,
/// so that every reader sees the object as an API server would keep it.
/// </summary>
/// <typeparam name="TSpec">What it says.</typeparam>
public abstract class GatewayObject<TSpec> : IKubernetesObject<V1ObjectMeta>, ISpec<TSpec>
    where TSpec : new()
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

    /// <inheritdoc/>
    [JsonPropertyName("spec")]
    public TSpec Spec { get; set; } = new();

    /// <summary>May be written and is not read, as an API server ignores the status of an object that is applied: always null.</summary>
    [JsonPropertyName("status")]
    [JsonIgnore]
    public object? Status
    {
        get => null;
        set { }
    }
}
