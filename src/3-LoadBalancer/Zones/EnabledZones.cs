using System.Collections.Frozen;
using Usher.Model.Aws;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// The Availability Zones of the load balancers that forward to a target group. A target in another one is <c>unused</c> (ALB user guide, Health checks for target groups, Target health status: <c>Target.NotInUse</c>,
/// "Target is in an Availability Zone that is not enabled for the load balancer").
/// </summary>
internal sealed class EnabledZones
{
    private readonly FrozenDictionary<string, FrozenSet<string>> zones;

    internal EnabledZones(CompileContext context)
    {
        var balancers = context.State.All<Model.Aws.LoadBalancer>().GroupBy(b => b.Value.LoadBalancerArn).ToDictionary(g => g.Key, g => g.First().Value.AvailabilityZones, StringComparer.Ordinal);
        var listeners = context.State.All<Listener>().GroupBy(l => l.Value.ListenerArn).ToDictionary(g => g.Key, g => g.First().Value.LoadBalancerArn, StringComparer.Ordinal);
        var forwards = context.State.All<Listener>().SelectMany(l => Groups(l.Value.DefaultActions), (l, group) => (Balancer: l.Value.LoadBalancerArn, Group: group))
            .Concat(context.State.All<ListenerRule>().Where(r => listeners.ContainsKey(r.Value.ListenerArn)).SelectMany(r => Groups(r.Value.Actions), (r, group) => (Balancer: listeners[r.Value.ListenerArn], Group: group)));
        zones = forwards.GroupBy(f => f.Group).ToFrozenDictionary(
            g => g.Key, g => g.Select(f => f.Balancer).Distinct().SelectMany(arn => balancers.GetValueOrDefault(arn, [])).ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    /// <summary>Whether a target of a group is in one. One whose zone nothing tells is, and so are those of groups and load balancers that have no zones.</summary>
    internal bool Has(string group, string? zone) => zone is null or ZoneScope.AllZones || !zones.TryGetValue(group, out var enabled) || enabled.Count == 0 || enabled.Contains(zone);

    private static IEnumerable<string> Groups(IEnumerable<RuleAction> actions) => actions.SelectMany(a => a.TargetGroups).Select(t => t.TargetGroupArn).Distinct();
}
