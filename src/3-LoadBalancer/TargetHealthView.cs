using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>The health of every target for those who only look.</summary>
internal sealed class TargetHealthView(TargetTable table) : ITargetHealth
{
    public IReadOnlyList<TargetHealthReport> All(Generation generation) =>
        [.. (generation.Find<LoadBalancerSnapshot>()?.TargetGroups ?? []).SelectMany(group =>
            group.Targets.Zip(table.Of(group).Targets, (target, state) =>
                Report(group.Name, target.Label, state)))
            .Concat(table.Draining.Select(d => Report(d.Group, d.Target, d.State)))];

    private static TargetHealthReport Report(string group, string target, TargetState state) =>
        new(group, target, state.Health.Name, state.Health.Reason, state.Health.Description, state.Outstanding);

    public IReadOnlyList<ListenerReport> Listeners(Generation generation) =>
        [.. (generation.Find<LoadBalancerSnapshot>()?.Listeners ?? []).Select(l =>
            new ListenerReport(l.LoadBalancerName, l.Arn, l.Https ? "HTTPS" : "HTTP", l.Port, l.Bound))];
}
