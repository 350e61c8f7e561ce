using Usher.Cli.Running;
using Usher.Trace.Meters.Exposition;

namespace Usher.Cli.Metrics;

/// <summary>Generations and reloads as metrics.</summary>
internal static class GenerationMetrics
{
    internal static IEnumerable<MetricFamily> Of(long generation, Reloads reloads)
    {
        yield return MetricFamily.Single("usher_generation", MetricKind.Gauge, "The number of the running generation: 1 is the first of a run, each published change and each step of a controller makes the next.", generation);
        yield return MetricFamily.Of(
            "usher_config_reloads", MetricKind.Counter, "Loads of the manifests, the first among them, by whether they run or were refused.",
            MetricSample.Of(reloads.Applied, ("result", "applied")), MetricSample.Of(reloads.Refused, ("result", "refused")));
        yield return MetricFamily.Single("usher_config_last_reload_successful", MetricKind.Gauge, "1 if the last saved manifests run, 0 if they were refused.", reloads.LastSucceeded ? 1 : 0);
        if (reloads.LastAt is { } last) yield return At("usher_config_last_reload_timestamp_seconds", "When manifests were last read and decided on, in seconds since 1970.", last);
        if (reloads.LastAppliedAt is { } applied) yield return At("usher_config_last_reload_success_timestamp_seconds", "When the manifests that run were taken, in seconds since 1970.", applied);
    }

    private static MetricFamily At(string name, string help, DateTimeOffset at) => MetricFamily.Single(name, MetricKind.Gauge, help, at.ToUnixTimeMilliseconds() / 1000.0, "seconds");
}
