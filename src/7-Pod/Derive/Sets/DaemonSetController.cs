using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// The DaemonSet controller, a step at a time: one pod on every node that takes it.
/// <list type="number">
/// <item>Make a pod where a node has none; delete those on nodes that don't take them, and those too many.</item>
/// <item>Update: without a surge old pods go while at most <c>maxUnavailable</c> nodes are without an available pod; with one, a new pod comes beside the old,
/// which goes once the new one is available.</item>
/// </list>
/// </summary>
/// <seealso href="https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/"/>
internal sealed class DaemonSetController
{
    // What the controller adds to its pods; the one for the network is only for pods on their node's address.
    private static readonly V1Toleration[] Tolerations =
    [
        Always("node.kubernetes.io/not-ready", "NoExecute"),
        Always("node.kubernetes.io/unreachable", "NoExecute"),
        Always("node.kubernetes.io/disk-pressure", "NoSchedule"),
        Always("node.kubernetes.io/memory-pressure", "NoSchedule"),
        Always("node.kubernetes.io/pid-pressure", "NoSchedule"),
        Always("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    private readonly Resource<V1DaemonSet> set;
    private readonly PodBook book;
    private readonly V1PodTemplateSpec template;
    private readonly string hash;
    private readonly Fencepost fence;
    private readonly List<string> nodes;

    private DaemonSetController(Resource<V1DaemonSet> set, PodBook book)
    {
        this.set = set;
        this.book = book;
        hash = SafeNames.TemplateHash(set.Value.Spec.Template, book.Context.State);
        var labelled = Revisions.Labelled(set.Value.Spec.Template, hash);
        template = labelled with { Spec = labelled.Spec with { Tolerations = [.. labelled.Spec.Tolerations ?? [], .. Tolerations] } };
        nodes = [.. book.Context.State.All<V1Node>().Where(n => Scheduler.Takes(n.Value, template.Spec)).Select(n => n.Key.Name)];
        fence = Fencepost.Of(set.Value.Spec.UpdateStrategy, nodes.Count);
    }

    /// <summary>Takes a step.</summary>
    public static void Sync(Resource<V1DaemonSet> set, PodBook book)
    {
        if (SetChecks.Valid(set, book.Context.Errors)) new DaemonSetController(set, book).Sync();
    }

    /// <summary>How many pods a set wants.</summary>
    public static int Wanted(Resource<V1DaemonSet> set, DesiredState state)
    {
        var spec = set.Value.Spec.Template.Spec with { Tolerations = [.. set.Value.Spec.Template.Spec.Tolerations ?? [], .. Tolerations] };
        return state.All<V1Node>().Count(n => Scheduler.Takes(n.Value, spec));
    }

    private void Sync()
    {
        var all = book.Of(set.Key);
        foreach (var pod in all)
        {
            pod.Wanted = true;
            if (IsOld(pod)) book.Settle(pod);
        }

        // 1. One on every node.
        var byNode = all.Where(p => p.Active).ToLookup(p => p.Pod.Spec.NodeName ?? "");
        foreach (var pod in byNode.Where(g => !nodes.Contains(g.Key)).SelectMany(g => g).ToList()) book.Delete(pod);
        foreach (var node in nodes)
        {
            // The oldest of each template stays.
            foreach (var twin in byNode[node].GroupBy(IsOld).SelectMany(g => g.Skip(1)).ToList()) book.Delete(twin);
            if (!byNode[node].Any() && !all.Any(p => p.Terminating && p.Pod.Spec.NodeName == node)) Create(node);
            else if (all.Any(p => p is { Finished: true, Terminating: false } && p.Pod.Spec.NodeName == node)) Renew(node, all);
        }

        // 2. The newest template.
        if (set.Value.Spec.UpdateStrategy?.Type != "OnDelete") Update(byNode);
        if (!book.Of(set.Key).Any(p => !IsOld(p))) book.Announce(set.Key, ReplicaSets.Owner(set.Key), set.Value.Spec.Template);
    }

    private void Update(ILookup<string, PodEntry> byNode)
    {
        var spare = fence.Surge > 0 ? fence.Surge : fence.Unavailable;
        var candidates = new List<(PodEntry Old, string Node)>();
        foreach (var node in nodes)
        {
            var old = byNode[node].FirstOrDefault(IsOld);
            var fresh = byNode[node].FirstOrDefault(p => !IsOld(p));
            if (fence.Surge > 0)
            {
                if (old is null) continue;
                if (fresh is null) candidates.Add((old, node));
                else if (IsAvailable(fresh)) Go(old);
                else spare--;
            }
            else if (old is null)
            {
                if (fresh is null || !IsAvailable(fresh)) spare--;
            }
            else if (IsAvailable(old))
            {
                candidates.Add((old, node));
            }
            else
            {
                // It serves nobody: its going costs nothing.
                Go(old);
                spare--;
            }
        }

        foreach (var (old, node) in candidates.OrderBy(c => IsAvailable(c.Old)).Take(Math.Max(0, spare)))
        {
            if (fence.Surge > 0) Create(node);
            else Go(old);
        }

        void Go(PodEntry pod)
        {
            book.Delete(pod);
            book.Again();
        }
    }

    private void Renew(string node, IReadOnlyList<PodEntry> all)
    {
        foreach (var pod in all.Where(p => p is { Finished: true, Terminating: false } && p.Pod.Spec.NodeName == node).ToList()) book.Delete(pod);
        book.Again();
    }

    private void Create(string node)
    {
        book.Create(set.Key, ReplicaSets.Owner(set.Key), template with { Spec = template.Spec with { NodeName = node } });
        book.Again();
    }

    private bool IsOld(PodEntry pod) => Revisions.HashOf(pod) != hash;

    private bool IsAvailable(PodEntry pod) => book.Available([pod], set.Value.Spec.MinReadySeconds ?? 0) == 1;

    private static V1Toleration Always(string key, string effect) => new() { Key = key, OperatorProperty = "Exists", Effect = effect };
}
