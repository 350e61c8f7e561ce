using k8s.Models;

namespace Usher.Model.Desired;

/// <summary>Label selectors (Kubernetes, Labels and Selectors: every requirement must hold).</summary>
public static class LabelSelectors
{
    /// <summary>True for a selector without any requirement.</summary>
    public static bool IsEmpty(V1LabelSelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return selector.MatchLabels is not { Count: > 0 } && selector.MatchExpressions is not { Count: > 0 };
    }

    /// <summary>Whether labels meet a selector.</summary>
    public static bool Matches(V1LabelSelector selector, IDictionary<string, string>? labels)
    {
        ArgumentNullException.ThrowIfNull(selector);
        labels ??= new Dictionary<string, string>();
        return (selector.MatchLabels is null || Has(labels, selector.MatchLabels)) && (selector.MatchExpressions ?? []).All(e => Holds(e, labels));
    }

    /// <summary>Whether all of some labels are there, each with its value.</summary>
    /// <param name="labels">Those that are there; null for none.</param>
    /// <param name="wanted">Those that are wanted.</param>
    public static bool Has(IDictionary<string, string>? labels, IDictionary<string, string> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        foreach (var (key, value) in wanted)
        {
            if (labels is null || !labels.TryGetValue(key, out var found) || found != value) return false;
        }

        return true;
    }

    /// <summary>Whether a Service selects a pod of its namespace: one without a selector selects none (Kubernetes documentation, Service, Services without selectors).</summary>
    public static bool Selects(V1ServiceSpec service, V1Pod pod)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(pod);
        return service.Selector is { Count: > 0 } wanted && Has(pod.Metadata?.Labels, wanted);
    }

    /// <summary>The error for an operator that doesn't exist, or null.</summary>
    public static string? Wrong(V1LabelSelectorRequirement requirement)
    {
        ArgumentNullException.ThrowIfNull(requirement);
        return requirement.OperatorProperty switch
        {
            "In" or "NotIn" when requirement.Values is not { Count: > 0 } => "Required value: must be specified when `operator` is 'In' or 'NotIn'",
            "Exists" or "DoesNotExist" when requirement.Values is { Count: > 0 } => "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            "In" or "NotIn" or "Exists" or "DoesNotExist" => null,
            _ => $"Invalid value: \"{requirement.OperatorProperty}\": not a valid selector operator; use In, NotIn, Exists or DoesNotExist",
        };
    }

    private static bool Holds(V1LabelSelectorRequirement requirement, IDictionary<string, string> labels) => requirement.OperatorProperty switch
    {
        "In" => labels.TryGetValue(requirement.Key, out var value) && requirement.Values?.Contains(value) == true,
        "NotIn" => !labels.TryGetValue(requirement.Key, out var other) || requirement.Values?.Contains(other) != true,
        "Exists" => labels.ContainsKey(requirement.Key),
        "DoesNotExist" => !labels.ContainsKey(requirement.Key),
        _ => false,
    };
}
