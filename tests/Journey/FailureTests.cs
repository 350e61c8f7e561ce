using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>
/// What people debug at night, each on the running road of <c>roads/trouble</c>: the journey names the hop that answered, the object, and the way out.
/// </summary>
public sealed class FailureTests(TroubleRoad trouble)
{
    [Theory]
    // Before the load balancer.
    [InlineData("dns.nxdomain", null, null, "https://nobody.still.example.org/", "nobody.still.example.org")]
    [InlineData("tls.name-mismatch", null, null, "https://deeper.still.example.org/", "*.example.org", "does not cover", "deeper.still.example.org")]
    // The load balancer's own answers.
    [InlineData("load-balancer.404.fixed-response", 404, "load-balancer", "https://other.example.org/", "fixed response")]
    [InlineData("load-balancer.503.no-registered-target", 503, "load-balancer", "https://empty.example.org/", "target group empty", "register")]
    [InlineData("load-balancer.502.connection-refused", 502, "load-balancer", "https://closed.example.org/", "10.0.", ":30999 refused the connection", "NodePort")]
    // A target that fails, straight behind the load balancer.
    [InlineData("load-balancer.502.reset", 502, "load-balancer", "https://direct.example.org/reset", ":30090 reset the connection")]
    [InlineData("load-balancer.502.closed-before-response", 502, "load-balancer", "https://direct.example.org/close", ":30090 closed the connection before it answered")]
    [InlineData("load-balancer.502.malformed-response", 502, "load-balancer", "https://direct.example.org/malformed", "no valid HTTP response")]
    [InlineData("load-balancer.502.response-headers-too-large", 502, "load-balancer", "https://direct.example.org/huge-head", "over 32 kB")]
    [InlineData("load-balancer.504.idle-timeout", 504, "load-balancer", "https://direct.example.org/hang", "idle timeout (3 s)", "idle_timeout.timeout_seconds")]
    [InlineData("load-balancer.502.closed-mid-body", 200, "pod", "https://direct.example.org/short", "before its response was complete", "Content-Length")]
    // The ingress.
    [InlineData("ingress.404.no-route", 404, "ingress", "https://in.example.org/nowhere", "no Ingress has a rule for host in.example.org and path /nowhere")]
    [InlineData("ingress.503.no-endpoints", 503, "ingress", "https://in.example.org/unready", "Service web/unready", "HTTP probe failed with statuscode: 503")]
    [InlineData("ingress.503.no-service", 503, "ingress", "https://in.example.org/nobody", "Ingress web/web spec.rules[0].http.paths[3].backend.service.name: found 'nobody'", "trouble")]
    [InlineData("ingress.503.no-service-port", 503, "ingress", "https://in.example.org/no-port", "Ingress web/web spec.rules[0].http.paths[4].backend.service.port: found 81", "has the ports 80")]
    [InlineData("ingress.413.body-too-large", 413, "ingress", "https://in.example.org/t/ok", "proxy-body-size")]
    [InlineData("ingress.502.connection-refused", 502, "ingress", "https://in.example.org/refuses", ":9999 of Service web/wrong-port:80 refused the connection", "targetPort")]
    [InlineData("ingress.502.reset", 502, "ingress", "https://in.example.org/t/reset", "Service web/trouble", "reset the connection")]
    [InlineData("ingress.502.closed-before-response", 502, "ingress", "https://in.example.org/t/close", "Service web/trouble", "before it answered")]
    [InlineData("ingress.502.malformed-response", 502, "ingress", "https://in.example.org/t/malformed", "Service web/trouble", "no valid HTTP response")]
    [InlineData("ingress.502.closed-mid-body", 200, "pod", "https://in.example.org/t/short", "Service web/trouble", "before its response was complete")]
    [InlineData("load-balancer.504.idle-timeout", 504, "load-balancer", "https://in.example.org/t/hang", "idle timeout (3 s)")]
    // The application itself.
    [InlineData("pod.500", 500, "pod", "https://in.example.org/t/500", "pod web/trouble-", "answered 500 itself", "spans and logs")]
    public async Task The_journey_names_who_answered_what_is_wrong_and_the_way_out(string outcome, int? status, string? answeredBy, string url, params string[] told)
    {
        var road = await trouble.RunsAsync();

        // More than ingress-nginx takes by default, 1 MiB, where that is the failure.
        using var big = new BigFile(outcome.Contains("413", StringComparison.Ordinal) ? (1 << 20) + 1 : 0);
        var ended = await road.UsherAsync("trace", ["--json", .. big.Arguments, url]);
        // On a connection that is still kept from a test before it is the race, rightly; that connection is gone then, and each of two nodes may have one.
        for (var kept = 0; kept < 2 && JsonDocument.Parse(ended.Output).RootElement.Text("outcome") == "load-balancer.502.keep-alive-race"; kept++)
            ended = await road.UsherAsync("trace", ["--json", .. big.Arguments, url]);

        var journey = JsonDocument.Parse(ended.Output).RootElement;
        Assert.Equal((outcome, status?.ToString(), answeredBy), (journey.Text("outcome"), journey.Text("status"), journey.Text("answeredBy")));
        Assert.All(told, t => Assert.Contains(t, journey.Text("problem"), StringComparison.Ordinal));
        Assert.Equal(status is { } s and not 200 ? s / 100 : 6, ended.ExitCode);
        Assert.Equal("", ended.Error);
    }

