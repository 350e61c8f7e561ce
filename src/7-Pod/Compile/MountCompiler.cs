using System.Collections.Immutable;
using k8s.Models;

namespace Usher.Pod;

/// <summary>A container's <c>volumeMounts</c>.</summary>
internal static class MountCompiler
{
    public static ImmutableArray<MountPlan> Compile(
        V1Container container, string path, IReadOnlyList<VolumePlan> volumes, IReadOnlyDictionary<string, string> variables, PodScene scene)
    {
        var mounts = new List<MountPlan>();
        for (var i = 0; i < (container.VolumeMounts?.Count ?? 0); i++)
        {
            var mount = container.VolumeMounts![i];
            var field = $"{path}.volumeMounts[{i}]";
            if (!CheckPath(mount.MountPath, mounts, $"{field}.mountPath", scene)) continue;
            if (scene.Pod.Value.Spec.Volumes?.Any(v => v.Name == mount.Name) != true) scene.Error($"{field}.name", $"Not found: \"{mount.Name}\"");
            var sub = SubPath(mount, variables, field, scene);

            // One of a type that isn't supported has been reported.
            if (sub is null || volumes.FirstOrDefault(v => v.Name == mount.Name) is not { } volume) continue;
            mounts.Add(new MountPlan(mount.Name, mount.MountPath.TrimEnd('/'), sub,
                mount.ReadOnlyProperty == true || volume is FilesVolume or ClaimVolume { ReadOnly: true }));
        }

        return [.. mounts];
    }

    /// <summary>The variable that names a volume's place to a process.</summary>
    public static string VariableOf(string volume) => $"VOLUME_{volume.ToUpperInvariant().Replace('-', '_')}";

    private static bool CheckPath(string? path, List<MountPlan> others, string field, PodScene scene)
    {
        if (string.IsNullOrEmpty(path)) scene.Error(field, "Required value");
        else if (path.Contains(':', StringComparison.Ordinal)) scene.Error(field, $"Invalid value: \"{path}\": must not contain ':'");
        else if (!path.StartsWith('/') || path.TrimEnd('/').Length == 0 || path.Split('/').Any(p => p is ".." or "."))
        {
            scene.Error(field, $"Invalid value: \"{path}\": must be an absolute path below /, without . and ..");
        }
        else if (others.Exists(o => o.Path == path.TrimEnd('/'))) scene.Error(field, $"Invalid value: \"{path}\": must be unique");
        else return true;
        return false;
    }

    private static string? SubPath(V1VolumeMount mount, IReadOnlyDictionary<string, string> variables, string field, PodScene scene)
    {
        var (text, name) = string.IsNullOrEmpty(mount.SubPathExpr) ? (mount.SubPath ?? "", "subPath") : (Expansion.Expand(mount.SubPathExpr, variables), "subPathExpr");
        if (name == "subPathExpr" && !string.IsNullOrEmpty(mount.SubPath)) scene.Error($"{field}.subPathExpr", "Invalid value: subPathExpr and subPath are mutually exclusive");
        else if (text.StartsWith('/')) scene.Error($"{field}.{name}", $"Invalid value: \"{text}\": must be a relative path");
        else if (text.Split('/').Contains("..")) scene.Error($"{field}.{name}", $"Invalid value: \"{text}\": must not contain '..'");
        else return text.Trim('/');
        return null;
    }
}
