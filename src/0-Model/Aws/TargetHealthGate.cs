namespace Usher.Model.Aws;

/// <summary>
/// The readiness gates of the AWS Load Balancer Controller (its guide, Pod readiness gate): one for each TargetGroupBinding that has a pod as a target, whose condition the controller sets by the target's health.
/// </summary>
public static class TargetHealthGate
{
    /// <summary>What their condition types begin with.</summary>
    public const string Prefix = "target-health.elbv2.k8s.aws/";

    /// <summary>What those of the controller's first version began with; nothing sets their conditions.</summary>
    public const string LegacyPrefix = "target-health.alb.ingress.k8s.aws";

    /// <summary>The label of the namespaces whose pods get them, with the value <c>enabled</c>.</summary>
    public const string NamespaceLabel = "elbv2.k8s.aws/pod-readiness-gate-inject";

    /// <summary>The condition type of a binding.</summary>
    public static string Of(string binding) => Prefix + binding;

    /// <summary>The name of the binding of a condition type; null for any other type.</summary>
    public static string? Binding(string conditionType)
    {
        ArgumentNullException.ThrowIfNull(conditionType);
        return conditionType.StartsWith(Prefix, StringComparison.Ordinal) ? conditionType[Prefix.Length..] : null;
    }
}
