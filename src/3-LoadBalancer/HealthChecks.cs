using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>Checks the targets of the running generation, each in a loop of its own.</summary>
internal sealed class HealthChecks(TargetTable table, IGenerationSource generations, HealthCheckFeed feed, TimeProvider time)
{
    // While a target is new it is asked every second, so that a road that starts doesn't wait for whole intervals.
    private static readonly TimeSpan InitialInterval = TimeSpan.FromSeconds(1);
    private readonly Dictionary<TargetKey, Check> checks = [];

    /// <summary>Checks these groups from now on, and no others. A target that is asked the same as before keeps what it has passed and failed in a row.</summary>
    internal void Follow(IEnumerable<TargetGroupPlan> groups)
    {
        var wanted = new Dictionary<TargetKey, Subject>();
        foreach (var group in groups)
        {
            for (var i = 0; i < group.Targets.Length; i++) if (group.Targets[i].InEnabledZone) wanted.TryAdd(new TargetKey(group.Arn, group.Targets[i].Label), new Subject(group, i));
        }

        foreach (var (key, check) in checks.Where(c => !wanted.TryGetValue(c.Key, out var subject) || !subject.AsksAs(c.Value.Subject)).ToList())
        {
            check.Stop.Cancel();
            checks.Remove(key);
        }

        foreach (var (key, subject) in wanted)
        {
            if (checks.TryGetValue(key, out var running))
            {
                running.Subject = subject;
                continue;
            }

            var check = new Check(subject);
            check.Loop = Task.Run(() => LoopAsync(check, check.Stop.Token), CancellationToken.None);
            checks.Add(key, check);
        }
    }

    internal async Task StopAsync()
    {
        foreach (var check in checks.Values) await check.Stop.CancelAsync();
        await Task.WhenAll(checks.Values.Select(c => c.Loop));
        checks.Clear();
    }

    private async Task LoopAsync(Check check, CancellationToken cancellationToken)
    {
        var plan = check.Subject.Group.HealthCheck;
        var streak = new HealthStreak(plan.HealthyThreshold, plan.UnhealthyThreshold, State(check.Subject).Target.Health);
        var pace = new InitialPace(plan.Interval, time);
        var fall = new UnhealthySince();
        try
        {
            while (true)
            {
                var asked = check.Subject;
                var (began, at, to) = (time.GetTimestamp(), time.GetUtcNow(), From(asked.Group, asked.Target));
                var result = await HealthCheck.RunAsync(asked.Target, plan, to, time, cancellationToken);
                if (feed.IsFollowed) feed.Add(Record(asked, to, at, time.GetElapsedTime(began), result));
                // The generation may have changed meanwhile, and its groups' states with it.
                var (group, target) = State(check.Subject);
                var before = target.Health.State;
                if (before != HealthState.Initial || pace.Counts(result)) table.Note(target, fall.Of(streak.Next(result), check.Subject.Group.Network, time));
                Became(group, target, before, check.Subject.Group.Network);
                await Task.Delay(target.Health.State == HealthState.Initial ? InitialInterval : plan.Interval, time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The target was deregistered, or the road stops.
        }
    }

    private static HealthCheckRecord Record(Subject asked, UpstreamKey to, DateTimeOffset at, TimeSpan latency, CheckResult result) =>
        new(to.Source!, asked.Group.HealthCheck.Type, at, latency, new IPEndPoint(asked.Target.Declared.Address, asked.Target.CheckPort), asked.Group.Name, result.Status, result.Logged);

    /// <summary>What follows when its state has changed.</summary>
    private static void Became(TargetGroupState group, TargetState target, HealthState before, NetworkGroupPlan? network)
    {
        var now = target.Health.State;
        if (now == before) return;
        if (now == HealthState.Healthy) group.BecameHealthy(target);
        if (now == HealthState.Unhealthy && network is { CutsUnhealthy: true }) target.CutConnections("its target became unhealthy");
    }

    private (TargetGroupState Group, TargetState Target) State(Subject subject)
    {
        var states = table.Of(subject.Group);
        return (states, states.Targets[subject.Index]);
    }

    /// <summary>
    /// Where a check goes. It comes from the load balancer that uses the group, from its node in the target's zone where it has one, and speaks TLS as the listener's requests would.
    /// </summary>
    private UpstreamKey From(TargetGroupPlan group, TargetPlan target)
    {
        var snapshot = generations.Current.Find<LoadBalancerSnapshot>();
        var user = snapshot?.Listeners.FirstOrDefault(l => l.Uses(group));
        var tls = !group.HealthCheck.Https ? null : TargetTls.ForChecks(user, group.Version);
        var nodes = snapshot?.Nodes.Where(n => n.Uses(group)).ToList() ?? [];
        var node = nodes.Find(n => n.Arn == nodes[0].Arn && n.Zone == target.Zone) ?? nodes.FirstOrDefault();
        return new UpstreamKey(target.HealthBound, node?.Bound.Address ?? IPAddress.Loopback, tls);
    }

    /// <summary>A target of a generation's group.</summary>
    private sealed record Subject(TargetGroupPlan Group, int Index)
    {
        internal TargetPlan Target => Group.Targets[Index];

        /// <summary>Whether the same is asked of the same place.</summary>
        internal bool AsksAs(Subject other) => Target == other.Target && Group.HealthCheck == other.Group.HealthCheck;
    }

    private sealed class Check(Subject subject)
    {
        private volatile Subject subject = subject;

        /// <summary>The target as the running generation has it.</summary>
        internal Subject Subject
        {
            get => subject;
            set => subject = value;
        }

        internal CancellationTokenSource Stop { get; } = new();

        internal Task Loop { get; set; } = Task.CompletedTask;
    }
}
