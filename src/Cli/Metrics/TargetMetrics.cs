using Usher.Model.Contracts;
using Usher.Trace.Meters.Exposition;

namespace Usher.Cli.Metrics;

/// <summary>The load balancers' targets as metrics.</summary>
internal static class TargetMetrics
{
    // DescribeTargetHealth's, so that each has a series before a target is in it.
    private static readonly string[] States = ["initial", "healthy", "unhealthy", "draining", "unused"];

    internal static IEnumerable<MetricFamily> Of(IReadOnlyList<TargetHealthReport> targets)
    {
        var grouped = BoundedLabels.Grouped(targets.Select(t => t.TargetGroup));
        var groups = targets.GroupBy(t => grouped(t.TargetGroup)).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        // A target may be registered twice for a while, once draining.
        var listed = targets.GroupBy(t => (t.TargetGroup, t.Target)).OrderBy(t => t.Key.TargetGroup, StringComparer.Ordinal).ThenBy(t => t.Key.Target, StringComparer.Ordinal).Take(BoundedLabels.Each).ToList();
        yield return MetricFamily.Of("usher_targets", MetricKind.Gauge, "Registered targets by their health, as DescribeTargetHealth tells it.",
            groups.SelectMany(g => States.Union(g.Select(t => t.State)).Select(s => MetricSample.Of(g.Count(t => t.State == s), ("target_group", g.Key), ("state", s)))));
        yield return MetricFamily.Of("usher_target_group_outstanding_requests", MetricKind.Gauge, "Requests sent to a group's targets that aren't answered yet; of a Network Load Balancer's, open connections.",
            groups.Select(g => MetricSample.Of(g.Sum(t => t.Outstanding), ("target_group", g.Key))));
        yield return MetricFamily.Of("usher_target_healthy", MetricKind.Gauge, "1 for a target that is healthy, else 0.",
            listed.Select(t => MetricSample.Of(t.Any(r => r.State == "healthy") ? 1 : 0, ("target_group", t.Key.TargetGroup), ("target", t.Key.Target))));
        yield return MetricFamily.Of("usher_target_outstanding_requests", MetricKind.Gauge, "Requests sent to a target that aren't answered yet; of a Network Load Balancer's, open connections.",
            listed.Select(t => MetricSample.Of(t.Sum(r => r.Outstanding), ("target_group", t.Key.TargetGroup), ("target", t.Key.Target))));
    }
}
