using System.Collections.Concurrent;

namespace Usher.LoadBalancer;

/// <summary>A target that was deregistered and may still carry requests.</summary>
/// <param name="Group">Its group's name.</param>
/// <param name="Target">Its label.</param>
/// <param name="State">Its living state.</param>
internal sealed record DrainingTarget(string Group, string Target, TargetState State);

/// <summary>
/// Targets whose deregistration delay runs (ALB user guide, Target groups, Deregistration delay): they get no new requests, those in flight may end,
/// and what is left when the delay is over is cut. Thread-safe.
/// </summary>
internal sealed class DrainingTargets(TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<TargetKey, (DrainingTarget Target, ITimer Timer)> targets = new();

    internal IEnumerable<DrainingTarget> All => targets.Values.Select(t => t.Target);

    internal TargetState? Find(TargetKey key) => targets.TryGetValue(key, out var found) ? found.Target.State : null;

    /// <summary>The target drains from now on.</summary>
    internal void Begin(TargetKey key, TargetGroupPlan group, TargetState state)
    {
        state.Drain();
        var draining = new DrainingTarget(group.Name, key.Target, state);
        var timer = time.CreateTimer(_ => End(key, draining, group.Network?.CutsDeregistered == true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        targets[key] = (draining, timer);
        timer.Change(group.DeregistrationDelay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The target is registered again: it is new, but goes on with what it carries.</summary>
    internal void TakeBack(TargetKey key)
    {
        if (!targets.TryRemove(key, out var found)) return;
        found.Timer.Dispose();
        found.Target.State.TakeBack();
    }

    public void Dispose()
    {
        foreach (var (_, timer) in targets.Values) timer.Dispose();
    }

    private void End(TargetKey key, DrainingTarget ended, bool cutsConnections)
    {
        if (!targets.TryGetValue(key, out var found) || found.Target != ended || !targets.TryRemove(new(key, found))) return;
        found.Timer.Dispose();
        if (cutsConnections) ended.State.CutConnections("its target's deregistration delay is over");
        ended.State.Dispose();
    }
}
