using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>What the API server refuses in a Job's spec, in its words, and what isn't carried out here.</summary>
internal static class JobChecks
{
    /// <summary>Whether a Job can be carried out.</summary>
    public static bool Valid(Resource<V1Job> job, ErrorList errors) => Valid(job.Key, job.Origin, "spec", job.Value.Spec, errors);

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
        Refuse(spec?.BackoffLimitPerIndex is not null, "backoffLimitPerIndex");
        Refuse(spec?.MaxFailedIndexes is not null, "maxFailedIndexes");
        Refuse(spec?.PodFailurePolicy is not null, "podFailurePolicy");
        Refuse(spec?.SuccessPolicy is not null, "successPolicy");
        Refuse(!string.IsNullOrEmpty(spec?.ManagedBy), "managedBy");
        Refuse(spec?.ManualSelector == true, "manualSelector");
        return errors.All.Count == before;

        void NotNegative(long? value, string field)
        {
            if (value < 0) Add(field, $"Invalid value: {value}: must be greater than or equal to 0");
        }

        void Refuse(bool found, string field)
        {
            if (found) Add(field, "isn't supported; take the field away");
        }

        void Add(string field, string message) => errors.Add(key, origin, $"{path}.{field}", message);
    }
}
