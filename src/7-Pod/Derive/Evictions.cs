using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// Takes pods from nodes with a <c>NoExecute</c> taint that they don't tolerate, or no longer (Kubernetes, Taints and Tolerations, "Taint based
/// Evictions"). Every pod tolerates an unreachable or not ready node for 300 s unless it says otherwise, as the admission plugin DefaultTolerationSeconds
/// has it. A taint without <c>timeAdded</c> counts from the pod's own beginning.
/// </summary>
internal static class Evictions
{
    private const long DefaultSeconds = 300;

    /// <summary>Deletes those whose time has come.</summary>
    public static void Evict(PodBook book)
    {
        foreach (var node in book.Context.State.All<V1Node>())
        {
            var taints = (node.Value.Spec?.Taints ?? []).Where(t => t.Effect == "NoExecute").ToList();
            if (taints.Count == 0) continue;
            foreach (var pod in book.All.Where(p => p.Active && p.Had is not null && p.Pod.Spec.NodeName == node.Key.Name).ToList())
            {
                if (taints.Select(t => Until(t, pod)).Min() is not { } until || until == DateTimeOffset.MaxValue) continue;
                if (until <= book.Now) book.Delete(pod);
                else book.Context.Due.Add(until);
            }
        }
    }

    private static DateTimeOffset? Until(V1Taint taint, PodEntry pod)
    {
        var tolerations = (pod.Pod.Spec.Tolerations ?? []).Where(t => Scheduler.Tolerates(t, taint)).ToList();
        if (tolerations.Count == 0 && taint.Key is not ("node.kubernetes.io/unreachable" or "node.kubernetes.io/not-ready")) return DateTimeOffset.MinValue;
        var seconds = tolerations.Count == 0 ? DefaultSeconds : tolerations.Min(t => t.TolerationSeconds);
        if (seconds is not { } span) return DateTimeOffset.MaxValue;
        var since = (DateTimeOffset?)taint.TimeAdded ?? pod.Pod.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue;
        return since.AddSeconds(Math.Max(0, span));
    }
}
