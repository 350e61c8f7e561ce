using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>A process pod's volumes, with the content of those that are configuration (Volumes; Projected Volumes; Downward API).</summary>
internal static class VolumeCompiler
{
    private const int DefaultMode = 0x1A4; // 0644

    public static ImmutableArray<VolumePlan> Compile(V1PodSpec spec, PodScene scene)
    {
        var volumes = new List<VolumePlan>();
        for (var i = 0; i < (spec.Volumes?.Count ?? 0); i++)
        {
            var volume = spec.Volumes![i];
            var field = $"volumes[{i}]";
            if (string.IsNullOrEmpty(volume.Name)) scene.Error($"{field}.name", "Required value");
            else if (Labels.Problem(volume.Name) is { } problem) scene.Error($"{field}.name", problem);
            else if (volumes.Exists(v => v.Name == volume.Name)) scene.Error($"{field}.name", $"Duplicate value: \"{volume.Name}\"");
            else if (Of(volume, field, scene) is { } plan) volumes.Add(plan);
            if (scene.TakeAwaited() is { } why) scene.Unmounted ??= $"MountVolume.SetUp failed for volume \"{volume.Name}\" : {why}";
        }

        return [.. volumes];
    }

    private static VolumePlan? Of(V1Volume volume, string field, PodScene scene)
    {
        // Volumes without any source are emptyDirs.
        var sources = UnsupportedVolumes.Sources(volume);
        if (sources.Count > 1)
        {
            scene.Error(field, "Forbidden: may not specify more than 1 volume type");
            return null;
        }

        if (sources.Count == 0 || volume.EmptyDir is not null) return new EmptyVolume(volume.Name);
        if (volume.PersistentVolumeClaim is { } claim) return Claim(volume.Name, claim, $"{field}.persistentVolumeClaim", scene);
        var files = new VolumeFiles(scene);
        if (volume.ConfigMap is { } map)
        {
            files.Add("ConfigMap", map.Name, map.Items, map.DefaultMode ?? DefaultMode, map.Optional, $"{field}.configMap", "name");
        }
        else if (volume.Secret is { } secret)
        {
            files.Add("Secret", secret.SecretName, secret.Items, secret.DefaultMode ?? DefaultMode, secret.Optional, $"{field}.secret", "secretName");
        }
        else if (volume.DownwardAPI is { } downward)
        {
            files.Add(downward.Items, downward.DefaultMode ?? DefaultMode, $"{field}.downwardAPI");
        }
        else if (volume.Projected is { } projected)
        {
            for (var i = 0; i < (projected.Sources?.Count ?? 0); i++) Project(projected.Sources![i], projected.DefaultMode ?? DefaultMode, $"{field}.projected.sources[{i}]", files, scene);
        }
        else
        {
            return null;
        }

        return new FilesVolume(volume.Name, files.All);
    }

    private static void Project(V1VolumeProjection source, int mode, string field, VolumeFiles files, PodScene scene)
    {
        if (source.ConfigMap is { } map) files.Add("ConfigMap", map.Name, map.Items, mode, map.Optional, $"{field}.configMap", "name");
        if (source.Secret is { } secret) files.Add("Secret", secret.Name, secret.Items, mode, secret.Optional, $"{field}.secret", "name");
        if (source.DownwardAPI is { } downward) files.Add(downward.Items, mode, $"{field}.downwardAPI");
        if (source.ServiceAccountToken is not null) scene.Warn($"{field}.serviceAccountToken", "has no effect: there is no API server that would take the token, and no file with one");
    }

    private static ClaimVolume? Claim(string name, V1PersistentVolumeClaimVolumeSource claim, string field, PodScene scene)
    {
        if (string.IsNullOrEmpty(claim.ClaimName))
        {
            scene.Error($"{field}.claimName", "Required value");
            return null;
        }

        const string kind = "PersistentVolumeClaim";
        if (scene.Context.State.Find(new ResourceKey("", kind, scene.Pod.Key.Namespace, claim.ClaimName)) is null) ConfigData.Await(kind, claim.ClaimName, $"{field}.claimName", scene);
        return new ClaimVolume(name, claim.ClaimName, claim.ReadOnlyProperty == true);
    }

