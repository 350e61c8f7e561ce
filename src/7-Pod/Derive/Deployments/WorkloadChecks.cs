using System.Globalization;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>What the API server refuses in a workload's spec, in its words.</summary>
internal static class WorkloadChecks
{
    /// <summary>Whether a Deployment can be carried out.</summary>
    public static bool Valid(Resource<V1Deployment> deployment, ErrorList errors)
    {
        var spec = deployment.Value.Spec;
        var before = errors.All.Count;
        Template(deployment.Key, deployment.Origin, spec?.Selector, spec?.Template, spec?.Replicas, "deployment", errors);
        if (spec is null) return false;
        MinReady(deployment.Key, deployment.Origin, spec.MinReadySeconds, errors);
        if (spec.ProgressDeadlineSeconds is { } deadline && deadline <= (spec.MinReadySeconds ?? 0))
        {
            errors.Add(deployment, "spec.progressDeadlineSeconds", $"Invalid value: {deadline}: must be greater than minReadySeconds");
        }

        switch (spec.Strategy?.Type)
        {
            case null or "" or "RollingUpdate":
                Rolling(deployment, spec.Strategy?.RollingUpdate, errors);
                break;
            case "Recreate":
                if (spec.Strategy.RollingUpdate is not null)
                {
                    errors.Add(deployment, "spec.strategy.rollingUpdate", "Forbidden: may not be specified when strategy `type` is 'Recreate'");
                }

                break;
            default:
                errors.Add(deployment, "spec.strategy.type", $"Unsupported value: \"{spec.Strategy.Type}\": supported values: \"Recreate\", \"RollingUpdate\"");
                break;
        }

        return errors.All.Count == before;
    }

    /// <summary>Whether a ReplicaSet that somebody wrote can be carried out.</summary>
    public static bool Valid(Resource<V1ReplicaSet> set, ErrorList errors) =>
        MinReady(set.Key, set.Origin, set.Value.Spec?.MinReadySeconds, errors)
        & Template(set.Key, set.Origin, set.Value.Spec?.Selector, set.Value.Spec?.Template, set.Value.Spec?.Replicas, "ReplicaSet", errors);

    /// <summary>Whether a ReplicationController can be carried out (<c>ValidateReplicationControllerSpec</c>).</summary>
    public static bool Valid(Resource<V1ReplicationController> controller, ErrorList errors)
    {
        var (spec, before) = (controller.Value.Spec, errors.All.Count);
        MinReady(controller.Key, controller.Origin, spec?.MinReadySeconds, errors);
        var selector = new V1LabelSelector { MatchLabels = ReplicationControllers.Selector(spec) };
        var selects = !LabelSelectors.IsEmpty(selector);
        if (!selects) errors.Add(controller, "spec.selector", "Required value");
        if (spec?.Template is null)
        {
            Replicas(controller.Key, controller.Origin, spec?.Replicas, errors);
            errors.Add(controller, "spec.template", "Required value");
            return false;
        }

        Pods(controller.Key, controller.Origin, spec.Template, spec.Replicas, errors);
        if (selects) Selector(controller.Key, controller.Origin, selector, spec.Template, errors);
        return errors.All.Count == before;
    }

    /// <summary>Whether a selector and a template fit, and can be carried out.</summary>
    public static bool Template(
        ResourceKey key, Origin origin, V1LabelSelector? selector, V1PodTemplateSpec? template, int? replicas, string kind, ErrorList errors)
    {
        var before = errors.All.Count;
        Pods(key, origin, template, replicas, errors);
        if (selector is null)
        {
            errors.Add(key, origin, "spec.selector", "Required value");
        }
        else if (LabelSelectors.IsEmpty(selector))
        {
            errors.Add(key, origin, "spec.selector", $"Invalid value: {{}}: empty selector is invalid for {kind}");
        }
        else
        {
            Selector(key, origin, selector, template, errors);
        }

        return errors.All.Count == before;
    }

