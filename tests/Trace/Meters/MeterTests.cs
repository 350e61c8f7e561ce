using CsCheck;
using Usher.Trace.Meters;

namespace Usher.Trace.Tests.Meters;

public sealed class MeterTests
{
    [Fact]
    public void A_bucket_has_its_durations_and_is_at_most_an_eighth_wide() => Gen.Long[0, (1L << 36) - 1].Sample(microseconds =>
    {
        var bucket = Meter.BucketOf(microseconds);
        Assert.InRange(bucket, 0, Meter.Buckets - 2);
        Assert.InRange(microseconds, bucket == 0 ? 0 : Meter.EndOf(bucket - 1) + 1, Meter.EndOf(bucket));
        Assert.True(Meter.EndOf(bucket) - microseconds <= microseconds / 8);
    });

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(long.MaxValue, Meter.Buckets - 1)]
    [InlineData(1L << 36, Meter.Buckets - 1)]
    public void What_is_out_of_range_has_the_bucket_at_the_end(long microseconds, int bucket) => Assert.Equal(bucket, Meter.BucketOf(microseconds));

    [Fact]
    public void Percentiles_are_those_of_the_sorted_durations() => Gen.Int[1, 100_000].Array[1, 200].Sample(all =>
    {
        var meter = new Meter();
        foreach (var microseconds in all) meter.Count(TimeSpan.FromMicroseconds(microseconds), 2);
        Array.Sort(all);
        foreach (var percent in new[] { 1.0, 50, 90, 99, 100 })
        {
            var exact = all[(int)Math.Ceiling(all.Length * percent / 100) - 1];
            Assert.InRange(meter.Read().Percentile(percent)!.Value.TotalMicroseconds, exact, exact + (exact / 8));
        }
    });

    [Fact]
    public void Many_threads_lose_no_count()
    {
        var meter = new Meter();
        Parallel.For(0, 100_000, i => meter.Count(TimeSpan.FromMicroseconds(i % 100), i % 6));
        var reading = meter.Read();
        Assert.Equal((100_000, 100_000), (reading.Count, reading.Buckets.Sum()));
        Assert.Equal(reading.Classes[0] + reading.Classes[5], reading.Failed);
    }

    [Fact]
    public void What_happened_between_two_readings()
    {
        var meter = new Meter();
        meter.Count(TimeSpan.FromMilliseconds(1), 2);
        var before = meter.Read();
        meter.Count(TimeSpan.FromMilliseconds(5), 4);
        meter.Count(TimeSpan.FromTicks(-1), 0);

        var window = meter.Read().Since(before);
        Assert.Equal((2, 1, 1), (window.Count, window.Refused, window.Failed));
        Assert.InRange(window.Percentile(50)!.Value.TotalMilliseconds, 5, 5.7);
        Assert.Null(before.Since(before).Percentile(50));
    }

    [Fact]
    public void A_request_counts_at_every_hop_that_recorded_it()
    {
        var road = new TestRoad();
        road.Log.Add(TestRoad.Query());
        road.Log.Add(TestRoad.Handshake());
        road.AddAll(road.LoadBalancer(), road.Ingress(), road.AtNode(), road.AtVirtualIP(), handshake: false);
        var refused = road.LoadBalancer();
        (refused.Status, refused.UpstreamStatus, refused.AnsweredHere, refused.Outcome, refused.Upstream) = (502, 0, true, "load-balancer.502.connection-refused", null);
        road.Log.Add(refused);
        // A probe, and an answer that came before the request was sent.
        var probe = road.Ingress();
        probe.JourneyId = null;
        road.Log.Add(probe);
        var early = road.LoadBalancer();
        (early.RequestSentAt, early.UpstreamStatus) = (0, 413);
        road.Log.Add(early);

        var read = road.Log.Meters.Read();
        Assert.Equal(
            ["dns queries 1 0", "tls handshakes 1 0", "load-balancer requests 3 1", "targets as the load balancer measures them 3 1", "ingress requests 1 0", "pods as the ingress measures them 1 0"],
            read.Hops.Where(h => h.Meter.Count > 0 && h.Counts != "connections").Select(h => $"{h.Hop} {h.Counts} {h.Meter.Count} {h.Meter.Failed}"));
        Assert.Equal(1, Assert.Single(read.Outcomes, o => o.Key == "load-balancer.502.connection-refused").Value);
        Assert.InRange(read.Hops.Single(h => h is { Hop: "targets" }).Meter.Percentile(100)!.Value.TotalMilliseconds, 0, 100);
        Assert.InRange(read.Hops.Single(h => h is { Hop: "ingress" }).Meter.Percentile(50)!.Value.TotalMilliseconds, 4.8, 5.5);
    }
}
