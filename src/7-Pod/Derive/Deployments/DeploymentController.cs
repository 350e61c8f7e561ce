using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// The Deployment controller: one step at a time from the ReplicaSets that there are towards those that are wanted. The sets of the running
/// generation are its memory.
/// <list type="number">
/// <item>Find the template's set, and the older ones.</item>
/// <item>Paused, or scaled: only numbers change.</item>
/// <item>Recreate: the old pods go, all of them; then the new ones come.</item>
/// <item>RollingUpdate: a step of it.</item>
/// </list>
/// </summary>
internal static class DeploymentController
{
    /// <summary>Takes a step.</summary>
    /// <returns>The sets from now on.</returns>
    public static IEnumerable<ReplicaSetEntry> Sync(Resource<V1Deployment> deployment, PodBook book)
    {
        if (!WorkloadChecks.Valid(deployment, book.Context.Errors)) return [];
        var spec = deployment.Value.Spec;
        var wanted = spec.Replicas ?? 1;

        // 1. The sets.
        var hash = SafeNames.TemplateHash(spec.Template, book.Context.State);
        var key = KeyOf(deployment.Key, hash);
        var old = Owned(book, deployment.Key).Where(s => s.Key != key).OrderBy(s => s.Revision).ThenBy(s => s.Key.Name, StringComparer.Ordinal).ToList();
        var newest = book.Previous.Find(key) is { Value: V1ReplicaSet had } ? new ReplicaSetEntry(key, had, book) : null;
        foreach (var pod in old.SelectMany(s => s.Pods)) book.Settle(pod);

        // 2. Numbers only.
        if (spec.Paused == true || Scaling.IsDue(spec, newest is null ? old : [.. old, newest]))
        {
            var before = Sizes();
            Scaling.Scale(spec, newest, old);
            if (spec.Paused != true || before != Sizes()) book.Again();
            return Ended();
        }

        // 3. All of the old ones first.
        var recreate = spec.Strategy?.Type == "Recreate";
        if (recreate && old.Exists(s => s.Replicas > 0))
        {
            foreach (var set in old) set.Scale(0, wanted, wanted);
            book.Again();
        }

        if (recreate && old.Exists(s => s.Pods.Any(p => !p.Finished))) return Ended();

        // 4. The new one; then a step.
        var created = newest is null;
        newest ??= new ReplicaSetEntry(key, ReplicaSets.Of(deployment, key, hash, book.Context.Observed.Timestamp), book);
        newest.Renew(Math.Max(newest.Revision, old.Select(s => s.Revision).DefaultIfEmpty(0).Max() + 1), spec.MinReadySeconds ?? 0);
        foreach (var set in old) set.Renew(set.Revision, spec.MinReadySeconds ?? 0);
        if (created || recreate)
        {
            var size = RollingUpdate.NewReplicas(spec, old.Sum(s => s.Replicas), newest.Replicas);
            if (size != newest.Replicas || created)
            {
                newest.Scale(size, wanted, wanted + Fencepost.Of(spec).Surge);
                if (old.Count > 0) book.Again();
                return Ended();
            }
        }

        if (!recreate && RollingUpdate.Step(spec, newest, old)) book.Again();
        return Ended();

        string Sizes() => string.Join(' ', old.Select(s => s.Replicas).Append(newest?.Replicas ?? -1));

        // A set without a pod is over; its name comes back with its template.
        IEnumerable<ReplicaSetEntry> Ended()
        {
            if (newest is null || newest.Replicas == 0) book.Announce(key, ReplicaSets.Owner(deployment.Key), spec.Template);
            return [.. old.Where(s => s.Replicas > 0 || s.Pods.Count > 0), .. newest is null ? Array.Empty<ReplicaSetEntry>() : [newest]];
        }
    }

    /// <summary>The ReplicaSet of a template.</summary>
    public static ResourceKey KeyOf(ResourceKey deployment, string hash) => new("apps", "ReplicaSet", deployment.Namespace, $"{deployment.Name}-{hash}");

    private static IEnumerable<ReplicaSetEntry> Owned(PodBook book, ResourceKey deployment) => book.SetsOf(deployment).Select(s => new ReplicaSetEntry(s.Key, s.Value, book));
}
