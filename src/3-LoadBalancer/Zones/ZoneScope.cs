using System.Diagnostics.CodeAnalysis;

namespace Usher.LoadBalancer;

/// <summary>
/// Which of a target group's targets a load balancer's node sends to: with cross-zone load balancing all, without it those of its own zone (ALB and NLB user guides,
/// Cross-zone load balancing for target groups). Pure.
/// </summary>
/// <param name="Zone">The zone that targets have to be in; null for any.</param>
internal readonly record struct ZoneScope(string? Zone)
{
    /// <summary>The zone of a target that every node sends to, as RegisterTargets takes it.</summary>
    internal const string AllZones = "all";

    /// <summary>Every target.</summary>
    internal static ZoneScope All => default;

    /// <summary>Whether it is one zone's.</summary>
    [MemberNotNullWhen(true, nameof(Zone))]
    internal bool IsZonal => Zone is not null;

    /// <summary>The scope of a load balancer's node.</summary>
    /// <param name="group">The target group's <c>load_balancing.cross_zone.enabled</c>; null for <c>use_load_balancer_configuration</c>, its default.</param>
    /// <param name="balancer">Whether the load balancer's own is on: an ALB's always is.</param>
    /// <param name="node">The node's zone; null where the load balancer has no zones.</param>
    internal static ZoneScope Of(bool? group, bool balancer, string? node) => (group ?? balancer) ? All : new ZoneScope(node);

    /// <summary>Whether a target is in it. One whose zone nothing tells is in every scope, one in a zone that isn't the load balancer's in none.</summary>
    internal bool Has(TargetPlan target) => target.InEnabledZone && (Zone is null || target.Zone is null or AllZones || target.Zone == Zone);

    /// <summary>Why a target isn't in it, for a person.</summary>
    internal string Excludes(TargetPlan target) => target.InEnabledZone
        ? $"is in {target.Zone}, and the load balancer's node in {Zone} sends to its own zone alone: cross-zone load balancing is off"
        : $"{TargetHealth.ZoneNotEnabled.Name}: in {target.Zone}, which isn't enabled for the load balancer";

    /// <summary>Where its targets are, after "no registered target".</summary>
    internal string Where => IsZonal ? $" in {Zone}" : " in an enabled zone";

    /// <summary>Why none of a group's targets is in it, and the way out.</summary>
    internal string Empty(TargetGroupPlan group) => group.Targets.Any(t => t.InEnabledZone)
        ? $"target group {group.Name} has no registered target in {Zone}, and cross-zone load balancing is off; register one there, or set load_balancing.cross_zone.enabled to true"
        : $"the targets of group {group.Name} are all in {string.Join(" and ", group.Targets.Select(t => t.Zone).Distinct())}, which isn't enabled for the load balancer; enable it (a subnet there), or register targets elsewhere";
}
