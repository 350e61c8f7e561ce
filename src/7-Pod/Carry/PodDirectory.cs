using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>Who lives. Each pod's worker writes its own entry.</summary>
/// <param name="time">Stamps changes; without it nothing is stamped.</param>
internal sealed class PodDirectory(TimeProvider? time = null) : IPodDirectory
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
        Current.TryGetValue(status.Key, out var known);
        var stamped = Stamp(status, known);
        if (known == stamped) return;
        ImmutableInterlocked.AddOrUpdate(ref current, status.Key, stamped, (_, _) => stamped);
        Changed?.Invoke();
    }

    private PodStatus Stamp(PodStatus status, PodStatus? known) => status with
    {
        ReadySince = status.Ready ? known?.ReadySince ?? time?.GetUtcNow() : null,
        HasBeenReady = status.Ready || known is { HasBeenReady: true },
        EndedAt = status.Phase is "Succeeded" or "Failed" ? known?.EndedAt ?? time?.GetUtcNow() : null,
    };

    public void Remove(ResourceKey key)
    {
        if (ImmutableInterlocked.TryRemove(ref current, key, out _)) Changed?.Invoke();
    }
}
