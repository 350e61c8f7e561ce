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
    private Generation running = Generation.None;
    private IReadOnlyList<GateSubject> subjects = [];
    private ImmutableDictionary<(ResourceKey Pod, string Type), PodConditionStatus> current = ImmutableDictionary<(ResourceKey Pod, string Type), PodConditionStatus>.Empty;

    public TargetHealthGates(TargetTable table)
    {
        this.table = table;
        table.HealthChanged += () => Look(null);
    }

    /// <inheritdoc/>
    public event Action<ResourceKey>? Changed;

    /// <inheritdoc/>
    public PodConditionStatus? Find(ResourceKey pod, string conditionType) => Volatile.Read(ref current).GetValueOrDefault((pod, conditionType));

    /// <summary>From now on this generation runs; its targets have their state.</summary>
    internal void Follow(Generation next) => Look(next);

    private void Look(Generation? next)
    {
        List<ResourceKey> changed;
        lock (gate)
        {
            var before = running;
            if (next is not null) (running, subjects) = (next, GateSubject.Of(next));
            if (subjects.Count == 0 && current.IsEmpty) return;
            var set = ImmutableDictionary.CreateBuilder<(ResourceKey Pod, string Type), PodConditionStatus>();
            foreach (var subject in subjects)
            {
                var key = (subject.Pod, subject.ConditionType);
                var wasBound = subject.Bound || before.State.Find(subject.Binding) is not null || running.State.Find(subject.Binding) is not null;
                if (TargetHealthCondition.Of(current.GetValueOrDefault(key), subject.Bound, wasBound, subject.Terminating, Health(subject)) is { } condition) set[key] = condition;
            }

            // Nobody waits for a pod that is gone.
            changed = [.. subjects.Where(s => current.GetValueOrDefault((s.Pod, s.ConditionType)) != set.GetValueOrDefault((s.Pod, s.ConditionType))).Select(s => s.Pod).Distinct()];
            Volatile.Write(ref current, set.ToImmutable());
        }

        foreach (var pod in changed) Changed?.Invoke(pod);
    }

    private TargetHealth? Health(GateSubject subject) =>
        subject.Group is not { } group || subject.Index < 0 ? null : TargetHealthView.Of(subject.InUse, group.Targets[subject.Index], table.Of(group).Targets[subject.Index]);
}
