using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Usher.LoadBalancer;

/// <summary>The living state of all target groups, and of targets that were taken away and still drain.</summary>
internal sealed class TargetTable(TimeProvider? time = null) : IDisposable
{
    private readonly ConcurrentDictionary<TargetGroupPlan, TargetGroupState> states = new();
    private readonly ConcurrentDictionary<TargetKey, TargetState> targets = new();
    private readonly TimeProvider clock = time ?? TimeProvider.System;
    private readonly DrainingTargets draining = new(time ?? TimeProvider.System);
    private Dictionary<TargetKey, TargetGroupPlan> registered = [];

    /// <summary>The stickiness cookies, whose key lives as long as this.</summary>
    internal StickyCookies Cookies { get; } = new(time ?? TimeProvider.System);

    /// <summary>Raised after the health of a target has changed by its checks; handlers must not wait.</summary>
    internal event Action<TargetState>? HealthChanged;

    /// <summary>Notes what a check makes of a target's health.</summary>
    internal void Note(TargetState target, TargetHealth health)
    {
        if (target.Health == health) return;
        target.Health = health;
        HealthChanged?.Invoke(target);
    }

    /// <summary>Targets that were taken away and whose deregistration delay isn't over.</summary>
    internal IEnumerable<DrainingTarget> Draining => draining.All;

    /// <summary>A group's state. Where no health checks run, every target is assumed healthy.</summary>
    internal TargetGroupState Of(TargetGroupPlan group) => states.TryGetValue(group, out var known) ? known : Assumed(group);

    /// <summary>Makes the state of a generation's groups; a target that stays, or comes back while it drains, keeps its own.</summary>
    internal void Prepare(IEnumerable<TargetGroupPlan> groups)
    {
        foreach (var group in groups)
        {
            states[group] = State(group, [.. group.Targets.Select(t => targets.GetOrAdd(new(group.Arn, t.Label), k => draining.Find(k) ?? new TargetState(TargetHealth.Initial)))]);
        }
    }

    /// <summary>
    /// From now on these groups run. Targets that are registered no more drain; the last generation's states stay for requests that have decided
    /// by it and not begun yet.
    /// </summary>
    internal void Retain(IReadOnlyCollection<TargetGroupPlan> groups)
    {
        var before = registered;
        registered = groups.SelectMany(g => g.Targets.Select(t => (Key: new TargetKey(g.Arn, t.Label), Group: g))).DistinctBy(t => t.Key).ToDictionary(t => t.Key, t => t.Group);
        var kept = groups.Concat(before.Values).ToHashSet();
        foreach (var group in states.Keys.Where(g => !kept.Contains(g))) states.TryRemove(group, out _);
        foreach (var key in registered.Keys) draining.TakeBack(key);
        foreach (var key in targets.Keys.Where(k => !registered.ContainsKey(k)))
        {
            if (!targets.TryRemove(key, out var state) || !before.TryGetValue(key, out var last)) continue;
            // A group that is still there says how long; one that is gone said so before.
            var group = groups.FirstOrDefault(g => g.Arn == key.Group) ?? last;
            draining.Begin(key, group, state);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        draining.Dispose();
        Cookies.Dispose();
    }

    private TargetGroupState Assumed(TargetGroupPlan group) =>
        State(group, [.. group.Targets.Select(_ => new TargetState(TargetHealth.Assumed))]);

    private TargetGroupState State(TargetGroupPlan group, ImmutableArray<TargetState> targets)
    {
        if (group.Algorithm == Algorithm.WeightedRandom)
        {
            foreach (var target in targets) target.Observe(clock);
        }

        return new TargetGroupState(group, targets, clock);
    }
}

/// <summary>A target of a group: the same port of the same instance may be in several groups.</summary>
/// <param name="Group">The group's ARN.</param>
/// <param name="Target">The target's label.</param>
internal readonly record struct TargetKey(string Group, string Target);
