using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Trace.Meters.Exposition;

namespace Usher.Cli.Metrics;

/// <summary>Pods as metrics.</summary>
internal static class PodMetrics
{
    internal static IEnumerable<MetricFamily> Of(IEnumerable<PodStatus> all)
    {
        var pods = all.OrderBy(p => p.Key, ResourceKey.ByName).ToList();
        var grouped = BoundedLabels.Grouped(pods.Select(p => p.Key.Namespace ?? ""));
        var listed = pods.Take(BoundedLabels.Each).ToList();
        yield return MetricFamily.Of("usher_pods", MetricKind.Gauge, "Pods by whether they are ready.", pods.GroupBy(p => grouped(p.Key.Namespace ?? "")).OrderBy(g => g.Key, StringComparer.Ordinal).SelectMany(g => new[] { true, false }
            .Select(ready => MetricSample.Of(g.Count(p => p.Ready == ready), ("namespace", g.Key), ("ready", ready ? "true" : "false")))));
        yield return MetricFamily.Of("usher_pod_ready", MetricKind.Gauge, "1 for a pod that is ready, else 0.", listed.Select(p => Sample(p, p.Ready ? 1 : 0)));
        yield return MetricFamily.Of("usher_pod_restarts", MetricKind.Counter, "How often a pod's containers were restarted.", listed.Select(p => Sample(p, p.Restarts)));
    }

    private static MetricSample Sample(PodStatus pod, int value) => MetricSample.Of(value, ("namespace", pod.Key.Namespace ?? ""), ("pod", pod.Key.Name));
}
