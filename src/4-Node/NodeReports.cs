using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>Every node, for the commands.</summary>
internal sealed class NodeReports : INodeReports
{
    /// <inheritdoc/>
    public IReadOnlyList<NodeReport> All(Generation generation) =>
        [.. (generation.Find<NodeSnapshot>() ?? NodeSnapshot.Empty).Nodes
            .Select(n => new NodeReport(n.Key.Name, n.InstanceId, n.Zone, n.Address, n.Derived, n.Unschedulable ? "Ready,SchedulingDisabled" : "Ready"))];
}
