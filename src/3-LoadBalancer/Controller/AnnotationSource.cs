using k8s.Models;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>Who says something to the AWS Load Balancer Controller.</summary>
/// <param name="Key">The object.</param>
/// <param name="Origin">Where it is written.</param>
/// <param name="Said">What it says, by the names of annotations without their prefix.</param>
/// <param name="Field">The field in which it says one.</param>
internal sealed record AnnotationSource(ResourceKey Key, Origin Origin, IReadOnlyDictionary<string, string> Said, Func<string, string> Field)
{
    /// <summary>Whether its attributes stand beside those of the others, and beat them key by key, and don't take their place.</summary>
    internal bool Merges { get; init; }

    /// <summary>An object's annotations that begin with a prefix.</summary>
    internal static AnnotationSource Of(ResourceKey key, Origin origin, V1ObjectMeta? metadata, string prefix) => new(
        key, origin,
        (metadata?.Annotations ?? new Dictionary<string, string>()).Where(a => a.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(a => a.Key[prefix.Length..], a => a.Value, StringComparer.Ordinal),
        name => $"metadata.annotations.{prefix}{name}");
}
