namespace Usher.LoadBalancer;

/// <summary>A target's state as DescribeTargetHealth reports it.</summary>
internal enum HealthState
{
    /// <summary>Registered, not yet checked.</summary>
    Initial,

    /// <summary>Passing.</summary>
    Healthy,

    /// <summary>Failing.</summary>
    Unhealthy,

    /// <summary>Failing since a while that is shorter than the group's draining interval; what it carries goes on.</summary>
    UnhealthyDraining,

    /// <summary>Of a group that no rule forwards to: it isn't checked.</summary>
    Unused,

    /// <summary>Deregistered; what it still carries may end.</summary>
    Draining,

    /// <summary>Taken for healthy because nothing runs that could be checked.</summary>
    Assumed,
}

/// <summary>A state with its reason.</summary>
/// <param name="State">The state.</param>
/// <param name="Reason">AWS's reason code (<c>Target.ResponseCodeMismatch</c>), or null when healthy.</param>
/// <param name="Description">What the check got and what it wanted, or null when healthy.</param>
internal sealed record TargetHealth(HealthState State, string? Reason, string? Description)
{
    internal static readonly TargetHealth Initial =
        new(HealthState.Initial, "Elb.InitialHealthChecking", "Initial health checks in progress");

    internal static readonly TargetHealth Healthy = new(HealthState.Healthy, null, null);

    internal static readonly TargetHealth Unused =
        new(HealthState.Unused, "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer");

    internal static readonly TargetHealth ZoneNotEnabled =
        new(HealthState.Unused, "Target.NotInUse", "Target is in an Availability Zone that is not enabled for the load balancer");

    internal static readonly TargetHealth Draining =
        new(HealthState.Draining, "Target.DeregistrationInProgress", "Target deregistration is in progress");

    internal static readonly TargetHealth Assumed = new(HealthState.Assumed, null, "not checked: decided from configuration");

    /// <summary>Whether requests are sent to it while others like it are there.</summary>
    internal bool Usable => State is HealthState.Healthy or HealthState.Assumed;

    /// <summary>The state as AWS spells it.</summary>
    internal string Name => State switch
    {
        HealthState.Initial => "initial",
        HealthState.Healthy => "healthy",
        HealthState.Unhealthy => "unhealthy",
        HealthState.UnhealthyDraining => "unhealthy.draining",
        HealthState.Unused => "unused",
        HealthState.Draining => "draining",
        _ => "assumed healthy",
    };
}
