using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>The conditions that the controller has set of pods: follows the running generation's targets and their health.</summary>
internal sealed class TargetHealthGates : IPodConditions
{
    private readonly TargetTable table;
    private readonly Lock gate = new();
    private DesiredState running = DesiredState.Empty;
    private ILookup<TargetState?, GateSubject> subjects = Enumerable.Empty<GateSubject>().ToLookup(_ => (TargetState?)null);
    private ImmutableDictionary<(ResourceKey Pod, string Type), PodConditionStatus> current = ImmutableDictionary<(ResourceKey Pod, string Type), PodConditionStatus>.Empty;

    public TargetHealthGates(TargetTable table)
    {
        this.table = table;
        table.HealthChanged += Look;
    }

    /// <inheritdoc/>
    public event Action<ResourceKey>? Changed;

    /// <inheritdoc/>
    public PodConditionStatus? Find(ResourceKey pod, string conditionType) => Volatile.Read(ref current).GetValueOrDefault((pod, conditionType));

    /// <summary>From now on this generation runs; its targets have their state.</summary>
    internal void Follow(Generation next)
    {
        List<ResourceKey> changed;
        lock (gate)
        {
            var before = running;
            running = next.State;
            var all = GateSubject.Of(next);
            subjects = all.ToLookup(Target);
            if (all.Count == 0 && current.IsEmpty) return;
            // Nobody waits for a pod that is gone.
            changed = Set(all, before, ImmutableDictionary<(ResourceKey Pod, string Type), PodConditionStatus>.Empty);
        }

        Tell(changed);
    }

    /// <summary>The health of one target, for which mostly one pod waits, or none.</summary>
    private void Look(TargetState target)
    {
        List<ResourceKey> changed;
        lock (gate) changed = Set(subjects[target], running, current);
        Tell(changed);
    }

    /// <summary>Sets the conditions of some.</summary>
    /// <param name="some">Those that are looked at.</param>
    /// <param name="before">The state of the generation that ran before.</param>
    /// <param name="others">The conditions of those that aren't.</param>
    /// <returns>The pods whose conditions have changed.</returns>
    private List<ResourceKey> Set(IEnumerable<GateSubject> some, DesiredState before, ImmutableDictionary<(ResourceKey Pod, string Type), PodConditionStatus> others)
    {
        var (next, changed) = (others.ToBuilder(), new List<ResourceKey>());
        foreach (var subject in some)
        {
            var key = (subject.Pod, subject.ConditionType);
            var last = current.GetValueOrDefault(key);
            var wasBound = subject.Bound || before.Find(subject.Binding) is not null || running.Find(subject.Binding) is not null;
            var condition = TargetHealthCondition.Of(last, subject.Bound, wasBound, subject.Terminating, Health(subject));
            if (condition is null) next.Remove(key);
            else next[key] = condition;
            if (condition != last) changed.Add(subject.Pod);
        }

        Volatile.Write(ref current, next.ToImmutable());
        return changed;
    }

    private void Tell(List<ResourceKey> changed)
    {
        foreach (var pod in changed.Distinct()) Changed?.Invoke(pod);
    }

    private TargetState? Target(GateSubject subject) => subject.Group is not { } group || subject.Index < 0 ? null : table.Of(group).Targets[subject.Index];

    private TargetHealth? Health(GateSubject subject) => Target(subject) is { } state ? TargetHealthView.Of(subject.InUse, subject.Group!.Targets[subject.Index], state) : null;
}
