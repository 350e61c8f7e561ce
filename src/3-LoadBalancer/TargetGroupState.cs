using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Usher.LoadBalancer;

/// <summary>One target's living state. Outlives generations while the target stays registered.</summary>
internal sealed class TargetState(TargetHealth health)
{
    private int outstanding;
    private volatile TargetHealth health = health;

    /// <summary>Its health.</summary>
    internal TargetHealth Health
    {
        get => health;
        set => health = value;
    }

    /// <summary>Requests sent to it that aren't answered to the end yet.</summary>
    internal int Outstanding => Volatile.Read(ref outstanding);

    internal void Begin() => Interlocked.Increment(ref outstanding);

    internal void End() => Interlocked.Decrement(ref outstanding);
}

/// <summary>The living state of a target group's targets, in the order of its plan.</summary>
internal sealed class TargetGroupState(ImmutableArray<TargetState> targets)
{
    private long turn = -1;

    internal ImmutableArray<TargetState> Targets { get; } = targets;

    /// <summary>Reads everything that a decision looks at.</summary>
    /// <param name="takeTurn">Whether round robin moves on; false for a look that sends nothing.</param>
    internal GroupReading Read(bool takeTurn)
    {
        var readings = new TargetReading[Targets.Length];
        for (var i = 0; i < readings.Length; i++) readings[i] = new TargetReading(Targets[i].Health, Targets[i].Outstanding);
        return new GroupReading(ImmutableCollectionsMarshal.AsImmutableArray(readings), takeTurn ? Interlocked.Increment(ref turn) : Volatile.Read(ref turn) + 1);
    }
}

/// <summary>What a decision read of one target.</summary>
internal readonly record struct TargetReading(TargetHealth Health, int Outstanding);

/// <summary>What a decision read of a target group: recorded with it, so that it can be replayed.</summary>
/// <param name="Targets">In the order of the plan.</param>
/// <param name="Turn">Counts the group's decisions; round robin goes by it.</param>
internal sealed record GroupReading(ImmutableArray<TargetReading> Targets, long Turn);

/// <summary>The living state of all target groups.</summary>
internal sealed class TargetTable
{
    private readonly ConcurrentDictionary<TargetGroupPlan, TargetGroupState> states = new();
    private readonly ConcurrentDictionary<(string Group, string Target), TargetState> targets = new();

    /// <summary>A group's state. Where no health checks run, every target is assumed healthy.</summary>
    internal TargetGroupState Of(TargetGroupPlan group) => states.TryGetValue(group, out var known) ? known : Assumed(group);

    /// <summary>Makes the state of a generation's groups; a target that stays keeps its own.</summary>
    internal void Prepare(IEnumerable<TargetGroupPlan> groups)
    {
        foreach (var group in groups)
        {
            states[group] = new TargetGroupState(
                [.. group.Targets.Select(t => targets.GetOrAdd((group.Arn, t.Label), _ => new TargetState(TargetHealth.Initial)))]);
        }
    }

    /// <summary>Forgets all groups but these, and their targets.</summary>
    internal void Retain(IReadOnlyCollection<TargetGroupPlan> groups)
    {
        var kept = groups.ToHashSet();
        foreach (var group in states.Keys.Where(g => !kept.Contains(g))) states.TryRemove(group, out _);
        var labels = groups.SelectMany(g => g.Targets.Select(t => (g.Arn, t.Label))).ToHashSet();
        foreach (var target in targets.Keys.Where(t => !labels.Contains(t))) targets.TryRemove(target, out _);
    }

    private static TargetGroupState Assumed(TargetGroupPlan group) =>
        new([.. group.Targets.Select(_ => new TargetState(TargetHealth.Assumed))]);
}
