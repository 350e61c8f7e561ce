using System.Net;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>Checks the targets of the running generation, each in a loop of its own.</summary>
internal sealed class HealthChecks(TargetTable table, IGenerationSource generations, TimeProvider time)
{
    // While a target is new it is asked every second, so that a road that starts doesn't wait for whole intervals.
    private static readonly TimeSpan InitialInterval = TimeSpan.FromSeconds(1);
    private readonly Dictionary<(TargetGroupPlan Group, int Target), (CancellationTokenSource Stop, Task Loop)> loops = [];

    /// <summary>Checks these groups from now on, and no others.</summary>
    internal void Follow(IEnumerable<TargetGroupPlan> groups)
    {
        var wanted = groups.SelectMany(g => Enumerable.Range(0, g.Targets.Length).Select(i => (Group: g, Target: i))).ToHashSet();
        foreach (var (key, loop) in loops.Where(l => !wanted.Contains(l.Key)).ToList())
        {
            loop.Stop.Cancel();
            loops.Remove(key);
        }

        foreach (var key in wanted.Where(k => !loops.ContainsKey(k)))
        {
            var stop = new CancellationTokenSource();
            loops.Add(key, (stop, Task.Run(() => LoopAsync(key.Group, key.Target, stop.Token), CancellationToken.None)));
        }
    }

    internal async Task StopAsync()
    {
        foreach (var loop in loops.Values) await loop.Stop.CancelAsync();
        await Task.WhenAll(loops.Values.Select(l => l.Loop));
        loops.Clear();
    }

    private async Task LoopAsync(TargetGroupPlan group, int index, CancellationToken cancellationToken)
    {
        var states = table.Of(group);
        var state = states.Targets[index];
        var streak = new HealthStreak(group.HealthCheck.HealthyThreshold, group.HealthCheck.UnhealthyThreshold, state.Health);
        var pace = new InitialPace(group.HealthCheck.Interval, time);
        try
        {
            while (true)
            {
                var result = await HealthCheck.RunAsync(group.Targets[index], group.HealthCheck, From(group, group.Targets[index]), time, cancellationToken);
                var before = state.Health.State;
                if (before != HealthState.Initial || pace.Counts(result)) state.Health = streak.Next(result);
                if (before != HealthState.Healthy && state.Health.State == HealthState.Healthy) states.BecameHealthy(state);
                var pause = state.Health.State == HealthState.Initial ? InitialInterval : group.HealthCheck.Interval;
                await Task.Delay(pause, time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The target was deregistered, or the road stops.
        }
    }

    /// <summary>Where a check goes. It comes from the load balancer that uses the group, and speaks TLS as the listener's requests would.</summary>
    private UpstreamKey From(TargetGroupPlan group, TargetPlan target)
    {
        var listeners = generations.Current.Find<LoadBalancerSnapshot>()?.Listeners ?? [];
        var user = listeners.FirstOrDefault(l => l.Rules.Any(r => r.Action is ForwardPlan forward && forward.Groups.Any(g => g.Group == group)));
        var tls = !group.HealthCheck.Https ? null : TargetTls.ForChecks(user);
        return new UpstreamKey(target.HealthBound, user?.Bound.Address ?? IPAddress.Loopback, tls);
    }
}
