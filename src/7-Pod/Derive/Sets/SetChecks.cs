using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>What the API server refuses in a StatefulSet's or DaemonSet's spec, in its words.</summary>
internal static class SetChecks
{
    /// <summary>Whether a StatefulSet can be carried out.</summary>
    public static bool Valid(Resource<V1StatefulSet> set, ErrorList errors)
    {
        var spec = set.Value.Spec;
        var before = errors.All.Count;
        WorkloadChecks.Template(set.Key, set.Origin, spec?.Selector, spec?.Template, spec?.Replicas, "StatefulSet", errors);
        if (spec?.PodManagementPolicy is { Length: > 0 } policy and not ("OrderedReady" or "Parallel"))
        {
            errors.Add(set, "spec.podManagementPolicy", $"Unsupported value: \"{policy}\": supported values: \"OrderedReady\", \"Parallel\"");
        }

        UpdateType(set.Key, set.Origin, spec?.UpdateStrategy?.Type, errors);
        if (spec?.UpdateStrategy?.RollingUpdate?.Partition is { } partition && partition < 0)
        {
            errors.Add(set, "spec.updateStrategy.rollingUpdate.partition", $"Invalid value: {partition}: must be greater than or equal to 0");
        }

        if (WorkloadChecks.Wrong(spec?.UpdateStrategy?.RollingUpdate?.MaxUnavailable, percentAtMost100: true) is { } unavailable) errors.Add(set, "spec.updateStrategy.rollingUpdate.maxUnavailable", unavailable);
        if (spec?.Ordinals?.Start < 0) errors.Add(set, "spec.ordinals.start", $"Invalid value: {spec.Ordinals.Start}: must be greater than or equal to 0");
        for (var i = 0; i < (spec?.VolumeClaimTemplates?.Count ?? 0); i++)
        {
            if (string.IsNullOrEmpty(spec!.VolumeClaimTemplates[i].Metadata?.Name)) errors.Add(set, $"spec.volumeClaimTemplates[{i}].metadata.name", "Required value");
        }

        return errors.All.Count == before;
    }

    /// <summary>Whether a DaemonSet can be carried out.</summary>
    public static bool Valid(Resource<V1DaemonSet> set, ErrorList errors)
    {
        const string field = "spec.updateStrategy.rollingUpdate";
        var spec = set.Value.Spec;
        var before = errors.All.Count;
        WorkloadChecks.Template(set.Key, set.Origin, spec?.Selector, spec?.Template, null, "DaemonSet", errors);
        UpdateType(set.Key, set.Origin, spec?.UpdateStrategy?.Type, errors);
        var rolling = spec?.UpdateStrategy?.RollingUpdate;
        if (WorkloadChecks.Wrong(rolling?.MaxUnavailable, percentAtMost100: true) is { } unavailable) errors.Add(set, $"{field}.maxUnavailable", unavailable);
        if (WorkloadChecks.Wrong(rolling?.MaxSurge, percentAtMost100: true) is { } surge) errors.Add(set, $"{field}.maxSurge", surge);
        var surges = rolling?.MaxSurge?.Value is not (null or "0" or "0%");
        var takes = rolling?.MaxUnavailable?.Value is not ("0" or "0%");
        if (surges && takes) errors.Add(set, $"{field}.maxSurge", "Invalid value: may not be set when `maxUnavailable` is non-zero (it is 1 unless written)");
        if (!surges && !takes) errors.Add(set, $"{field}.maxUnavailable", "Invalid value: 0: may not be 0 when `maxSurge` is 0");
        return errors.All.Count == before;
    }

    private static void UpdateType(ResourceKey key, Origin origin, string? type, ErrorList errors)
    {
        if (type is null or "" or "RollingUpdate" or "OnDelete") return;
        errors.Add(key, origin, "spec.updateStrategy.type", $"Unsupported value: \"{type}\": supported values: \"OnDelete\", \"RollingUpdate\"");
    }
}
