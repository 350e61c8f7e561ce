using System.Text.RegularExpressions;

namespace Usher.Pod;

/// <summary>Where a process finds its volumes: <c>VOLUME_NAME</c> in its environment, and <c>$(VOLUME_NAME)</c> in the words of its image's command.</summary>
internal static partial class VolumePaths
{
    /// <summary>The variables of a container: its first mount of each volume.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(PodPlan pod, ContainerPlan container, PodFolders folders) =>
        from mount in container.Mounts
        group mount by mount.Volume into mounts
        let first = mounts.First()
        select KeyValuePair.Create(MountCompiler.VariableOf(mounts.Key), pod.Mounting == MountMode.Namespace ? first.Path : folders.Of(pod, first));

    /// <summary>Puts the places of volumes into a word; everything else stays as it is.</summary>
    public static string Expand(string word, IReadOnlyDictionary<string, string> environment) => word.Contains("$(VOLUME_", StringComparison.Ordinal)
        ? Variable().Replace(word, match => environment.GetValueOrDefault(match.Groups[1].Value, match.Value))
        : word;

    [GeneratedRegex(@"\$\((VOLUME_[A-Z0-9_]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
