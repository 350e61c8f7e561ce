using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>A worker node as the commands show it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="InstanceId">Its EC2 instance; null for a node without one.</param>
/// <param name="Zone">Its availability zone; null when nothing says it.</param>
/// <param name="Address">Its InternalIP, and the address that stands for it here.</param>
/// <param name="Derived">True when nobody wrote it: the road's default node.</param>
/// <param name="State">As <c>kubectl get nodes</c> shows it: <c>Ready</c>, <c>Ready,SchedulingDisabled</c>.</param>
public sealed record NodeReport(string Name, string? InstanceId, string? Zone, RoadAddress Address, bool Derived, string State);

/// <summary>Tells how the worker nodes are; answered by the nodes' hop.</summary>
public interface INodeReports
{
    /// <summary>Every node of a generation, by name.</summary>
    IReadOnlyList<NodeReport> All(Generation generation);
}
