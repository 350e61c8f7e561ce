using Usher.Model.Contracts;
using Usher.Trace.Meters.Exposition;

namespace Usher.Cli.Metrics;

/// <summary>Pods as metrics.</summary>
internal static class PodMetrics
{
    internal static IEnumerable<MetricFamily> Of(IEnumerable<PodStatus> all)
    {
        var pods = all.OrderBy(p => p.Key.Namespace, StringComparer.Ordinal).ThenBy(p => p.Key.Name, StringComparer.Ordinal).ToList();
        var grouped = BoundedLabels.Grouped(pods.Select(p => p.Key.Namespace ?? ""));
        var listed = pods.Take(BoundedLabels.Each).ToList();
        yield return new("usher_pods", MetricKind.Gauge, "Pods by whether they are ready.")
        {
            Samples = [.. pods.GroupBy(p => grouped(p.Key.Namespace ?? "")).OrderBy(g => g.Key, StringComparer.Ordinal).SelectMany(g => new[] { true, false }
                .Select(ready => MetricFamily.Sample(MetricKind.Gauge, g.Count(p => p.Ready == ready), new("namespace", g.Key), new("ready", ready ? "true" : "false"))))],
        };
        yield return new("usher_pod_ready", MetricKind.Gauge, "1 for a pod that is ready, else 0.") { Samples = [.. listed.Select(p => MetricFamily.Sample(MetricKind.Gauge, p.Ready ? 1 : 0, LabelsOf(p)))] };
        yield return new("usher_pod_restarts", MetricKind.Counter, "How often a pod's containers were restarted.") { Samples = [.. listed.Select(p => MetricFamily.Sample(MetricKind.Counter, p.Restarts, LabelsOf(p)))] };
    }

    private static KeyValuePair<string, string>[] LabelsOf(PodStatus pod) => [new("namespace", pod.Key.Namespace ?? ""), new("pod", pod.Key.Name)];
}
