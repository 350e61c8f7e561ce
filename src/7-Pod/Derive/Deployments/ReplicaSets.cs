using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>The ReplicaSet controller, which carries out ReplicationControllers too, and the ReplicaSets that Deployments make.</summary>
internal static class ReplicaSets
{
    public const string HashLabel = "pod-template-hash";

    /// <summary>The ReplicaSet of a Deployment's template, without a pod yet.</summary>
    public static V1ReplicaSet Of(Resource<V1Deployment> deployment, ResourceKey key, string hash, DateTime? now)
    {
        var spec = deployment.Value.Spec;
        var labels = new Dictionary<string, string>(spec.Template.Metadata.Labels) { [HashLabel] = hash };
        return new V1ReplicaSet
        {
            ApiVersion = "apps/v1",
            Kind = "ReplicaSet",
            Metadata = Made(key, Owner(deployment.Key), now) with { Labels = labels },
            Spec = new V1ReplicaSetSpec
            {
                Replicas = 0,
                MinReadySeconds = spec.MinReadySeconds ?? 0,
                Selector = spec.Selector with
                {
                    MatchLabels = new Dictionary<string, string>(spec.Selector.MatchLabels ?? new Dictionary<string, string>()) { [HashLabel] = hash },
                },
                Template = spec.Template with { Metadata = spec.Template.Metadata with { Labels = labels } },
            },
        };
    }

    /// <summary>
    /// Brings the pods to the number that a set wants: makes what is missing, takes away what is too many.
    /// </summary>
    /// <param name="set">The set.</param>
    /// <param name="related">Pods of sets of the same Deployment, which count when a node is looked for crowding.</param>
    /// <param name="book">All pods.</param>
    public static void Sync(ReplicaSetEntry set, IEnumerable<PodEntry> related, PodBook book)
    {
        foreach (var pod in set.Pods) pod.Wanted = true;
        var active = set.Pods.Where(p => p.Active).ToList();
        var reference = Owner(set.Key);
        TemplateText.Note(set.Value.Spec.Template);
        for (var missing = set.Replicas - active.Count; missing > 0; missing--) book.Create(set.Key, reference, set.Value.Spec.Template);
        if (set.Written) Keep(set, reference, book);
        if (active.Count <= set.Replicas) return;
        var order = DeletionOrder.Of(active, related.Where(p => p.Active), set.Value.Spec.MinReadySeconds ?? 0, book.Now);
        foreach (var pod in order.Take(active.Count - set.Replicas).ToList()) book.Delete(pod);
    }

    // Pods of an older template stay as they are until something deletes them; then a template may have none yet.
    private static void Keep(ReplicaSetEntry set, V1OwnerReference reference, PodBook book)
    {
        var template = set.Value.Spec.Template;
        var older = set.Pods.Where(p => !TemplateText.IsOf(p.Pod, template)).ToList();
        foreach (var pod in older) book.Settle(pod);
        if (older.Count == set.Pods.Count) book.Announce(set.Key, reference, template);
    }

    /// <summary>The metadata of what a controller makes, but for what its template says.</summary>
    public static V1ObjectMeta Made(ResourceKey key, V1OwnerReference owner, DateTime? now) => new()
    {
        Name = key.Name, NamespaceProperty = key.Namespace, Uid = SafeNames.Uid(key), CreationTimestamp = now, OwnerReferences = [owner],
    };

    /// <summary>A controller's reference in what it made.</summary>
    public static V1OwnerReference Owner(ResourceKey key) => new()
    {
        ApiVersion = key.Group.Length == 0 ? "v1" : $"{key.Group}/v1", Kind = key.Kind, Name = key.Name, Uid = SafeNames.Uid(key), Controller = true, BlockOwnerDeletion = true,
    };
}
