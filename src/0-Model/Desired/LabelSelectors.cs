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
        return (selector.MatchLabels ?? new Dictionary<string, string>()).All(want => labels.TryGetValue(want.Key, out var value) && value == want.Value)
            && (selector.MatchExpressions ?? []).All(e => Holds(e, labels));
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
