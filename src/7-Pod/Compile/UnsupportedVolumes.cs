using k8s.Models;

namespace Usher.Pod;

/// <summary>Volumes that a program can't be given here.</summary>
internal static class UnsupportedVolumes
{
    public static IEnumerable<UnsupportedField> Find(V1Volume volume, string field)
    {
        if (Source(volume) is { } source)
        {
            yield return Field($"{field}.{source}", (volume.HostPath is not null ? "a pod gets no folder of this machine" : $"volumes of the type {source} aren't supported")
                + "; supported are configMap, secret, downwardAPI, projected, emptyDir and persistentVolumeClaim. Or run the pod as a stand-in (--stand-in)");
        }

        for (var i = 0; i < (volume.Projected?.Sources?.Count ?? 0); i++)
        {
            var projected = volume.Projected!.Sources![i];
            if (projected.ClusterTrustBundle is not null) yield return Field($"{field}.projected.sources[{i}].clusterTrustBundle", "isn't supported");
            if (projected.PodCertificate is not null) yield return Field($"{field}.projected.sources[{i}].podCertificate", "isn't supported");
        }
    }

    /// <summary>The field of a source of any other type; null for a volume that a program can have, and for one that says two at once.</summary>
    private static string? Source(V1Volume volume)
    {
        if (volume is { EmptyDir: not null } or { PersistentVolumeClaim: not null } or { ConfigMap: not null } or { Secret: not null } or { DownwardAPI: not null } or { Projected: not null }) return null;
        return Sources(volume) is [var only] ? only : null;
    }

    /// <summary>The names of a volume's sources; more than one are refused.</summary>
    public static IReadOnlyList<string> Sources(V1Volume volume) => [.. typeof(V1Volume).GetProperties()
        .Where(p => p.Name != nameof(V1Volume.Name) && p.GetValue(volume) is not null).Select(p => char.ToLowerInvariant(p.Name[0]) + p.Name[1..])];

    private static UnsupportedField Field(string field, string message) => new(field, message) { OnlyForPrograms = true };
}