    [Fact]
    public async Task A_header_that_only_the_ingress_finds_too_long_is_told_of_it()
    {
        var road = await trouble.RunsAsync();

        var ended = await road.UsherAsync("trace", "--json", "--http1.1", "-H", $"Cookie: {new string('a', 9000)}", "https://in.example.org/t/ok");

        var journey = JsonDocument.Parse(ended.Output).RootElement;
        Assert.Equal(("ingress.400.header-too-large", "400", "ingress", 4), (journey.Text("outcome"), journey.Text("status"), journey.Text("answeredBy"), ended.ExitCode));
        Assert.Contains("look for a cookie that grew", journey.Text("problem"), StringComparison.Ordinal);
        Assert.Contains("ingress", journey.HopNames());
    }

    [Fact]
    public async Task A_failure_shows_in_the_first_lines_that_a_person_reads()
    {
        var road = await trouble.RunsAsync();

        var lines = (await road.UsherAsync("trace", "https://in.example.org/unready")).Output.Split('\n');

        Assert.Equal("GET https://in.example.org/unready → 503", lines[0]);
        Assert.StartsWith("✗ ingress.503.no-endpoints", lines[1], StringComparison.Ordinal);
        Assert.Matches("^  road  .*→ ✗ ingress$", lines[4]);
        Assert.StartsWith("  why   Service web/unready:80 has no ready endpoint", string.Join(' ', lines.Skip(5).Take(2).Select((line, i) => i == 0 ? line : line.Trim())), StringComparison.Ordinal);
        Assert.Contains(lines.Take(12), line => line.StartsWith("  do    usher status", StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_every_target_is_unhealthy_the_request_goes_through_and_the_journey_says_which_check_failed()
    {
        var road = await trouble.RunsAsync();
        await Until.HoldsAsync("both targets are unhealthy", async () => (await road.TargetsAsync())
            .Count(t => t.Text("targetGroup") == "sick" && t.Text("state") == "unhealthy") == 2);

        var journey = await road.TraceAsync("https://sick.example.org/ok");

        Assert.Equal("ok", journey.Text("outcome"));
        var balancer = journey.Hop("load-balancer");
        Assert.Equal(("True", "0", "2"), (balancer.Facts().Text("failOpen"), balancer.Facts().Text("healthy"), balancer.Facts().Text("registered")));
        var why = string.Join('\n', balancer.GetProperty("reasons").EnumerateArray().Select(r => r.Text("why")));
        Assert.Contains("[503]", why, StringComparison.Ordinal);
        Assert.Contains("200 is wanted of GET /sick", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_closes_a_kept_connection_as_the_next_request_comes_is_the_keep_alive_race()
    {
        var road = await trouble.RunsAsync();
        var raced = (JsonElement journey) => journey.Text("outcome") == "load-balancer.502.keep-alive-race";

        // A POST: what has no effect may be sent twice by some, but by no load balancer. Two nodes take turns, and each connection is kept.
        for (var i = 0; i < 4; i++) await road.CurlAsync("-o", "/dev/null", "-d", "", "https://direct.example.org/then-close");

        var journeys = await road.JourneysAsync("the race is listed", "limit=50&failed=true", all => all.Any(raced));
        Assert.All(journeys.Where(raced), j => Assert.Contains("Let the target keep idle connections longer than the load balancer's idle timeout (3 s)", j.Text("problem"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_gives_up_is_a_460_in_the_journeys_and_in_the_access_log()
    {
        var road = await trouble.RunsAsync();
        var path = $"/{Guid.NewGuid():n}/hang";

        using var curl = road.StartCurl($"https://direct.example.org{path}");
        await Until.HoldsAsync("the target has the request", async () => (await road.TargetsAsync()).Sum(t => t.GetProperty("outstanding").GetInt32()) == 1);
        Machine.Signal(curl.Id, Machine.Terminate);

        JsonElement? gone = null;
        await Until.HoldsAsync("the journey is kept", async () =>
        {
            gone = (await road.ApiAsync("/api/journeys?limit=50&failed=true")).EnumerateArray().Where(j => j.Text("url")!.EndsWith(path, StringComparison.Ordinal)).Select(j => (JsonElement?)j).FirstOrDefault();
            return gone is not null;
        });
        Assert.Equal("load-balancer.460.client-closed", gone!.Value.Text("outcome"));
        Assert.Contains("the client closed the connection before the target answered", gone.Value.Text("problem"), StringComparison.Ordinal);
        await Until.HoldsAsync("the access log has it", () => Directory.EnumerateFiles(Path.Combine(road.State, "logs"), "*.log")
            .Any(f => File.ReadLines(f).Any(l => l.Contains(path, StringComparison.Ordinal) && l.Contains(" 460 ", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task An_answer_that_comes_before_the_body_was_read_reaches_the_client()
    {
        var road = await trouble.RunsAsync();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, new byte[8 * 1024 * 1024], TestContext.Current.CancellationToken);

            var curl = await road.CurlAsync("-o", "/dev/null", "-w", "%{http_code}", "--http1.1", "-H", "Expect:", "--data-binary", $"@{file}", "https://direct.example.org/early");

            Assert.Equal("401", curl.Output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A file of this size to post; no arguments for an empty one.</summary>
    private sealed class BigFile : IDisposable
    {
        private readonly string? path;

        internal BigFile(int size)
        {
            if (size == 0) return;
            path = Path.GetTempFileName();
            File.WriteAllBytes(path, Enumerable.Repeat((byte)'x', size).ToArray());
        }

        internal string[] Arguments => path is null ? [] : ["-d", $"@{path}"];

        public void Dispose()
        {
            if (path is not null) File.Delete(path);
        }
    }
}
