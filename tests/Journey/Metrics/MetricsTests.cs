using System.Net;
using System.Text.RegularExpressions;
using Usher.Cli.Metrics;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Trace.Meters.Exposition;

namespace Usher.Journey.Tests.Metrics;

/// <summary><c>GET /metrics</c>, read by other people's parsers.</summary>
public sealed partial class MetricsTests(SampleRoad sample)
{
    [Fact]
    public async Task A_requests_way_is_counted_at_every_hop()
    {
        await using var road = await RunningRoad.StartAsync();
        await road.TraceAsync("https://api.example.com/v1/users");
        var refused = await road.TraceAsync("https://api.example.com/v1/nothing");
        Assert.Equal(404, refused.GetProperty("status").GetInt32());

        var text = "";
        await Until.HoldsAsync("both are counted", async () => Exposition.Value(text = await Exposition.TextAsync(road), "usher_journeys_total") == 2);
        Assert.Equal(1, Exposition.Value(text, """usher_hop_requests_total{hop="load-balancer",code="2xx"}"""));
        Assert.Equal(1, Exposition.Value(text, """usher_hop_requests_total{hop="load-balancer",code="4xx"}"""));
        Assert.Equal(1, Exposition.Value(text, """usher_hop_requests_total{hop="pods",code="2xx"}"""));
        Assert.Equal(2, Exposition.Value(text, """usher_hop_request_duration_seconds_count{hop="load-balancer"}"""));
        Assert.Equal(2, Exposition.Value(text, """usher_tls_handshakes_total{result="ok"}"""));
        Assert.Equal(2, Exposition.Value(text, """usher_dns_queries_total{result="ok"}"""));
        Assert.Equal(2, Exposition.Value(text, """usher_targets{target_group="shop-nodes",state="healthy"}"""));
        Assert.Equal(0, Exposition.Value(text, """usher_targets{target_group="shop-nodes",state="unhealthy"}"""));
        Assert.Equal(0, Exposition.Value(text, """usher_target_group_outstanding_requests{target_group="shop-nodes"}"""));
        Assert.Equal(3, Exposition.Value(text, """usher_pods{namespace="shop",ready="true"}"""));
        Assert.Equal(1, Exposition.Value(text, "usher_config_last_reload_successful"));
        Assert.Equal(1, Exposition.Value(text, """usher_config_reloads_total{result="applied"}"""));
        Assert.True(Exposition.Value(text, "usher_generation") >= 1);
        Assert.Equal(2, Exposition.Value(text, """usher_journeys_kept{in="memory"}"""));
        Assert.True(Exposition.Value(text, "process_cpu_seconds_total") > 0);
        Assert.True(Exposition.Value(text, "process_resident_memory_bytes") > 1e7);

        // The certificate's end is the one that a client sees.
        var served = await Tool.RunAsync(Tool.Start("openssl", ["s_client", "-connect", road.Https.ToString(), "-servername", "api.example.com"]));
        var ends = await Tool.RunAsync(Tool.Start("openssl", ["x509", "-noout", "-enddate", "-dateopt", "iso_8601"]), served.Output);
        var end = DateTimeOffset.Parse(ends.Output.Split('=')[1].Trim(), System.Globalization.CultureInfo.InvariantCulture);
        var told = Assert.Single(text.Split('\n'), l => l.StartsWith("usher_certificate_expiry_timestamp_seconds{kind=\"issued\"", StringComparison.Ordinal));
        Assert.Contains("domain=\"api.example.com\"", told, StringComparison.Ordinal);
        Assert.Equal(end.ToUnixTimeSeconds(), long.Parse(told.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Contains(text.Split('\n'), l => l.StartsWith("usher_certificate_expiry_timestamp_seconds{kind=\"authority\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Prometheus_own_parsers_take_both_formats_and_find_nothing_to_mend()
    {
        var road = await sample.RunsAsync();
        await road.CurlAsync("https://api.example.com/v1/users");
        await road.CurlAsync("https://nobody.example.com/", "-k");

        using (var plain = await Exposition.GetAsync(road, "*/*")) Assert.Equal("text/plain; version=0.0.4; charset=utf-8", plain.Content.Headers.ContentType!.ToString());
        using (var open = await Exposition.GetAsync(road, Exposition.OpenMetrics)) Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", open.Content.Headers.ContentType!.ToString());
        await Exposition.CheckTextAsync(await Exposition.TextAsync(road));
        Assert.Contains("usher_hop_requests", await Exposition.CheckOpenMetricsAsync(await Exposition.TextAsync(road, Exposition.OpenMetrics)));
    }

    [Fact]
    public async Task The_token_is_wanted_and_lies_in_a_file_of_its_own_while_the_road_runs()
    {
        await using var road = await RunningRoad.StartAsync("--stand-in");
        var file = Path.Combine(road.State, "api-token");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var token = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

        using (var answer = await Exposition.GetAsync(road, "*/*", token)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using (var answer = await Exposition.GetAsync(road, "*/*", token + "0")) Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);

        Machine.Signal(road.ProcessId, Machine.Terminate);
        await road.EndAsync();
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task A_refused_save_is_told_until_one_runs_again()
    {
        using var files = Manifests.Sample();
        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", files.Path);

        files.Write("extra.yaml", "kind: Sarvice\napiVersion: v1\nmetadata: { name: x, namespace: shop }\n: [\n");
        var text = "";
        await Until.HoldsAsync("the save is refused", async () => Exposition.Value(text = await Exposition.TextAsync(road), """usher_config_reloads_total{result="refused"}""") == 1);
        Assert.Equal(0, Exposition.Value(text, "usher_config_last_reload_successful"));
        Assert.True(Exposition.Value(text, "usher_config_last_reload_timestamp_seconds") > Exposition.Value(text, "usher_config_last_reload_success_timestamp_seconds"));

        File.Delete(files.FileOf("extra.yaml"));
        await Until.HoldsAsync("the road runs what is there", async () => Exposition.Value(text = await Exposition.TextAsync(road), "usher_config_last_reload_successful") == 1);
    }

    [Fact]
    public async Task Every_metric_is_in_the_document_and_every_one_there_is_written()
    {
        var text = await Exposition.TextAsync(await sample.RunsAsync());
        var document = await File.ReadAllTextAsync(Path.Combine(Tool.Root, "docs/metrics.md"), TestContext.Current.CancellationToken);

        Assert.Equal(Type().Matches(text).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal), Row().Matches(document).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task However_much_a_road_has_the_series_are_bounded_and_what_is_left_out_is_summed()
    {
        var targets = Enumerable.Range(0, 5_000).Select(i => new TargetHealthReport($"group-{i / 5:D4}", $"10.0.{i / 250}.{i % 250}:8080", "healthy", null, null, 1)).ToList();
        var pods = Enumerable.Range(0, 2_000).Select(i => new PodStatus(new ResourceKey("", "Pod", $"ns-{i / 4:D3}", $"pod-{i}"), PodRuntime.Process, "Running", true, false, 2, null, null));
        var certificates = Enumerable.Range(0, 2_000).Select(i => new CertificateReport(new ResourceKey("", "Certificate", "shop", $"c{i}"), $"arn:{i}", [$"h{i}.example.com"], "AMAZON_ISSUED", "RSA_2048", null, [])
        {
            Leaf = new ServedLeaf(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(i), "00", "CN=ca", DateTimeOffset.UnixEpoch),
        });

        var secrets = Enumerable.Range(0, 2_000).Select(i => new SecretCertificateReport(new ResourceKey("", "Secret", "shop", $"s{i}"), $"s{i}.example.com", DateTimeOffset.UnixEpoch.AddDays(10_000 + i)));
        MetricFamily[] families = [.. TargetMetrics.Of(targets), .. PodMetrics.Of(pods), .. CertificateMetrics.Of(null, certificates, secrets)];

        Assert.All(families, f => Assert.InRange(f.Samples.Count, 1, 201 * 5));
        Assert.Equal(5_000, families.Single(f => f.Name == "usher_targets").Samples.Sum(s => s.Value));
        Assert.Equal(5_000, families.Single(f => f.Name == "usher_target_group_outstanding_requests").Samples.Sum(s => s.Value));
        Assert.Equal(2_000, families.Single(f => f.Name == "usher_pods").Samples.Sum(s => s.Value));
        // Those that end first.
        Assert.Equal(499 * 86_400, families.Single(f => f.Name == "usher_certificate_expiry_timestamp_seconds").Samples.Max(s => s.Value));
        await Exposition.CheckTextAsync(ExpositionText.Of(families, ExpositionFormat.Text));
    }

    [GeneratedRegex(@"^# TYPE (\S+)", RegexOptions.Multiline)]
    private static partial Regex Type();

    [GeneratedRegex(@"^\| `([a-z_]+)`", RegexOptions.Multiline)]
    private static partial Regex Row();
}
