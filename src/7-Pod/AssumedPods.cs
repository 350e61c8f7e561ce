using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>
/// Pods that nobody started, for explanations from files: every pod that has a node counts as running and ready, with the message
/// <c>assumed ready</c>; one that no node takes is Pending, as it would be.
/// </summary>
public sealed class AssumedPods : IPodDirectory
{
    /// <inheritdoc/>
    public ImmutableDictionary<ResourceKey, PodStatus> Current { get; private set; } = ImmutableDictionary<ResourceKey, PodStatus>.Empty;

    /// <inheritdoc/>
    public event Action? Changed;

    /// <summary>Assumes the pods of a generation, and no others.</summary>
    public void Assume(Generation generation)
    {
        var pods = generation.Find<PodSnapshot>()?.Pods ?? [];
        Current = pods.ToImmutableDictionary(p => p.Key, p => p.Node is null
            ? PodDirectory.Pending(p)
            : new PodStatus(p.Key, p.Runtime, "Running", Ready: true, Terminating: false, Restarts: 0, ProcessId: null, "assumed ready")
            {
                Containers = Lasting(p),
                ReadyContainers = Lasting(p),
            });
        Changed?.Invoke();
    }

    private static int Lasting(PodPlan plan) => plan.AllContainers.Count(c => c.Role != ContainerRole.Init);
}
