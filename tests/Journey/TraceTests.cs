using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary><c>usher trace</c>.</summary>
public sealed class TraceTests(SampleRoad sample, StandInRoad standIns)
{
    private const string Api = "https://api.example.com/v1/users";

    [Fact]
    public async Task A_request_that_succeeds_exits_0()
    {
        var road = await sample.RunsAsync();

        var journey = await road.TraceAsync(Api);

        Assert.Equal("ok", journey.Text("outcome"));
        Assert.Equal("h2", journey.Hop("tls").Facts().Text("alpn"));
        Assert.Equal("True", journey.Hop("tls").Facts().Text("verified"));
        Assert.Equal("HTTP/2.0", journey.Hop("load-balancer").Facts().Text("protocol"));
        Assert.Contains("application", journey.HopNames());
        // The same is kept, and told again; only the state of the pod may have changed.
        Assert.Equal(journey.HopNames(), (await road.ApiAsync($"/api/journeys/{journey.Text("id")}")).HopNames());
    }

    [Theory]
    [InlineData(4, "pod.404", "pod", "https://api.example.com/v1/users/987654321")]
    [InlineData(4, "pod.415", "pod", "-d", "x", Api)]
    [InlineData(4, "load-balancer.404.fixed-response", "load-balancer", "-H", "Host: other.example.com", Api)]
    [InlineData(0, "ok", "load-balancer", "http://api.example.com/")]
    [InlineData(6, "dns.nxdomain", null, "https://nothing.example.com/")]
    [InlineData(6, "dns.refused", null, "https://api.example.net/")]
    [InlineData(6, "load-balancer.connect-failed", null, "https://api.example.com:9/")]
    public async Task The_exit_code_tells_how_it_ended(int exitCode, string outcome, string? answeredBy, params string[] arguments)
    {
        var road = await sample.RunsAsync();

        var ended = await road.UsherAsync("trace", ["--json", .. arguments]);

        Assert.True(ended.ExitCode == exitCode, ended.ToString());
        Assert.Equal("", ended.Error);
        var journey = JsonDocument.Parse(ended.Output).RootElement;
        Assert.Equal(outcome, journey.Text("outcome"));
        Assert.Equal(answeredBy, journey.Text("answeredBy"));
        Assert.Equal(outcome == "ok", journey.Text("problem") is null);
    }

