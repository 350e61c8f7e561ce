using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>
/// The nodes that aren't as the manifests say. A stopped node counts as ready until the control plane has missed it for the grace period, as in a
/// cluster; one that starts counts as ready at once.
/// </summary>
internal sealed class NodeDirectory(IGenerationSource generations, NodeOptions options, TimeProvider time) : INodeDirectory, INodeActions, IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<ResourceKey, ITimer> missing = [];
    private volatile ImmutableDictionary<ResourceKey, NodeStatus> current = ImmutableDictionary<ResourceKey, NodeStatus>.Empty;

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public ImmutableDictionary<ResourceKey, NodeStatus> Current => current;

    /// <inheritdoc/>
    public NodeStatus Do(string node, NodeAction action)
    {
        var nodes = (generations.Current.Find<NodeSnapshot>() ?? NodeSnapshot.Empty).Nodes;
        if (nodes.FirstOrDefault(n => n.Key.Name == node) is not { } entry)
        {
            throw new KeyNotFoundException($"there is no node '{node}'; the nodes are {string.Join(", ", nodes.Select(n => n.Key.Name))}");
        }

        NodeStatus after;
        lock (gate)
        {
            var before = current.GetValueOrDefault(entry.Key) ?? new NodeStatus(entry.Key);
            after = After(before, action, time.GetUtcNow());
            if (after == before) return after;
            Set(after);
            if (action is NodeAction.Stop) Watch(entry.Key);
            if (action is NodeAction.Start) Unwatch(entry.Key);
        }

        Changed?.Invoke();
        return after;
    }

    /// <summary>What an action makes of a node. Pure.</summary>
    public static NodeStatus After(NodeStatus before, NodeAction action, DateTimeOffset now) => action switch
    {
        NodeAction.Cordon => before with { Unschedulable = true },
        NodeAction.Uncordon => before with { Unschedulable = false, DrainedSince = null },
        NodeAction.Drain => before with { Unschedulable = true, DrainedSince = before.DrainedSince ?? now },
        NodeAction.Stop => before with { StoppedSince = before.StoppedSince ?? now },
        _ => before with { StoppedSince = null, NotReadySince = null },
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var timer in missing.Values) timer.Dispose();
            missing.Clear();
        }
    }

    private void Watch(ResourceKey node) =>
        missing[node] = time.CreateTimer(_ => Missed(node), null, options.MonitorGracePeriod, Timeout.InfiniteTimeSpan);

    private void Unwatch(ResourceKey node)
    {
        if (missing.Remove(node, out var timer)) timer.Dispose();
    }

    private void Missed(ResourceKey node)
    {
        lock (gate)
        {
            Unwatch(node);
            if (current.GetValueOrDefault(node) is not { StoppedSince: not null, NotReadySince: null } status) return;
            Set(status with { NotReadySince = time.GetUtcNow() });
        }

        Changed?.Invoke();
    }

    private void Set(NodeStatus status) => current = status.IsAsWritten ? current.Remove(status.Key) : current.SetItem(status.Key, status);
}
