using System.Collections.Immutable;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>
/// Pods that nobody started, for explanations from files: every pod that has a node counts as running and ready, with the message
/// <c>assumed ready</c>; one that no node takes is Pending, as it would be, and one with a readiness gate that nothing opens, or
/// that waits for an object that isn't there, isn't ready.
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
        Current = pods.ToImmutableDictionary(p => p.Key, p => p.Node is null ? PodDirectory.Pending(p) : Of(p));
        Changed?.Invoke();
    }

    private static PodStatus Of(PodPlan plan)
    {
        // What a load balancer would say of its target is assumed, too.
        var gates = GateReading.Of(plan, type => TargetHealthGate.Binding(type) is null ? null : new PodConditionStatus(true, null, null));
        var ready = plan.Awaits is null && gates.Open == gates.All;
        return new PodStatus(plan.Key, plan.Runtime, plan.Awaits is null ? "Running" : "Pending", ready, Terminating: false, Restarts: 0, ProcessId: null, plan.Awaits ?? (ready ? "assumed ready" : gates.Message))
        {
            ContainersReady = plan.Awaits is null,
            Gates = gates.All,
            OpenGates = gates.Open,
            Blocked = gates.Blocked,
            Containers = Lasting(plan),
            ReadyContainers = plan.Awaits is null ? Lasting(plan) : 0,
            AwaitsObject = plan.Awaits is not null,
        };
    }

    private static int Lasting(PodPlan plan) => plan.AllContainers.Count(c => c.Role != ContainerRole.Init);
}
