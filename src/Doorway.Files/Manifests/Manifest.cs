using Usher.Doorway.Files.Binding;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary>An object that was read. Never changed.</summary>
internal sealed class Manifest(ManifestKind? kind, ResourceKey key, Origin origin, object? value)
{
    private Resource? resource;

    /// <summary>Its kind; null for one of <c>usher.yaml</c>.</summary>
    internal ManifestKind? Kind { get; } = kind;

    /// <summary>Its identity.</summary>
    internal ResourceKey Key { get; } = key;

    /// <summary>Where it is written.</summary>
    internal Origin Origin { get; } = origin;

    /// <summary>The Kubernetes model, the spec of an ACK object, or an image's command; null when it has errors.</summary>
    internal object? Value { get; } = value;

    /// <summary>It as an object of the desired state, the same one each time. Not for one with errors.</summary>
    internal Resource Resource => resource ??= new Resource(Key, Value!, Origin);

    /// <summary>The same object some lines further on.</summary>
    internal Manifest Moved(int lines) =>
        new(Kind, Key, Origin with { Line = Origin.Line + lines, FieldLines = Origin.FieldLines is FieldLines fields ? fields.Moved(lines) : Origin.FieldLines }, Value);
}
