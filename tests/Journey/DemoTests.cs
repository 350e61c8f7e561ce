using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary><c>usher demo</c>.</summary>
[Trait("user", "matters")]
public sealed class DemoTests
{
    private static readonly string[] Road =
    [
        "dns", "tls", "load-balancer", "node", "service node", "endpoint node", "ingress", "service clusterIP", "endpoint clusterIP", "pod",
        "application", "application", "response",
    ];

    private static readonly Dictionary<string, int> Steps = new()
    {
        ["dns"] = 1, ["tls"] = 2, ["load-balancer"] = 3, ["node"] = 4, ["ingress"] = 5, ["service"] = 6, ["endpoint"] = 6, ["pod"] = 7, ["application"] = 8, ["response"] = 9,
    };

    [Fact]
    public async Task Prints_a_journey_with_every_step_and_leaves_nothing_behind()
    {
        var demo = await RunAsync("demo");

        Assert.True(demo.ExitCode == 0, demo.ToString());
        Assert.StartsWith("GET https://api.example.com/v1/users → 200", demo.Output, StringComparison.Ordinal);
        Assert.Contains("✓ ok in", demo.Output, StringComparison.Ordinal);
        // A Service's endpoint is told with its Service, and the way back by who passed the answer on.
        foreach (var (hop, step) in Steps.Where(s => s.Key is not ("endpoint" or "response"))) Assert.Matches($@"(?m)^ ?{step} [●◐○] {hop}\b", demo.Output);
        Assert.Equal(2, demo.Output.Split('\n').Count(line => line.StartsWith("   ● → ", StringComparison.Ordinal)));
        foreach (var hop in new[] { "pod", "ingress", "load-balancer" }) Assert.Matches($@"(?m)^ 9 [●◐] ← {hop} +200 +at ", demo.Output);
        Assert.DoesNotContain('\u001b', demo.Output);
    }

    [Fact]
    public async Task As_JSON_has_the_hops_in_the_order_of_the_road()
    {
        var demo = await RunAsync("demo", "--json");

        Assert.True(demo.ExitCode == 0, demo.ToString());
        Assert.Equal("", demo.Error);
        var journey = JsonDocument.Parse(demo.Output).RootElement;
        Assert.Equal("ok", journey.Text("outcome"));
        Assert.Equal("pod", journey.Text("answeredBy"));
        Assert.Equal(200, journey.GetProperty("status").GetInt32());
        Assert.Matches("^1-[0-9a-f]{8}-[0-9a-f]{24}$", journey.Text("id"));
        Assert.Equal(journey.Text("id")![2..].Replace("-", "", StringComparison.Ordinal), journey.Text("traceId"));

        Assert.Equal(Road, journey.HopNames());
        foreach (var hop in journey.GetProperty("hops").EnumerateArray())
        {
            Assert.Equal(Steps[hop.Text("hop")!], hop.GetProperty("step").GetInt32());
            Assert.Equal(hop.Text("hop") == "pod" ? "measured" : "seen", hop.Text("evidence"));
            Assert.True(hop.GetProperty("ok").GetBoolean(), hop.ToString());
        }

        ItsNameWasAskedFor(journey.Hop("dns"));
        ItsFactsAgree(journey);
        ItsTimesAscend(journey);
        ItsSpansAreTheApplications(journey);
    }

    private static void ItsNameWasAskedFor(JsonElement dns)
    {
        Assert.Matches(@"^127\.0\.0\.1:\d+$", dns.Facts().Text("server"));
        Assert.Equal("60", dns.Facts().Text("ttl"));
        Assert.Equal("NOERROR", dns.Facts().Text("responseCode"));
        Assert.Equal("udp", dns.Facts().Text("transport"));
        Assert.Equal(2, dns.Facts().GetProperty("answers").GetArrayLength());
        Assert.Contains(dns.GetProperty("reasons").EnumerateArray(), r =>
            r.GetProperty("chosen").GetBoolean() && r.Text("candidate")!.StartsWith("hosted zone example.com", StringComparison.Ordinal));
    }

    /// <summary>What one hop says of the next is what the next says of itself.</summary>
    private static void ItsFactsAgree(JsonElement journey)
    {
        var balancer = journey.Hop("load-balancer").Facts();
        var ingress = journey.Hop("ingress").Facts();
        var pod = journey.Hop("pod").Facts();
        Assert.Equal(journey.Hop("tls").Facts().Text("listenerArn"), balancer.Text("listenerArn"));
        Assert.StartsWith(journey.Hop("dns").Facts().GetProperty("answers")[0].GetString()!, balancer.Text("bound"), StringComparison.Ordinal);
        Assert.Equal(balancer.Text("targetBound"), journey.Hop("node").Facts().Text("bound"));
        Assert.Equal(balancer.Text("targetAddress"), journey.Hop("node").Facts().Text("declared"));
        Assert.Equal(journey.Hop("endpoint", "node").Facts().Text("bound"), ingress.Text("bound"));
        Assert.Equal(ingress.Text("clusterIPBound"), journey.Hop("service", "clusterIP").Facts().Text("bound"));
        Assert.Equal(journey.Hop("endpoint", "clusterIP").Facts().Text("bound"), pod.Text("bound"));
        Assert.Equal(journey.Hop("endpoint", "clusterIP").Facts().Text("pod"), pod.Text("pod"));
        Assert.Equal("process", pod.Text("runtime"));
    }

    private static void ItsTimesAscend(JsonElement journey)
    {
        // A moment that two of them read differs by what the machine did in between, on a busy one a good deal; two kinds of clock differ by more.
        const double slack = 1000;
        var before = 0.0;
        foreach (var hop in journey.GetProperty("hops").EnumerateArray())
        {
            var start = hop.Number("startMs");
            // The application's clock is the wall clock; the response comes after it.
            Assert.True(start >= before - (hop.Text("hop") is "application" or "response" ? slack : 5), $"{hop.Text("hop")} starts at {start} ms, after one that starts at {before} ms");
            // The client may have its answer before the application's own span ends, and before a hop is done.
            if (hop.Text("hop") != "application") Assert.True(start + hop.Number("durationMs") <= journey.Number("durationMs") + slack, $"{hop.Text("hop")} ends after the journey does");
            before = start;
        }

        Assert.Equal(0, journey.Hop("dns").Number("startMs"));
    }

    private static void ItsSpansAreTheApplications(JsonElement journey)
    {
        var spans = journey.Hops("application").ToList();
        Assert.Equal("users", spans[0].Facts().Text("service.name"));
        Assert.Equal("GET", spans[0].Facts().Text("http.request.method"));
        Assert.Equal("200", spans[0].Facts().Text("http.response.status_code"));
        Assert.Equal("sqlite", spans[1].Facts().Text("db.system.name"));
        Assert.Equal(spans[0].Facts().Text("spanId"), spans[1].Facts().Text("parentSpanId"));
    }

    /// <summary>Runs it with a folder for temporary files of its own, which is also how its processes are found.</summary>
    private static async Task<Ended> RunAsync(params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("usher-test-").FullName;
        try
        {
            var ended = await Tool.RunAsync(Tool.Start("dotnet", [Tool.Usher, .. arguments], ("TMPDIR", folder)));
            Assert.Empty(Machine.ProcessesNaming(folder));
            Assert.Empty(Directory.GetFileSystemEntries(folder).Select(Path.GetFileName));
            return ended;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
