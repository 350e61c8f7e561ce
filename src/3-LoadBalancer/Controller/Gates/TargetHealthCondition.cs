using Usher.Model.Contracts;

namespace Usher.LoadBalancer;

/// <summary>
/// What the controller says of a pod's target (its <c>targetgroupbinding</c> package, <c>updateTargetHealthPodCondition</c>): the condition that a readiness gate waits for. Pure.
/// <list type="number">
/// <item>Without its binding a condition that was set, or could have been, is True: the controller opens the gates of a binding that is deleted. One whose binding never was stays unset.</item>
/// <item>A pod that isn't registered has none; one that terminates keeps its last.</item>
/// <item>A target that was healthy keeps its pod ready as long as it is registered: the controller doesn't look at it again.</item>
/// <item>True when the target is healthy; False with the reason and description of DescribeTargetHealth when not.</item>
/// </list>
/// </summary>
internal static class TargetHealthCondition
{
    /// <summary>Of a healthy target.</summary>
    internal static readonly PodConditionStatus Healthy = new(true, null, null);

    /// <summary>Of a binding that is no more.</summary>
    internal static readonly PodConditionStatus Deleted = new(true, null, "Target Group Binding is deleted");

    /// <summary>Decides.</summary>
    /// <param name="last">The condition so far; null when it isn't set.</param>
    /// <param name="bound">Whether the binding and its Service are there.</param>
    /// <param name="wasBound">Whether the binding was there before, or is there without its Service.</param>
    /// <param name="terminating">Whether the pod is being stopped.</param>
    /// <param name="health">The health of the pod's target; null when it isn't registered.</param>
    internal static PodConditionStatus? Of(PodConditionStatus? last, bool bound, bool wasBound, bool terminating, TargetHealth? health)
    {
        // 1.
        if (!bound) return wasBound || last is not null ? Deleted : null;
        // 2.
        if (health is null) return terminating ? last : null;
        // 3.
        if (last == Healthy) return last;
        // 4.
        return health.State == HealthState.Healthy ? Healthy : new PodConditionStatus(false, health.Reason, health.Description);
    }
}