    /// <summary>Collects a volume's files.</summary>
    private sealed class VolumeFiles(PodScene scene)
    {
        private readonly ImmutableSortedDictionary<string, VolumeFile>.Builder files = ImmutableSortedDictionary.CreateBuilder<string, VolumeFile>(StringComparer.Ordinal);

        public ImmutableSortedDictionary<string, VolumeFile> All => files.ToImmutable();

        /// <summary>The keys of a ConfigMap or Secret: all of them, or those that are listed.</summary>
        public void Add(string kind, string? name, IList<V1KeyToPath>? items, int mode, bool? optional, string field, string nameField)
        {
            CheckMode(mode, $"{field}.defaultMode");
            if (ConfigData.Find(kind, name ?? "", scene) is not { } data)
            {
                if (optional != true) ConfigData.Await(kind, name, $"{field}.{nameField}", scene);
                return;
            }

            // Nobody but the pod's own user has business in a Secret.
            var mask = kind == "Secret" ? 0x1C0 : 0x1FF;
            if (items is not { Count: > 0 })
            {
                foreach (var (key, content) in data) files[key] = new VolumeFile(content, mode & mask);
                return;
            }

            for (var i = 0; i < items.Count; i++)
            {
                if (!CheckPath(items[i].Path, $"{field}.items[{i}].path")) continue;
                CheckMode(items[i].Mode ?? 0, $"{field}.items[{i}].mode");
                if (data.TryGetValue(items[i].Key ?? "", out var content)) files[items[i].Path] = new VolumeFile(content, (items[i].Mode ?? mode) & mask);
                else if (optional != true) scene.Await($"{field}.items[{i}].key", $"references non-existent {(kind == "Secret" ? "secret" : "config")} key: {items[i].Key}");
            }
        }

        /// <summary>Fields of the pod.</summary>
        public void Add(IList<V1DownwardAPIVolumeFile>? items, int mode, string field)
        {
            CheckMode(mode, $"{field}.defaultMode");
            for (var i = 0; i < (items?.Count ?? 0); i++)
            {
                var item = items![i];
                var at = $"{field}.items[{i}]";
                if (!CheckPath(item.Path, $"{at}.path")) continue;
                CheckMode(item.Mode ?? 0, $"{at}.mode");
                var value = item.FieldRef is { } reference ? FieldReferences.Value(reference.FieldPath ?? "", $"{at}.fieldRef.fieldPath", scene, inVolume: true)
                    : item.ResourceFieldRef is { } resource ? FieldReferences.Resource(resource, scene.Container(resource.ContainerName), $"{at}.resourceFieldRef", scene)
                    : Nothing(at);
                if (value is not null) files[item.Path] = new VolumeFile(Encoding.UTF8.GetBytes(value), item.Mode ?? mode);
            }
        }

        private string? Nothing(string field)
        {
            scene.Error(field, "Required value: one of fieldRef and resourceFieldRef is required");
            return null;
        }

        private bool CheckPath(string? path, string field)
        {
            if (string.IsNullOrEmpty(path)) scene.Error(field, "Required value");
            else if (path.StartsWith('/')) scene.Error(field, $"Invalid value: \"{path}\": must be a relative path");
            else if (path.Split('/').Contains("..") || path.StartsWith("..", StringComparison.Ordinal)) scene.Error(field, $"Invalid value: \"{path}\": must not contain '..' or start with it");
            else return true;
            return false;
        }

        private void CheckMode(int mode, string field)
        {
            if (mode is < 0 or > 0x1FF) scene.Error(field, string.Create(CultureInfo.InvariantCulture, $"Invalid value: {mode}: must be a number between 0 and 0777 (octal), both inclusive"));
        }
    }
}
