using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Usher.Model.Contracts;

namespace Usher.LoadBalancer;

/// <summary>One target's living state. Outlives generations while the target stays registered, and after that while it drains.</summary>
internal sealed class TargetState : IDisposable
{
    private readonly CancellationTokenSource cut = new();
    private int outstanding;
    private volatile TargetHealth health;
    private volatile ConnectionCut connections = new();
    private volatile bool drains;
    private long rampsFrom;

    internal TargetState(TargetHealth health)
    {
        this.health = health;
        Cut = cut.Token;
    }

    /// <summary>Its health by its last checks; draining while it drains, whatever a last check says.</summary>
    internal TargetHealth Health
    {
        get => drains ? TargetHealth.Draining : health;
        set => health = value;
    }

    /// <summary>How it compares with the others of a weighted random group; null where its group never was one.</summary>
    internal TargetWatch? Watch { get; private set; }

    /// <summary>Its group is weighted random from now on. What is kept for that stays, as an older generation may still read it.</summary>
    internal void Observe(TimeProvider time) => Watch ??= new TargetWatch(time);

    /// <summary>Requests sent to it that aren't answered to the end yet.</summary>
    internal int Outstanding => Volatile.Read(ref outstanding);

    /// <summary>Fires when its deregistration delay is over.</summary>
    internal CancellationToken Cut { get; }

    /// <summary>Ends the connections that a Network Load Balancer has to it by now.</summary>
    internal ConnectionCut Connections => connections;

    /// <summary>Ends them; those that come later go on.</summary>
    internal void CutConnections(string why)
    {
        var open = connections;
        connections = new ConnectionCut();
        open.Cut(why);
    }

    /// <summary>It is registered no more.</summary>
    internal void Drain() => drains = true;

    /// <summary>It is registered again, as a new target.</summary>
    internal void TakeBack()
    {
        health = TargetHealth.Initial;
        drains = false;
    }

    /// <summary>It has become healthy, and is given less than its share for a while.</summary>
    internal void Ramp(long now) => Volatile.Write(ref rampsFrom, now);

    /// <summary>What it gets of its share now, from 0 to 1: it grows evenly over the slow start.</summary>
    internal double Share(TimeSpan slowStart, TimeProvider time)
    {
        var from = Volatile.Read(ref rampsFrom);
        return from == 0 || slowStart == TimeSpan.Zero ? 1 : Math.Clamp(time.GetElapsedTime(from) / slowStart, 0, 1);
    }

    internal void Begin() => Interlocked.Increment(ref outstanding);

    internal void End() => Interlocked.Decrement(ref outstanding);

    /// <summary>Cuts what it still carries.</summary>
    public void Dispose()
    {
        cut.Cancel();
        cut.Dispose();
    }
}

/// <summary>The living state of a target group's targets, in the order of its plan.</summary>
internal sealed class TargetGroupState(TargetGroupPlan plan, ImmutableArray<TargetState> targets, TimeProvider time)
{
    private readonly TimeSpan slowStart = plan.SlowStart;
    private readonly Turn turn = new();
    private readonly GroupWatch? watch = plan.Algorithm == Algorithm.WeightedRandom ? new(targets, plan.MitigatesAnomalies, time) : null;

    // A node that sends to its own zone alone takes its turns among that zone's targets. Most groups have no such nodes.
    private ConcurrentDictionary<string, Turn>? zones;

    internal ImmutableArray<TargetState> Targets { get; } = targets;

    /// <summary>
    /// A target has become healthy: where the group starts targets slowly and another healthy one has its whole share, this one ramps up (ALB user guide,
    /// Target groups, Slow start mode: the targets of a group that had none healthy don't).
    /// </summary>
    internal void BecameHealthy(TargetState target)
    {
        if (slowStart > TimeSpan.Zero && Targets.Any(t => t != target && t.Health.Usable && t.Share(slowStart, time) >= 1)) target.Ramp(time.GetTimestamp());
    }

    /// <summary>Reads everything that a decision looks at.</summary>
    /// <param name="scope">The targets that the load balancer's node sends to.</param>
    /// <param name="takeTurn">Whether round robin moves on; false for a look that sends nothing.</param>
    internal GroupReading Read(ZoneScope scope, bool takeTurn)
    {
        var standings = watch?.Read();
        var readings = new TargetReading[Targets.Length];
        for (var i = 0; i < readings.Length; i++)
        {
            readings[i] = new TargetReading(
                Targets[i].Health, Targets[i].Outstanding, standings is { } weighed ? weighed[i].Weight : Targets[i].Share(slowStart, time), !scope.Has(plan.Targets[i]));
        }

        var counted = scope.IsZonal ? LazyInitializer.EnsureInitialized(ref zones, static () => new()).GetOrAdd(scope.Zone, static _ => new Turn()) : turn;
        var read = ImmutableCollectionsMarshal.AsImmutableArray(readings);
        return standings is { } told ? new WeighedReading(read, counted.Next(takeTurn), told) : new GroupReading(read, counted.Next(takeTurn));
    }

    /// <summary>How the targets of a weighted random group compare with each other; null in any other group.</summary>
    internal ImmutableArray<TargetStanding>? Standings => watch?.Read();

    /// <summary>How many targets a load balancer's node sends to, and how many of them are healthy.</summary>
    internal (int Registered, int Healthy) Count(ZoneScope scope)
    {
        var (registered, healthy) = (0, 0);
        for (var i = 0; i < Targets.Length; i++)
        {
            if (!scope.Has(plan.Targets[i])) continue;
            registered++;
            if (Targets[i].Health.Usable) healthy++;
        }

        return (registered, healthy);
    }

    /// <summary>Counts decisions.</summary>
    private sealed class Turn
    {
        private long last = -1;

        internal long Next(bool take) => take ? Interlocked.Increment(ref last) : Volatile.Read(ref last) + 1;
    }
}

/// <summary>What a decision read of one target.</summary>
/// <param name="Health">Its health.</param>
/// <param name="Outstanding">Its outstanding requests.</param>
/// <param name="Share">What it gets of its share, below 1 in its slow start or while an anomaly is mitigated.</param>
/// <param name="Elsewhere">Whether it is outside the zone, or zones, that the load balancer's node sends to.</param>
internal readonly record struct TargetReading(TargetHealth Health, int Outstanding, double Share = 1, bool Elsewhere = false)
{
    /// <summary>Whether requests are sent to it.</summary>
    /// <param name="all">Whether all targets are taken for healthy (fail open).</param>
    internal bool Counts(bool all) => !Elsewhere && (all || Health.Usable);
}

/// <summary>What a decision read of a target group: recorded with it, so that it can be replayed.</summary>
/// <param name="Targets">In the order of the plan.</param>
/// <param name="Turn">Counts the group's decisions; round robin goes by it.</param>
internal record GroupReading(ImmutableArray<TargetReading> Targets, long Turn)
{
    /// <summary>How many targets the load balancer's node sends to, healthy or not.</summary>
    internal int Registered => Targets.Count(t => !t.Elsewhere);

    /// <summary>How many of them are healthy.</summary>
    internal int Healthy => Targets.Count(t => t.Counts(all: false));
}

/// <summary>What a decision read of a weighted random group, whose targets are compared with each other.</summary>
internal sealed record WeighedReading(ImmutableArray<TargetReading> Targets, long Turn, ImmutableArray<TargetStanding> Standings) : GroupReading(Targets, Turn);
