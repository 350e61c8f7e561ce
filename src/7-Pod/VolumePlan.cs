using System.Collections.Immutable;

namespace Usher.Pod;

/// <summary>A volume of a process pod.</summary>
/// <param name="Name">As the pod's spec names it.</param>
internal abstract record VolumePlan(string Name);

/// <summary>Files whose content is configuration: <c>configMap</c>, <c>secret</c>, <c>downwardAPI</c>, <c>projected</c>. Always read-only.</summary>
/// <param name="Name">As the pod's spec names it.</param>
/// <param name="Files">By path, relative to the volume.</param>
internal sealed record FilesVolume(string Name, ImmutableSortedDictionary<string, VolumeFile> Files) : VolumePlan(Name);

/// <summary><c>emptyDir</c>: a folder that lives as long as the pod.</summary>
/// <param name="Name">As the pod's spec names it.</param>
internal sealed record EmptyVolume(string Name) : VolumePlan(Name);

/// <summary><c>persistentVolumeClaim</c>: a folder of the claim, kept between runs.</summary>
/// <param name="Name">As the pod's spec names it.</param>
/// <param name="Claim">The claim's name, in the pod's namespace.</param>
/// <param name="ReadOnly"><c>readOnly</c> of the volume.</param>
internal sealed record ClaimVolume(string Name, string Claim, bool ReadOnly) : VolumePlan(Name);

/// <summary>A file of a volume. Its content may come from a Secret, so that it is never printed.</summary>
internal sealed class VolumeFile(byte[] content, int mode) : IEquatable<VolumeFile>
{
    /// <summary>Permissions, 0 to 0777.</summary>
    public int Mode { get; } = mode;

    public ReadOnlySpan<byte> Reveal() => content;

    /// <inheritdoc/>
    public bool Equals(VolumeFile? other) => other is not null && other.Mode == Mode && other.Reveal().SequenceEqual(content);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VolumeFile);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mode, content.Length);

    /// <inheritdoc/>
    public override string ToString() => $"[redacted] {content.Length} bytes, mode {Convert.ToString(Mode, 8)}";
}

/// <summary>Where a container has a volume.</summary>
/// <param name="Volume">The volume's name.</param>
/// <param name="Path">Absolute, in the container.</param>
/// <param name="SubPath">What of the volume is mounted; empty for all of it.</param>
/// <param name="ReadOnly">Whether the container may not write to it.</param>
internal sealed record MountPlan(string Volume, string Path, string SubPath, bool ReadOnly);
