using System.Globalization;

namespace Usher.Trace.Meters.Exposition;

/// <summary>What the hops have come to, as metrics.</summary>
public static class MeterMetrics
{
    // A bound is where a bucket of the meter begins, so that nothing is counted by guess: each power of two of microseconds and the half way to the next, from 64 µs to 134 s.
    private const int FirstOctave = 6;
    private const int LastOctave = 27;

    private static readonly long[] Bounds = [.. Enumerable.Range(FirstOctave, LastOctave - FirstOctave).SelectMany(k => new[] { 1L << k, 3L << (k - 1) }), 1L << LastOctave];

    /// <summary>Counters by hop and status, histograms of durations, and outcomes.</summary>
    public static IEnumerable<MetricFamily> Of(RoadReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        var of = reading.Hops.ToLookup(h => h.Counts is "queries" or "handshakes" or "connections" ? h.Counts : "requests");
        yield return MetricFamily.Of(
            "usher_hop_requests", MetricKind.Counter, "Requests by the hop that recorded them and the hundreds of their status; none: nothing came of them. targets and pods are what the load balancer and the ingress got back from behind them.",
            of["requests"].SelectMany(h => Enumerable.Range(1, 5).Append(0).Select(c => MetricSample.Of(h.Meter.Classes[c], ("hop", h.Hop), ("code", c == 0 ? "none" : $"{c}xx")))));
        yield return Histogram("usher_hop_request_duration_seconds", "How long a hop had a request; of targets and pods until the first byte of the answer.", of["requests"]);
        yield return MetricFamily.Of("usher_hop_connections", MetricKind.Counter, "Connections that hops relayed, by whether they led on.", of["connections"].SelectMany(h => Results(h, ("hop", h.Hop))));
        yield return Histogram("usher_hop_connect_duration_seconds", "How long a relay took from accepting a connection until it led on.", of["connections"]);
        yield return MetricFamily.Of("usher_tls_handshakes", MetricKind.Counter, "Handshakes of clients with load balancers.", of["handshakes"].SelectMany(h => Results(h)));
        yield return Histogram("usher_tls_handshake_duration_seconds", "How long clients' handshakes took.", of["handshakes"], labelled: false);
        yield return MetricFamily.Of("usher_dns_queries", MetricKind.Counter, "Queries that the name server answered; failed: with another code than NOERROR.", of["queries"].SelectMany(h => Results(h)));
        yield return Histogram("usher_dns_query_duration_seconds", "How long the name server took to answer.", of["queries"], labelled: false);
        yield return MetricFamily.Of("usher_outcomes", MetricKind.Counter, "Failures by their code, which docs/outcomes.md explains.", reading.Outcomes.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => MetricSample.Of(o.Value, ("code", o.Key))));
    }

    private static IEnumerable<MetricSample> Results(HopReading hop, params (string, string)[] labels) =>
        [MetricSample.Of(hop.Meter.Count - hop.Meter.Failed, [.. labels, ("result", "ok")]), MetricSample.Of(hop.Meter.Failed, [.. labels, ("result", "failed")])];

    private static MetricFamily Histogram(string name, string help, IEnumerable<HopReading> hops, bool labelled = true) =>
        MetricFamily.Of(name, MetricKind.Histogram, help, hops.SelectMany(h => Histogram(h.Meter, labelled ? [("hop", h.Hop)] : []))) with { Unit = "seconds" };

    private static IEnumerable<MetricSample> Histogram(MeterReading meter, (string, string)[] labels)
    {
        var (next, below) = (0, 0L);
        foreach (var bound in Bounds)
        {
            for (var end = Meter.BucketOf(bound); next < end; next++) below += meter.Buckets[next];
            yield return MetricSample.OfHistogram("_bucket", below, [.. labels, ("le", (bound / 1e6m).ToString(CultureInfo.InvariantCulture))]);
        }

        var all = meter.Buckets.Sum();
        yield return MetricSample.OfHistogram("_bucket", all, [.. labels, ("le", "+Inf")]);
        yield return MetricSample.OfHistogram("_sum", meter.Seconds, labels);
        yield return MetricSample.OfHistogram("_count", all, labels);
    }
}
