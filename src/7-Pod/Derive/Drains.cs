using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// Evicts the pods of nodes that are being drained, as <c>kubectl drain --ignore-daemonsets</c> does: their controllers make others, which the scheduler puts on
/// other nodes, and they get their grace period. A DaemonSet's pods stay, and so do pods without a controller, which nobody would make again. What a PodDisruptionBudget doesn't allow yet goes as soon as it does.
/// </summary>
internal static class Drains
{
    /// <summary>Deletes those that are to go.</summary>
    public static void Evict(PodBook book)
    {
        var budgets = new DisruptionBudgets(book);
        foreach (var node in book.Context.State.All<V1Node>().Where(n => n.Value.Metadata?.Annotations?.ContainsKey(NodeIntent.DrainAnnotation) == true))
        {
            foreach (var pod in book.All.Where(p => p.Active && p.Had is not null && p.Pod.Spec.NodeName == node.Key.Name).ToList())
            {
                if (pod.Controller is { Kind: not "DaemonSet" } && budgets.Allow(pod)) book.Delete(pod);
            }
        }
    }
}
