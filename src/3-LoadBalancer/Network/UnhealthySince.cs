namespace Usher.LoadBalancer;

/// <summary>
/// Since when a target of a Network Load Balancer is unhealthy. Where its connections go on, it is <c>unhealthy.draining</c> for its group's interval before it is <c>unhealthy</c> (NLB user guide, Edit target group attributes, Draining interval).
/// </summary>
internal sealed class UnhealthySince
{
    private long? from;

    /// <summary>The state as it is shown.</summary>
    /// <param name="health">What its checks say.</param>
    /// <param name="group">Its group's; null where that isn't for Network Load Balancers.</param>
    /// <param name="time">The clock.</param>
    internal TargetHealth Of(TargetHealth health, NetworkGroupPlan? group, TimeProvider time)
    {
        if (health.State != HealthState.Unhealthy)
        {
            from = null;
            return health;
        }

        from ??= time.GetTimestamp();
        return group is { CutsUnhealthy: false } && time.GetElapsedTime(from.Value) < group.DrainingInterval ? health with { State = HealthState.UnhealthyDraining } : health;
    }
}
