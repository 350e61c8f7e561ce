using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>A condition of a pod that something other than the kubelet set.</summary>
/// <param name="IsTrue">Its status: <c>True</c>, or <c>False</c>.</param>
/// <param name="Reason">Its reason, or null.</param>
/// <param name="Message">Its message, or null.</param>
public sealed record PodConditionStatus(bool IsTrue, string? Reason, string? Message);

/// <summary>
/// The conditions that readiness gates of pods wait for (Kubernetes documentation, Pod Lifecycle, Pod readiness): set by the load balancers' hop, read by the pods' hop. Thread-safe.
/// </summary>
public interface IPodConditions
{
    /// <summary>A pod's condition now; null while nobody has set it.</summary>
    PodConditionStatus? Find(ResourceKey pod, string conditionType);

    /// <summary>Raised with the pod after one of its conditions has changed; handlers must not wait.</summary>
    event Action<ResourceKey>? Changed;
}

/// <summary>What a mutating webhook of a controller makes of pods when they are made, and at no other time.</summary>
public interface IPodAdmission
{
    /// <summary>Prepares for the pods of one compile.</summary>
    /// <param name="context">The desired state as it is when pods are made: what later reconcilers derive isn't there.</param>
    /// <param name="previous">The running generation's state.</param>
    /// <returns>Takes a new pod and gives it back, the same or a copy with what is added; pure.</returns>
    Func<V1Pod, V1Pod> For(CompileContext context, DesiredState previous);
}
