using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>
/// What the workloads' controllers, kube-scheduler and the VPC CNI do to the objects; pure, on copies. Each time one step, from what the running
/// generation has and how its pods live.
/// <list type="number">
/// <item>A workload that can't be run here isn't accepted (<see cref="Acceptance"/>). Pods that somebody wrote are taken as they are; those on a node that is no more, or whose taint they don't tolerate, are deleted, and those on
/// one that is drained evicted.</item>
/// <item>A Deployment becomes ReplicaSets, one for each template that still has pods, named after the template's hash.</item>
/// <item>A ReplicaSet becomes pods; so do a ReplicationController, a StatefulSet, a DaemonSet and a Job, and a CronJob becomes Jobs.</item>
/// <item>What nobody wants is deleted: it terminates, and stays until it is gone.</item>
/// <item>A pod gets a node, and an address of its subnet; it keeps both.</item>
/// </list>
/// </summary>
/// <param name="admissions">Webhooks that pods go through when they are made.</param>
/// <param name="options">How this road runs its pods; null for one that runs none.</param>
/// <param name="builtIns">The images that Usher serves itself.</param>
internal sealed class PodReconciler(IEnumerable<IPodAdmission>? admissions = null, PodOptions? options = null, IEnumerable<IBuiltInImage>? builtIns = null) : IReconciler
{
    private readonly PodRuntimes runtimes = new(options, builtIns ?? []);

    /// <inheritdoc/>
    public bool Observes => true;

    /// <inheritdoc/>
    public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous)
    {
        var book = new PodBook(context, previous, admissions ?? []);
        var acceptance = new Acceptance(book, runtimes);

        // 1. Written pods.
        var nodes = context.State.All<V1Node>().Select(n => n.Key.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var pod in book.All.Where(p => p.Scheduled && !nodes.Contains(p.Pod.Spec.NodeName)).ToList()) book.Delete(pod);
        Evictions.Evict(book);
        foreach (var pod in acceptance.All<V1Pod>().Where(p => p.Value.Spec is not null)) book.Take(pod);
        Drains.Evict(book);

        // 2. Deployments.
        var made = acceptance.All<V1Deployment>().Select(d => DeploymentController.Sync(Autoscaling.Of(d, context.State), book).ToList()).ToList();

        // 3. ReplicaSets and ReplicationControllers.
        var written = acceptance.All<V1ReplicaSet>().Where(set => WorkloadChecks.Valid(set, context.Errors))
            .Concat(acceptance.All<V1ReplicationController>().Where(c => WorkloadChecks.Valid(c, context.Errors)).Select(ReplicationControllers.AsSet))
            .Select(s => new List<ReplicaSetEntry> { new(s.Key, Autoscaling.Of(s, context.State).Value, book) { Written = true } });
        foreach (var sets in made.Concat(written).OrderBy(s => s.FirstOrDefault()?.Key.Namespace, StringComparer.Ordinal).ThenBy(s => s.FirstOrDefault()?.Key.Name, StringComparer.Ordinal))
        {
            foreach (var set in sets) ReplicaSets.Sync(set, sets.SelectMany(s => s.Pods), book);
        }

        var others = new List<Resource>();
        foreach (var set in acceptance.All<V1StatefulSet>()) others.AddRange(StatefulSetController.Sync(Autoscaling.Of(set, context.State), book));
        foreach (var set in acceptance.All<V1DaemonSet>()) DaemonSetController.Sync(set, book);
        var timed = new List<Resource<V1Job>>();
        foreach (var cron in acceptance.All<V1CronJob>())
        {
            if (CronJobController.Sync(cron, book, timed) is { } seen) others.Add(seen);
        }

        others.AddRange(Jobs.Sync(acceptance.All<V1Job>(), timed, book));

        // 4. What is over.
        book.DeleteUnwanted();

        // 5. Nodes and addresses.
        Placement.Place(book);
        NoEffect.Warn(context);
        return [.. acceptance.Kept, .. made.SelectMany(sets => sets).Select(s => new Resource(s.Key, s.Value, Origin.Derived)), .. others, .. book.Resources(acceptance.LeftOut)];
    }
}
