using System.Globalization;
using CsCheck;
using Usher.Tests;
using Usher.Trace.Meters;
using Usher.Trace.Meters.Exposition;

namespace Usher.Trace.Tests.Meters;

public sealed class ExpositionTests
{
    [Theory]
    [InlineData(ExpositionFormat.Text, "metrics.txt")]
    [InlineData(ExpositionFormat.OpenMetrics, "metrics.openmetrics.txt")]
    public void What_the_hops_came_to(ExpositionFormat format, string golden)
    {
        var (ingress, dns) = (new Meter(), new Meter());
        ingress.Count(TimeSpan.FromMicroseconds(63), 2);
        ingress.Count(TimeSpan.FromMicroseconds(64), 2);
        ingress.Count(TimeSpan.FromMilliseconds(20), 5);
        ingress.Count(TimeSpan.FromHours(1), 4);
        ingress.Count(TimeSpan.FromTicks(-1), 0);
        dns.Count(TimeSpan.FromMilliseconds(1.5), 5);
        var outcomes = new Dictionary<string, long> { ["load-balancer.502.reset"] = 3, ["ingress.404.no-host"] = 1 };
        var reading = new RoadReading(TestRoad.Start, [new("dns", "queries", dns.Read()), new("ingress", "requests", ingress.Read()), new("node", "connections", new Meter().Read())], outcomes);

        Golden.Check(Golden.Folder("trace-metrics", golden), ExpositionText.Of(MeterMetrics.Of(reading), format));
    }

    [Theory]
    [InlineData(ExpositionFormat.Text, """
        # HELP usher_odd say "why"\n and C:\\ so
        # TYPE usher_odd gauge
        usher_odd{name="a \"b\" \\ c\nd"} 0.5
        # HELP usher_none_total Nothing has it.
        # TYPE usher_none_total counter
        # HELP usher_up_info what
        # TYPE usher_up_info gauge
        usher_up_info{version="1"} 1

        """)]
    [InlineData(ExpositionFormat.OpenMetrics, """
        # HELP usher_odd say \"why\"\n and C:\\ so
        # TYPE usher_odd gauge
        usher_odd{name="a \"b\" \\ c\nd"} 0.5
        # HELP usher_none Nothing has it.
        # TYPE usher_none counter
        # HELP usher_up what
        # TYPE usher_up info
        usher_up_info{version="1"} 1
        # EOF

        """)]
    public void What_could_end_a_line_or_a_label_is_escaped(ExpositionFormat format, string expected)
    {
        MetricFamily[] families =
        [
            MetricFamily.Of("usher_odd", MetricKind.Gauge, "say \"why\"\n and C:\\ so", MetricSample.Of(0.5, ("name", "a \"b\" \\ c\nd"))),
            MetricFamily.Of("usher_none", MetricKind.Counter, "Nothing has it."),
            MetricFamily.Of("usher_up", MetricKind.Info, "what", MetricSample.Of(1, ("version", "1"))),
        ];

        Assert.Equal(expected, ExpositionText.Of(families, format));
    }

    [Theory]
    [InlineData("", ExpositionFormat.Text)]
    [InlineData("*/*", ExpositionFormat.Text)]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8", ExpositionFormat.Text)]
    [InlineData("application/openmetrics-text", ExpositionFormat.OpenMetrics)]
    [InlineData("Application/OpenMetrics-Text; Version=\"1.0.0\"", ExpositionFormat.OpenMetrics)]
    // Prometheus 2.42's own, and 3's, which likes protobuf best.
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", ExpositionFormat.OpenMetrics)]
    [InlineData("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.2", ExpositionFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text;version=0.0.1", ExpositionFormat.Text)]
    [InlineData("application/openmetrics-text;q=0.2, text/plain;q=0.5", ExpositionFormat.Text)]
    [InlineData("application/openmetrics-text;q=0", ExpositionFormat.Text)]
    [InlineData("application/openmetrics-text;q=x", ExpositionFormat.Text)]
    public void The_format_is_the_one_that_is_asked_for(string accept, ExpositionFormat format) => Assert.Equal(format, ExpositionFormats.Preferred(accept));

    [Fact]
    public void A_bucket_has_all_that_took_less_than_its_bound() => Gen.Int[0, 200_000_000].Array[1, 100].Sample(all =>
    {
        var meter = new Meter();
        foreach (var microseconds in all) meter.Count(TimeSpan.FromMicroseconds(microseconds), 2);
        var reading = new RoadReading(TestRoad.Start, [new("ingress", "requests", meter.Read())], new Dictionary<string, long>());
        var samples = MeterMetrics.Of(reading).Single(f => f.Name == "usher_hop_request_duration_seconds").Samples;
        foreach (var bucket in samples.Where(s => s.Suffix == "_bucket"))
        {
            var bound = bucket.Labels.Single(l => l.Key == "le").Value;
            Assert.Equal(bound == "+Inf" ? all.Length : all.Count(m => m / 1e6 < double.Parse(bound, CultureInfo.InvariantCulture)), (int)bucket.Value);
        }

        Assert.Equal(all.Length, (int)samples.Single(s => s.Suffix == "_count").Value);
        Assert.Equal(all.Sum(m => (long)m) / 1e6, samples.Single(s => s.Suffix == "_sum").Value, 6);
    });
}