    private static void Pods(ResourceKey key, Origin origin, V1PodTemplateSpec? template, int? replicas, ErrorList errors)
    {
        Replicas(key, origin, replicas, errors);
        if (template?.Spec?.Containers is not { Count: > 0 }) errors.Add(key, origin, "spec.template.spec.containers", "Required value");
        NoDeadline(key, origin, template, errors);
        if (template?.Spec?.RestartPolicy is { } policy && policy != "Always")
        {
            errors.Add(key, origin, "spec.template.spec.restartPolicy", $"Unsupported value: \"{policy}\": supported values: \"Always\"");
        }
    }

    private static void NoDeadline(ResourceKey key, Origin origin, V1PodTemplateSpec? template, ErrorList errors)
    {
        if (template?.Spec?.ActiveDeadlineSeconds is null) return;
        // A Deployment's template is checked as a ReplicaSet's.
        errors.Add(key, origin, "spec.template.spec.activeDeadlineSeconds", $"Forbidden: activeDeadlineSeconds in {(key.Kind == "Deployment" ? "ReplicaSet" : key.Kind)} is not Supported");
    }

    private static void Replicas(ResourceKey key, Origin origin, int? replicas, ErrorList errors)
    {
        if (replicas < 0) errors.Add(key, origin, "spec.replicas", $"Invalid value: {replicas}: must be greater than or equal to 0");
    }

    private static bool MinReady(ResourceKey key, Origin origin, int? seconds, ErrorList errors)
    {
        if (seconds is null or >= 0) return true;
        errors.Add(key, origin, "spec.minReadySeconds", $"Invalid value: {seconds}: must be greater than or equal to 0");
        return false;
    }

    private static void Selector(ResourceKey key, Origin origin, V1LabelSelector selector, V1PodTemplateSpec? template, ErrorList errors)
    {
        var wrong = false;
        for (var i = 0; i < (selector.MatchExpressions?.Count ?? 0); i++)
        {
            if (LabelSelectors.Wrong(selector.MatchExpressions![i]) is not { } message) continue;
            wrong = true;
            errors.Add(key, origin, $"spec.selector.matchExpressions[{i}]", message);
        }

        var labels = template?.Metadata?.Labels;
        if (wrong || (labels is { Count: > 0 } && LabelSelectors.Matches(selector, labels))) return;
        errors.Add(key, origin, "spec.template.metadata.labels",
            $"Invalid value: {SafeNames.Canonical(labels ?? new Dictionary<string, string>())}: `selector` does not match template `labels`");
    }

    private static void Rolling(Resource<V1Deployment> deployment, V1RollingUpdateDeployment? rolling, ErrorList errors)
    {
        const string field = "spec.strategy.rollingUpdate";
        var fine = Amount(rolling?.MaxUnavailable, $"{field}.maxUnavailable", percentAtMost100: true) & Amount(rolling?.MaxSurge, $"{field}.maxSurge", percentAtMost100: false);
        if (fine && IsZero(rolling?.MaxUnavailable) && IsZero(rolling?.MaxSurge))
        {
            errors.Add(deployment, $"{field}.maxUnavailable", "Invalid value: 0: may not be 0 when `maxSurge` is 0");
        }

        bool Amount(IntOrString? value, string path, bool percentAtMost100)
        {
            if (Wrong(value, percentAtMost100) is not { } message) return true;
            errors.Add(deployment, path, message);
            return false;
        }
    }

    /// <summary>The error of a number of pods or percentage, or null.</summary>
    public static string? Wrong(IntOrString? value, bool percentAtMost100)
    {
        if (value?.Value is not { } text) return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number < 0 ? $"Invalid value: {number}: must be greater than or equal to 0" : null;
        }

        if (!text.EndsWith('%') || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent))
        {
            return $"Invalid value: \"{text}\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%', or '93%')";
        }

        return percentAtMost100 && percent > 100 ? $"Invalid value: \"{text}\": must not be greater than 100%" : null;
    }

    private static bool IsZero(IntOrString? value) => value?.Value is "0" or "0%";
}
