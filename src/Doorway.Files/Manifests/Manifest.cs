using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary>An object that was read.</summary>
/// <param name="Kind">Its kind; null for one of <c>usher.yaml</c>.</param>
/// <param name="Key">Its identity.</param>
/// <param name="Origin">Where it is written.</param>
/// <param name="Value">The Kubernetes model, the spec of an ACK object, or an image's command; null when it has errors.</param>
internal sealed record Manifest(ManifestKind? Kind, ResourceKey Key, Origin Origin, object? Value);
