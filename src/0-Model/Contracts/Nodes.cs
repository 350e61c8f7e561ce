using System.Collections.Immutable;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>A worker node as it lives now. Immutable; the directory replaces it.</summary>
/// <param name="Key">The node.</param>
public sealed record NodeStatus(ResourceKey Key)
{
    /// <summary>Since when its instance is stopped, as by a power-off; null while it runs. Nothing at its address, or at its pods', answers then.</summary>
    public DateTimeOffset? StoppedSince { get; init; }

    /// <summary>Since when the control plane knows (the Ready condition is Unknown); null while the node counts as ready.</summary>
    public DateTimeOffset? NotReadySince { get; init; }

    /// <summary>Whether it was cordoned, or uncordoned, on the running road; null for what the manifests say.</summary>
    public bool? Unschedulable { get; init; }

    /// <summary>Since when it is being drained: its pods are to be evicted; null when it isn't.</summary>
    public DateTimeOffset? DrainedSince { get; init; }

    /// <summary>True when nothing differs from what the manifests say.</summary>
    public bool IsAsWritten => this == new NodeStatus(Key);
}

/// <summary>Nodes that aren't as the manifests say: read by decisions, endpoints, pods and commands; written by the nodes' hop.</summary>
public interface INodeDirectory
{
    /// <summary>Every node that differs; one that is missing runs and is ready.</summary>
    ImmutableDictionary<ResourceKey, NodeStatus> Current { get; }

    /// <summary>Raised after <see cref="Current"/> changed; handlers must not wait.</summary>
    event Action? Changed;
}

/// <summary>What can be done to a node of the running road.</summary>
public enum NodeAction
{
    /// <summary>It takes no new pods (<c>kubectl cordon</c>).</summary>
    Cordon,

    /// <summary>It takes pods again (<c>kubectl uncordon</c>), and is drained no more.</summary>
    Uncordon,

    /// <summary>It takes no new pods, and its pods are to be evicted (<c>kubectl drain</c>).</summary>
    Drain,

    /// <summary>Its instance loses its power.</summary>
    Stop,

    /// <summary>Its instance starts again.</summary>
    Start,
}

/// <summary>Acts on the nodes of the running road; answered by the nodes' hop.</summary>
public interface INodeActions
{
    /// <summary>Acts on a node; doing the same twice changes nothing.</summary>
    /// <returns>The node as it is now.</returns>
    /// <exception cref="KeyNotFoundException">The running generation has no such node.</exception>
    NodeStatus Do(string node, NodeAction action);
}

/// <summary>A worker node as the commands show it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="InstanceId">Its EC2 instance; null for a node without one.</param>
/// <param name="Zone">Its availability zone; null when nothing says it.</param>
/// <param name="Address">Its InternalIP, and the address that stands for it here.</param>
/// <param name="Derived">True when nobody wrote it: the road's default node.</param>
/// <param name="State">As <c>kubectl get nodes</c> shows it: <c>Ready</c>, <c>NotReady</c>, <c>Ready,SchedulingDisabled</c>.</param>
public sealed record NodeReport(string Name, string? InstanceId, string? Zone, RoadAddress Address, bool Derived, string State)
{
    /// <summary>Since when its instance is stopped; null while it runs.</summary>
    public DateTimeOffset? StoppedSince { get; init; }

    /// <summary>Whether it is being drained.</summary>
    public bool Drained { get; init; }
}

/// <summary>Tells how the worker nodes are; answered by the nodes' hop.</summary>
public interface INodeReports
{
    /// <summary>Every node of a generation, by name.</summary>
    IReadOnlyList<NodeReport> All(Generation generation);
}
