using System.Globalization;
using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// Which of a ReplicaSet's pods go first when there are too many, as its controller ranks them (<c>ActivePodsWithRanks</c>; Kubernetes, ReplicaSet,
/// "Scaling a ReplicaSet"). Pods that all of it finds equal go by their names, the last first, where Kubernetes goes by their random UIDs.
/// One rule more: of ready pods, those that aren't available yet go first, so that a rolling update keeps to its bounds in any case.
/// </summary>
internal static class DeletionOrder
{
    private const string CostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

    /// <summary>The pods, those that go first first.</summary>
    /// <param name="pods">The active pods of the set.</param>
    /// <param name="related">All active pods of the same controller, which make a node count as crowded.</param>
    /// <param name="minReadySeconds">How long a pod has to be ready to be available.</param>
    /// <param name="now">The time of the observation.</param>
    public static IEnumerable<PodEntry> Of(IEnumerable<PodEntry> pods, IEnumerable<PodEntry> related, int minReadySeconds, DateTimeOffset now)
    {
        var onNode = related.Where(p => p.Scheduled).GroupBy(p => p.Pod.Spec.NodeName, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count());
        return pods
            .OrderBy(p => p.Scheduled)
            .ThenBy(p => p.Phase switch { "Pending" => 0, "Running" => 2, _ => 1 })
            .ThenBy(p => p.Ready)
            .ThenBy(p => p.AvailableAt(minReadySeconds) <= now)
            .ThenBy(p => Cost(p.Pod))
            .ThenByDescending(p => p.Scheduled ? onNode[p.Pod.Spec.NodeName] : 0)
            .ThenBy(p => p.Ready ? Magnitude(now - p.Status?.ReadySince) : 0)
            .ThenByDescending(p => p.Status?.Restarts ?? 0)
            .ThenBy(p => Magnitude(now - p.Pod.Metadata.CreationTimestamp))
            .ThenByDescending(p => p.Key.Name, StringComparer.Ordinal);
    }

    private static int Cost(V1Pod pod) =>
        pod.Metadata.Annotations?.TryGetValue(CostAnnotation, out var text) == true && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    // Ages count by their order of magnitude (LogarithmicScaleDown), so that the choice among old pods is spread.
    private static int Magnitude(TimeSpan? age) => age is { TotalSeconds: >= 1 } span ? (int)Math.Log2(span.TotalSeconds) : -1;
}
