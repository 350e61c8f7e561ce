using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// ReplicationControllers, which Kubernetes carries out with the ReplicaSet controller too (<c>pkg/controller/replication/conversion.go</c>): each is read as
/// a ReplicaSet under its own name and kind. Without a selector it has its template's labels (<c>SetDefaults_ReplicationController</c>).
/// </summary>
/// <seealso href="https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller/"/>
internal static class ReplicationControllers
{
    /// <summary>A ReplicationController as the ReplicaSet that it is carried out as; its key stays.</summary>
    public static Resource<V1ReplicaSet> AsSet(Resource<V1ReplicationController> controller)
    {
        var (value, spec) = (controller.Value, controller.Value.Spec);
        var set = new V1ReplicaSet
        {
            ApiVersion = value.ApiVersion,
            Kind = value.Kind,
            Metadata = value.Metadata,
            Spec = new V1ReplicaSetSpec
            {
                Replicas = spec.Replicas,
                MinReadySeconds = spec.MinReadySeconds,
                Selector = new V1LabelSelector { MatchLabels = Selector(spec) },
                Template = spec.Template,
            },
        };
        return new Resource<V1ReplicaSet>(controller.Key, set, controller.Origin);
    }

    /// <summary>Its selector as the API server defaults it; empty where there are no labels either.</summary>
    public static IDictionary<string, string> Selector(V1ReplicationControllerSpec? spec) =>
        spec?.Selector is { Count: > 0 } written ? written : spec?.Template?.Metadata?.Labels ?? new Dictionary<string, string>();
}
