namespace Usher.LoadBalancer;

/// <summary>
/// How many healthy targets are enough: to send to them alone (<c>target_group_health.unhealthy_state_routing</c>), or for a zone to be answered by DNS
/// (<c>target_group_health.dns_failover</c>). Where both are set, both have to be reached.
/// </summary>
/// <param name="Count"><c>minimum_healthy_targets.count</c>, 1 when not set; 0 for off.</param>
/// <param name="Percentage"><c>minimum_healthy_targets.percentage</c>, 1–100; 0 for off, the default.</param>
internal readonly record struct HealthyMinimum(int Count, int Percentage)
{
    /// <summary>Whether so many are enough. Of no targets at all no percentage is healthy.</summary>
    internal bool Reached(int healthy, int registered) => healthy >= Count && (Percentage == 0 || (registered > 0 && healthy * 100 >= Percentage * registered));

    public override string ToString() => Percentage == 0 ? $"{Count}" : Count == 0 ? $"{Percentage} %" : $"{Count} and {Percentage} %";
}
