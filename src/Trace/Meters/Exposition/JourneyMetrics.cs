using Usher.Trace.Keeping;

namespace Usher.Trace.Meters.Exposition;

/// <summary>What became of journeys, as metrics.</summary>
public static class JourneyMetrics
{
    /// <summary>How many ended, are kept, and are kept no more.</summary>
    public static IEnumerable<MetricFamily> Of(JourneyLog log, JourneyKeeper keeper)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(keeper);
        var (ended, inMemory) = log.Kept;
        yield return MetricFamily.Single("usher_journeys", MetricKind.Counter, "Requests whose journeys have ended.", ended);
        yield return MetricFamily.Of(
            "usher_journeys_kept", MetricKind.Gauge, "Journeys of requests that are kept, in memory and in the state store; most are in both.",
            MetricSample.Of(inMemory, ("in", "memory")), MetricSample.Of(keeper.Stored, ("in", "store")));
        yield return MetricFamily.Of(
            "usher_journeys_dropped", MetricKind.Counter, "Journeys that gave way to newer ones in memory, and those that the state store never got.",
            MetricSample.Of(ended - inMemory, ("from", "memory")), MetricSample.Of(keeper.PassedOver, ("from", "store")));
    }
}
