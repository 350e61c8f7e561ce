using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>Every node, for the commands.</summary>
internal sealed class NodeReports(INodeDirectory directory) : INodeReports
{
    /// <inheritdoc/>
    public IReadOnlyList<NodeReport> All(Generation generation) =>
        [.. (generation.Find<NodeSnapshot>() ?? NodeSnapshot.Empty).Nodes.Select(n => Of(n, directory.Current.GetValueOrDefault(n.Key)))];

    private static NodeReport Of(NodeEntry node, NodeStatus? status)
    {
        var ready = status?.NotReadySince is null ? "Ready" : "NotReady";
        var cordoned = status?.Unschedulable ?? node.Unschedulable;
        return new NodeReport(node.Key.Name, node.InstanceId, node.Zone, node.Address, node.Derived, cordoned ? $"{ready},SchedulingDisabled" : ready)
        {
            StoppedSince = status?.StoppedSince,
            Drained = status?.DrainedSince is not null,
        };
    }
}
