using System.Globalization;
using System.Text.RegularExpressions;

namespace Usher.Journey.Tests;

/// <summary><c>usher up --server-timing</c>.</summary>
public sealed partial class ServerTimingTests(TimedRoad timed, SampleRoad sample) : IClassFixture<TimedRoad>
{
    private const string Api = "https://api.example.com/v1/users";

    [Fact]
    public async Task Curl_sees_a_metric_for_each_hop_and_the_journey_says_who_added_it()
    {
        var road = await timed.RunsAsync();

        var ended = await road.CurlAsync("--http1.1", "-i", Api, "-A", "server-timing-test");

        var header = Assert.Single(ended.Output.Split("\r\n"), l => l.StartsWith("Server-Timing: ", StringComparison.Ordinal))["Server-Timing: ".Length..];
        var metrics = Metrics(header);
        // On a connection that another test opened, no endpoint was chosen for this request.
        metrics.RemoveAll(m => m.Name == "service");
        Assert.Equal(["lb", "node", "ingress", "pod"], metrics.Select(m => m.Name));
        Assert.Equal("shop-edge, rule 10", metrics[0].Description);
        Assert.StartsWith("ingress-nginx-controller-", metrics[2].Description, StringComparison.Ordinal);
        Assert.StartsWith("shop/users-", metrics[3].Description, StringComparison.Ordinal);
        // Whoever is nearer to the client waits for those behind it.
        Assert.True(metrics[0].Duration >= metrics[1].Duration && metrics[1].Duration >= metrics[2].Duration && metrics[2].Duration >= metrics[3].Duration, header);

        var id = "";
        await Until.HoldsAsync("the journey is recorded", async () =>
            (id = (await road.ApiAsync("/api/journeys?limit=20")).EnumerateArray().FirstOrDefault(j => j.Text("url") == Api).Text("id") ?? "").Length > 0);
        var journey = await road.ApiAsync($"/api/journeys/{id}");
        Assert.Equal(header, journey.Hop("load-balancer").Facts().Text("serverTiming"));
        Assert.Equal(header, journey.Hop("load-balancer").GetProperty("response").GetProperty("added").Text("Server-Timing"));
        var told = await road.UsherAsync("journeys", id);
        Assert.Contains("Server-Timing is Usher's own", string.Join(' ', told.Output.Split('\n').Select(l => l.Trim(' ', '●'))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://other.example.com/", "lb")]
    [InlineData("http://api.example.com/", "lb")]
    public async Task An_answer_of_the_load_balancers_own_has_only_its_own_time(string url, string names)
    {
        var road = await timed.RunsAsync();

        var ended = await road.CurlAsync("--http1.1", "-k", "-i", url);

        var header = Assert.Single(ended.Output.Split("\r\n"), l => l.StartsWith("Server-Timing: ", StringComparison.Ordinal));
        Assert.Equal(names, string.Join(' ', Metrics(header).Select(m => m.Name)));
    }

    [Fact]
    public async Task Express_links_tell_the_same_hops()
    {
        await using var road = await RunningRoad.StartAsync("--express", "--server-timing");

        var ended = await road.CurlAsync("--http1.1", "-i", Api);

        var header = Assert.Single(ended.Output.Split("\r\n"), l => l.StartsWith("Server-Timing: ", StringComparison.Ordinal));
        Assert.Equal(["lb", "node", "ingress", "pod"], Metrics(header).Select(m => m.Name).Where(n => n != "service"));
    }

    [Fact]
    public async Task Without_the_option_there_is_no_such_header()
    {
        var road = await sample.RunsAsync();

        Assert.DoesNotContain("server-timing", (await road.CurlAsync("-i", Api)).Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_browser_reads_the_hops_times_from_its_own_performance_entries()
    {
        var road = await timed.RunsAsync();

        var journey = await road.TraceAsync("--browser", "https://api.example.com/");

        var metrics = journey.Hop("browser").Facts().GetProperty("serverTiming").EnumerateArray().ToList();
        var names = metrics.Select(m => m.Text("name")!).Where(n => n != "service").ToList();
        Assert.Equal(["lb", "node", "ingress", "pod"], names);
        Assert.All(metrics, m => Assert.True(m.Number("durationMs") >= 0));
        Assert.Equal("shop-edge, rule 10", metrics[0].Text("description"));
    }

    private static List<(string Name, string Description, double Duration)> Metrics(string header) =>
        [.. Metric().Matches(header).Select(m => (m.Groups["name"].Value, m.Groups["desc"].Value, double.Parse(m.Groups["dur"].Value, CultureInfo.InvariantCulture)))];

    [GeneratedRegex("(?<name>[a-z]+);desc=\"(?<desc>[^\"]*)\";dur=(?<dur>[0-9.]+)")]
    private static partial Regex Metric();
}

/// <summary>The sample road with the hops' times in its answers.</summary>
public sealed class TimedRoad() : SharedRoad(() => RunningRoad.StartAsync("--server-timing"));