    [Theory]
    [InlineData("https://app.example.org/img/a.png", "load-balancer.503.no-registered-target", "load-balancer")]
    [InlineData("https://zero.example.org/", "load-balancer.503.no-weight", "load-balancer")]
    [InlineData("https://app.example.org/empty", "ingress.503.no-endpoints", "ingress")]
    public async Task A_5xx_exits_5_and_names_the_hop(string url, string outcome, string answeredBy)
    {
        var road = await standIns.RunsAsync();

        var ended = await road.UsherAsync("trace", "--json", url);

        Assert.True(ended.ExitCode == 5, ended.ToString());
        var journey = JsonDocument.Parse(ended.Output).RootElement;
        Assert.Equal((outcome, answeredBy), (journey.Text("outcome"), journey.Text("answeredBy")));
        Assert.False(journey.Hop(answeredBy).GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task A_body_is_posted()
    {
        var road = await sample.RunsAsync();
        var body = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(body, $$"""{"name":"Ada Lovelace","email":"{{Guid.NewGuid():n}}@example.org"}""", TestContext.Current.CancellationToken);
            string[] request = ["-H", "Content-Type: application/json", "-d", $"@{body}", Api];

            var journey = await road.TraceAsync(request);
            var again = await road.TraceAsync(["-X", "POST", .. request]);

            Assert.Equal("POST", journey.Text("method"));
            Assert.Equal(201, journey.GetProperty("status").GetInt32());
            Assert.Equal("POST", journey.Hops("application").First().Facts().Text("http.request.method"));
            Assert.Equal("pod.409", again.Text("outcome"));
        }
        finally
        {
            File.Delete(body);
        }
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_unless_any_will_do()
    {
        var road = await sample.RunsAsync();
        string[] request = ["--resolve", $"other.example.com:443:{road.Https.Address}", "https://other.example.com/"];

        var refused = await road.UsherAsync("trace", ["--json", .. request]);
        var taken = await road.TraceAsync(["-k", .. request]);

        Assert.True(refused.ExitCode == 6, refused.ToString());
        var journey = JsonDocument.Parse(refused.Output).RootElement;
        Assert.Equal("tls.name-mismatch", journey.Text("outcome"));
        Assert.Null(journey.Text("status"));
        var tls = journey.Hop("tls");
        Assert.False(tls.GetProperty("ok").GetBoolean());
        Assert.Equal("seen", tls.Text("evidence"));
        Assert.Equal("other.example.com", tls.Facts().Text("sni"));
        Assert.Contains("does not cover", journey.Text("problem"), StringComparison.Ordinal);

        Assert.Equal("load-balancer.404.fixed-response", taken.Text("outcome"));
        Assert.Equal("False", taken.Hop("tls").Facts().Text("verified"));
    }

    [Fact]
    public async Task An_address_that_was_given_is_asked_of_nobody()
    {
        var road = await sample.RunsAsync();

        var journey = await road.TraceAsync("--resolve", $"api.example.com:443:{road.Https.Address}", "--http1.1", Api);

        Assert.Equal("ok", journey.Text("outcome"));
        Assert.Equal("measured", journey.Hop("dns").Text("evidence"));
        Assert.Null(journey.Hop("dns").Facts().Text("server"));
        Assert.Equal("http/1.1", journey.Hop("tls").Facts().Text("alpn"));
        Assert.Equal("HTTP/1.1", journey.Hop("load-balancer").Facts().Text("protocol"));
    }

    [Fact]
    public async Task Headers_are_sent_as_written_and_the_name_in_the_handshake_stays_the_URLs()
    {
        var road = await standIns.RunsAsync();

        var journey = await road.TraceAsync("-H", "Host: app.example.org", "-H", "X-Canary: true", "https://any.example.org/api/x");

        Assert.Equal("any.example.org", journey.Hop("tls").Facts().Text("sni"));
        Assert.Equal("app.example.org", journey.Hop("load-balancer").Facts().Text("host"));
        Assert.Equal("30", journey.Hop("load-balancer").Facts().Text("rulePriority"));
    }

    [Theory]
    [InlineData("ftp://api.example.com/", "'ftp://api.example.com/' is no URL that can be requested")]
    [InlineData("https://", "'https://' is no URL that can be requested")]
    [InlineData("https://api.example.com/ -H nothing", "-H 'nothing': 'Name: value' is wanted")]
    [InlineData("https://api.example.com/ --resolve nothing", "--resolve 'nothing': host:port:address is wanted")]
    [InlineData("https://api.example.com/ -X G@T", "-X 'G@T'")]
    [InlineData("https://api.example.com/ -d @/nowhere", "-d @/nowhere")]
    [InlineData("https://api.example.com/ --nothing", "--nothing")]
    [InlineData("https://api.example.com/ --api nothing", "--api 'nothing'")]
    [InlineData("", "'URL'")]
    public async Task Wrong_usage_exits_2_with_a_line_that_names_it(string arguments, string message)
    {
        var road = await sample.RunsAsync();

        var ended = await road.UsherAsync("trace", arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.True(ended.ExitCode == 2, ended.ToString());
        Assert.Equal("", ended.Output);
        Assert.StartsWith("usher: ", ended.Error, StringComparison.Ordinal);
        Assert.Contains(message, ended.Error.Split('\n')[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_road_that_does_not_answer_is_told_in_one_line()
    {
        var road = await sample.RunsAsync();

        var ended = await road.UsherAsync("trace", "--api", "http://127.0.0.1:9", Api);

        Assert.True(ended.ExitCode == 6, ended.ToString());
        var line = Assert.Single(ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("usher: no road answers at http://127.0.0.1:9", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journey_that_is_not_kept_is_told_in_one_line()
    {
        var road = await sample.RunsAsync();

        var ended = await road.UsherAsync("journeys", "1-00000000-000000000000000000000000");

        Assert.True(ended.ExitCode == 1, ended.ToString());
        Assert.StartsWith("usher: no journey 1-00000000-000000000000000000000000 is kept", ended.Error, StringComparison.Ordinal);
    }
}
