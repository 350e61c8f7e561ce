using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>Who lives. Each pod's worker writes its own entry.</summary>
internal sealed class PodDirectory : IPodDirectory
{
    private ImmutableDictionary<ResourceKey, PodStatus> current = ImmutableDictionary<ResourceKey, PodStatus>.Empty;

    /// <inheritdoc/>
    public ImmutableDictionary<ResourceKey, PodStatus> Current => Volatile.Read(ref current);

    /// <inheritdoc/>
    public event Action? Changed;

    /// <summary>The status of a pod that no node takes.</summary>
    public static PodStatus Pending(PodPlan plan) => new(
        plan.Key, plan.Runtime, "Pending", Ready: false, Terminating: false, Restarts: 0, ProcessId: null, plan.Unschedulable ?? "no node takes it");

    public void Set(PodStatus status)
    {
        if (Current.TryGetValue(status.Key, out var known) && known == status) return;
        ImmutableInterlocked.AddOrUpdate(ref current, status.Key, status, (_, _) => status);
        Changed?.Invoke();
    }

    public void Remove(ResourceKey key)
    {
        if (ImmutableInterlocked.TryRemove(ref current, key, out _)) Changed?.Invoke();
    }
}
