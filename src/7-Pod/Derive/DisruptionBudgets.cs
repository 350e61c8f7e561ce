using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// How many pods may be evicted, as PodDisruptionBudgets say it. A pod that isn't ready may go whenever enough others are healthy, or in any case with
/// <c>unhealthyPodEvictionPolicy: AlwaysAllow</c>; a pod of two budgets never, as the eviction API has it.
/// </summary>
/// <seealso href="https://kubernetes.io/docs/tasks/run-application/configure-pdb/"/>
internal sealed class DisruptionBudgets(PodBook book)
{
    private readonly Dictionary<ResourceKey, int> evicted = [];

    /// <summary>Whether a pod may be evicted now; counts it when it may.</summary>
    public bool Allow(PodEntry pod)
    {
        var budgets = book.Context.State.All<V1PodDisruptionBudget>().Where(b => b.Key.Namespace == pod.Key.Namespace && Selects(b.Value, pod)).ToList();
        if (budgets.Count == 0) return true;
        if (budgets.Count > 1) return false;
        var budget = budgets[0];
        var pods = book.All.Where(p => p.Active && p.Key.Namespace == budget.Key.Namespace && Selects(budget.Value, p)).ToList();
        var healthy = pods.Count(p => p.Ready) - evicted.GetValueOrDefault(budget.Key);
        var least = Least(budget.Value.Spec, pods);
        if (!pod.Ready) return budget.Value.Spec.UnhealthyPodEvictionPolicy == "AlwaysAllow" || healthy >= least;
        if (healthy <= least) return false;
        evicted[budget.Key] = evicted.GetValueOrDefault(budget.Key) + 1;
        return true;
    }

    private static bool Selects(V1PodDisruptionBudget budget, PodEntry pod) =>
        budget.Spec?.Selector is { } selector && LabelSelectors.Matches(selector, pod.Pod.Metadata.Labels);

    // How many have to stay healthy.
    private int Least(V1PodDisruptionBudgetSpec spec, List<PodEntry> pods)
    {
        if (spec.MinAvailable is null && spec.MaxUnavailable is null) return 0;
        var expected = pods.GroupBy(p => p.Owner).Sum(g => Wanted(g.First()) ?? g.Count());
        return spec.MinAvailable is not null
            ? Fencepost.Resolve(spec.MinAvailable, expected, up: true, "0")
            : Math.Max(0, expected - Fencepost.Resolve(spec.MaxUnavailable, expected, up: true, "0"));
    }

    // What its controller wants.
    private int? Wanted(PodEntry pod) => pod.Controller is not { } owner ? 1 : owner.Kind switch
    {
        "ReplicaSet" => Wanted(book.Context.State.Find<V1ReplicaSet>(pod.Key.Namespace, owner.Name))
            ?? (book.Previous.Find(new ResourceKey("apps", "ReplicaSet", pod.Key.Namespace, owner.Name))?.Value as V1ReplicaSet)?.Spec.Replicas ?? 1,
        "ReplicationController" => book.Context.State.Find<V1ReplicationController>(pod.Key.Namespace, owner.Name) is { Value.Spec: not null } controller ? Wanted(ReplicationControllers.AsSet(controller)) : null,
        "StatefulSet" => book.Context.State.Find<V1StatefulSet>(pod.Key.Namespace, owner.Name) is { } set ? Autoscaling.Of(set, book.Context.State).Value.Spec.Replicas ?? 1 : null,
        _ => null,
    };

    private int? Wanted(Resource<V1ReplicaSet>? set) => set is null ? null : Autoscaling.Of(set, book.Context.State).Value.Spec?.Replicas ?? 1;
}
