using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>The health of every target and zone for those who only look.</summary>
internal sealed class TargetHealthView(TargetTable table) : ITargetHealth
{
    public IReadOnlyList<TargetHealthReport> All(Generation generation) =>
        [.. (generation.Find<LoadBalancerSnapshot>() is { } snapshot ? snapshot.TargetGroups.SelectMany(group => Reports(snapshot, group)) : [])
            .Concat(table.Draining.Select(d => Report(d.Group, d.Target, d.State.Health, d.State)))];

    /// <summary>A registered target's health as DescribeTargetHealth has it.</summary>
    /// <param name="used">Whether some rule forwards to its group.</param>
    /// <param name="target">The target.</param>
    /// <param name="state">Its living state.</param>
    internal static TargetHealth Of(bool used, TargetPlan target, TargetState state) => !used ? TargetHealth.Unused : target.InEnabledZone ? state.Health : TargetHealth.ZoneNotEnabled;

    private IEnumerable<TargetHealthReport> Reports(LoadBalancerSnapshot snapshot, TargetGroupPlan group)
    {
        var used = snapshot.GroupsInUse.Contains(group);
        var state = table.Of(group);
        var standings = state.Standings;
        return group.Targets.Select((target, i) => Report(group.Name, target.Label, Of(used, target, state.Targets[i]), state.Targets[i]) with
        {
            AnomalyDetection = standings?[i] is { } standing ? new AnomalyReport(standing.Result, standing.Mitigated ? "yes" : "no") : null,
        });
    }

    private static TargetHealthReport Report(string group, string target, TargetHealth health, TargetState state) =>
        new(group, target, health.Name, health.Reason, health.Description, state.Outstanding);

    public IReadOnlyList<ListenerReport> Listeners(Generation generation)
    {
        if (generation.Find<LoadBalancerSnapshot>() is not { } snapshot) return [];
        var left = snapshot.Zones.Values.SelectMany(OutOfDns).ToDictionary(z => z.Address, z => z.Why);
        return
        [
            .. snapshot.Nodes.Select(l => new ListenerReport(l.LoadBalancerName, l.Arn, l.ProtocolName, l.Port, l.Bound)
            {
                Zone = l.Zone, OutOfDns = left.GetValueOrDefault(l.Bound.Address),
            }),
        ];
    }

    public IReadOnlyList<FailedZone> FailedZones(Generation generation, ResourceKey loadBalancer) =>
        generation.Find<LoadBalancerSnapshot>()?.Zones.GetValueOrDefault(loadBalancer)?.Failed(table) ?? [];

    /// <summary>The zones that aren't answered; where all have failed, all are.</summary>
    private IReadOnlyList<FailedZone> OutOfDns(ZoneHealth zones) => zones.Failed(table) is var failed && failed.Count < zones.Nodes.Length ? failed : [];
}
