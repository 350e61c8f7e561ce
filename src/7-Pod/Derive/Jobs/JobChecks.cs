using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>What the API server refuses in a Job's spec, in its words, and what it takes and isn't carried out here.</summary>
internal static class JobChecks
{
    /// <summary>Whether a Job can be carried out.</summary>
    public static bool Valid(Resource<V1Job> job, ErrorList errors) => Valid(job.Key, job.Origin, "spec", job.Value.Spec, errors);

    /// <summary>The fields that would change what a Job does and that nothing here carries out.</summary>
    public static IEnumerable<(string Field, string Message)> Unsupported(V1JobSpec spec)
    {
        foreach (var (field, found) in new[]
        {
            ("backoffLimitPerIndex", spec.BackoffLimitPerIndex is not null), ("maxFailedIndexes", spec.MaxFailedIndexes is not null), ("podFailurePolicy", spec.PodFailurePolicy is not null),
            ("successPolicy", spec.SuccessPolicy is not null), ("manualSelector", spec.ManualSelector == true),
        })
        {
            if (found) yield return (field, "isn't supported");
        }

        if (spec.ManagedBy is { Length: > 0 } other and not "kubernetes.io/job-controller") yield return ("managedBy", $"\"{other}\" isn't run here");
    }

    /// <summary>Whether the spec at a path can be carried out.</summary>
    public static bool Valid(ResourceKey key, Origin origin, string path, V1JobSpec? spec, ErrorList errors)
    {
        var before = errors.All.Count;
        if (spec?.Template?.Spec?.Containers is not { Count: > 0 }) Add("template.spec.containers", "Required value");
        if (spec?.Template?.Spec is { } pod && pod.RestartPolicy is not ("OnFailure" or "Never"))
        {
            Add("template.spec.restartPolicy", $"Unsupported value: \"{pod.RestartPolicy ?? "Always"}\": supported values: \"OnFailure\", \"Never\"");
        }

        NotNegative(spec?.Completions, "completions");
        NotNegative(spec?.Parallelism, "parallelism");
        NotNegative(spec?.BackoffLimit, "backoffLimit");
        NotNegative(spec?.ActiveDeadlineSeconds, "activeDeadlineSeconds");
        NotNegative(spec?.TtlSecondsAfterFinished, "ttlSecondsAfterFinished");
        if (spec?.CompletionMode is { Length: > 0 } mode and not ("NonIndexed" or "Indexed"))
        {
            Add("completionMode", $"Unsupported value: \"{mode}\": supported values: \"Indexed\", \"NonIndexed\"");
        }

        if (spec is { CompletionMode: "Indexed", Completions: null }) Add("completions", "Required value: when completion mode is Indexed");
        return errors.All.Count == before;

        void NotNegative(long? value, string field)
        {
            if (value < 0) Add(field, $"Invalid value: {value}: must be greater than or equal to 0");
        }

        void Add(string field, string message) => errors.Add(key, origin, $"{path}.{field}", message);
    }
}
