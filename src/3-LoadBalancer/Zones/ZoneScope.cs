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

    /// <summary>Whether a target is in it. One whose zone nothing tells is in every scope.</summary>
    internal bool Has(string? target) => Zone is null || target is null or AllZones || target == Zone;
}
