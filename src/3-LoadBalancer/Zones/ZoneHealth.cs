using System.Collections.Frozen;
using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>
/// Which zones of a load balancer are unhealthy in DNS: those in which one of its target groups has fewer healthy targets than <c>target_group_health.dns_failover</c> wants, of the targets that the zone's node sends to
/// (ALB user guide, Target group health: with cross-zone load balancing on all zones fail together, with it off each by itself).
/// </summary>
/// <param name="Nodes">A listener at each of the load balancer's nodes.</param>
/// <param name="Groups">The target groups that its rules forward to.</param>
internal sealed record ZoneHealth(ImmutableArray<IListenerNode> Nodes, ImmutableArray<TargetGroupPlan> Groups)
{
    /// <summary>Of each load balancer.</summary>
    internal static FrozenDictionary<ResourceKey, ZoneHealth> Of(IEnumerable<IListenerNode> listeners) => listeners.GroupBy(l => l.LoadBalancer).ToFrozenDictionary(b => b.Key, b => new ZoneHealth(
        [.. b.DistinctBy(l => l.Bound.Address)],
        [.. b.SelectMany(l => l.Groups).Distinct()]));

    /// <summary>The zones that are; nothing is made for those that aren't.</summary>
    internal IReadOnlyList<FailedZone> Failed(TargetTable table)
    {
        List<FailedZone>? failed = null;
        foreach (var node in Nodes)
        {
            if (Problem(node, table) is { } why) (failed ??= []).Add(new FailedZone(node.Zone, node.Bound.Address, why));
        }

        return failed is null ? [] : failed;
    }

    private string? Problem(IListenerNode node, TargetTable table)
    {
        foreach (var group in Groups)
        {
            var scope = node.ScopeOf(group);
            var (registered, healthy) = table.Of(group).Count(scope);
            if (group.DnsMinimum.Reached(healthy, registered)) continue;
            var found = registered == 0 ? "no registered target" : $"{healthy} of {registered} targets healthy";
            return $"target group {group.Name} has {found}{(scope.IsZonal ? $" in {scope.Zone}" : "")} and wants {group.DnsMinimum} for DNS";
        }

        return null;
    }
}
