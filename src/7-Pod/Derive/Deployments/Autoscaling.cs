using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// What a HorizontalPodAutoscaler does where there are no metrics: it keeps <c>replicas</c> between its bounds, and leaves 0 alone, which turns it off.
/// </summary>
/// <seealso href="https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/"/>
internal static class Autoscaling
{
    /// <summary>A Deployment as its autoscaler leaves it; itself without one.</summary>
    public static Resource<V1Deployment> Of(Resource<V1Deployment> deployment, DesiredState state) =>
        deployment.Value.Spec is { } spec && Bounded(state, "Deployment", deployment.Key, spec.Replicas) is var replicas && replicas != spec.Replicas
            ? deployment with { Value = deployment.Value with { Spec = spec with { Replicas = replicas } } }
            : deployment;

    /// <summary>A StatefulSet as its autoscaler leaves it; itself without one.</summary>
    public static Resource<V1StatefulSet> Of(Resource<V1StatefulSet> set, DesiredState state) =>
        set.Value.Spec is { } spec && Bounded(state, "StatefulSet", set.Key, spec.Replicas) is var replicas && replicas != spec.Replicas
            ? set with { Value = set.Value with { Spec = spec with { Replicas = replicas } } }
            : set;

    /// <summary>A ReplicaSet that somebody wrote, or a ReplicationController as one, as its autoscaler leaves it; itself without one.</summary>
    public static Resource<V1ReplicaSet> Of(Resource<V1ReplicaSet> set, DesiredState state) =>
        set.Value.Spec is { } spec && Bounded(state, set.Key.Kind, set.Key, spec.Replicas) is var replicas && replicas != spec.Replicas
            ? set with { Value = set.Value with { Spec = spec with { Replicas = replicas } } }
            : set;

    private static int? Bounded(DesiredState state, string kind, ResourceKey key, int? written)
    {
        var scaler = state.All<V2HorizontalPodAutoscaler>()
            .FirstOrDefault(h => h.Key.Namespace == key.Namespace && h.Value.Spec?.ScaleTargetRef is { } target && target.Kind == kind && target.Name == key.Name)?.Value.Spec;
        var replicas = written ?? 1;
        return scaler is null || replicas <= 0 ? written : Math.Max(Math.Min(replicas, scaler.MaxReplicas), scaler.MinReplicas ?? 1);
    }
}
