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
        yield return new("usher_journeys_kept", MetricKind.Gauge, "Journeys of requests that are kept, in memory and in the state store; most are in both.")
        {
            Samples = [MetricFamily.Sample(MetricKind.Gauge, inMemory, new KeyValuePair<string, string>("in", "memory")), MetricFamily.Sample(MetricKind.Gauge, keeper.Stored, new KeyValuePair<string, string>("in", "store"))],
        };
        yield return new("usher_journeys_dropped", MetricKind.Counter, "Journeys that gave way to newer ones in memory, and those that the state store never got.")
        {
            Samples =
            [
                MetricFamily.Sample(MetricKind.Counter, ended - inMemory, new KeyValuePair<string, string>("from", "memory")),
                MetricFamily.Sample(MetricKind.Counter, keeper.PassedOver, new KeyValuePair<string, string>("from", "store")),
            ],
        };
    }
}
