using Usher.Model.Contracts;
using Usher.Model.Road;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests.Desync;

/// <summary>What is told of classified requests, by explain and over HTTP/2, and that other attributes stay right.</summary>
public sealed class DesyncTellingTests
{
    [Theory]
    [InlineData("monitor", "POST http://a/ | Content-Length: 1 | Transfer-Encoding: chunked", null, "Ambiguous BothTeClPresent")]
    [InlineData("defensive", "POST http://a/ | Content-Length: 1 | Transfer-Encoding: chunked", null, "Ambiguous BothTeClPresent")]
    [InlineData("strictest", "POST http://a/ | Content-Length: 1 | Transfer-Encoding: chunked", "400 load-balancer.400.desync", "Ambiguous BothTeClPresent")]
    [InlineData("defensive", "GET http://a/ | content_length: 1", null, "Ambiguous SuspiciousHeader")]
    [InlineData("defensive", "POST http://a/ | Content-Length: 1 | Content-Length: 2", "400 load-balancer.400.desync", "Severe MultipleContentLength")]
    [InlineData("monitor", "POST http://a/ | Content-Length: 1 | Content-Length: 2", "400 load-balancer.400.conflicting-content-lengths", "Severe MultipleContentLength")]
    [InlineData("monitor", "POST http://a/ | Transfer-Encoding: gzip", "501 load-balancer.501.unsupported-transfer-coding", " ")]
    [InlineData("strictest", "GET http://a/ | Host: a | X_Y: z", null, " ")]
    public void Explain_says_what_the_mode_would_do(string mode, string request, string? refused, string classification)
    {
        var generation = new Edge(18, ("routing.http.desync_mitigation_mode", mode)).Listener(80, Fixed(200)).CompileValid();
        var step = new LoadBalancerStep(new TargetTable()).Take(
            generation, new Traveller { Request = Ask.For(request), Address = generation.Get<LoadBalancerSnapshot>().Listeners[0].Bound })!;
        var told = step.Decisions.Single().Tell().Single();
        Assert.Equal(refused, told.Ok ? null : $"{step.Status} {told.Outcome}");
        Assert.Equal(classification, $"{told.Facts["classification"]} {told.Facts["classificationReason"]}");
        Assert.Equal(classification == " " ? 0 : 1, told.Reasons.Count(r => r.Candidate == $"desync mitigation mode {mode}"));
    }

    [Theory]
    [InlineData("--http2", "404", null)]
    [InlineData("--http1.1", "400", "Ambiguous")]
    public async Task HTTP2_is_out_of_scope(string version, string status, string? classification)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge(("routing.http.desync_mitigation_mode", "strictest")).Listener(443, NotFound, "HTTPS"));
        var (_, output) = await Run.ProgramAsync("curl", "-sk", version, "-X", "GET", "-d", "abc", "-w", "%{http_code}",
            "--resolve", $"a.example.com:8443:{rig.Address}", "https://a.example.com:8443/");
        Assert.EndsWith(status, output, StringComparison.Ordinal);
        Assert.Equal(classification, (await rig.Journal.RequestAsync()).Decision is IClassifiedRequest told ? told.Classification : "none");
    }

    [Fact]
    public async Task Headers_with_other_names_are_dropped_where_the_attribute_says_so_whatever_they_look_like()
    {
        await using var rig = new Rig();
        await using var target = new StrictTarget(rig.Node(1));
        await rig.ApplyAsync(rig.Edge(("routing.http.drop_invalid_header_fields.enabled", "true")).Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        var answer = await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\nX_Y: 1\r\nX.Z: 2\r\nX : 3\r\nX\u0001: 4\r\nX-Y: 5\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Equal(["5"], target.Take().Single().Headers.Where(h => h.Name[0] == 'X' && h.Value.Length == 1).Select(h => h.Value));
        var record = await rig.Journal.RequestAsync();
        Assert.Equal(["X_Y", "X.Z", "X\\x20", "X\\x01"], record.RequestChanges.Removed);
        Assert.Equal("NonCompliantHeader", ((IClassifiedRequest)record.Decision!).ClassificationReason);
    }

    [Fact]
    public async Task What_is_pipelined_behind_a_request_that_closes_is_never_served()
    {
        await using var rig = new Rig();
        await using var target = new StrictTarget(rig.Node(1));
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        using var client = await rig.ConnectAsync();
        await client.SendAsync("POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.EndsWith("/one", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.True(await client.IsClosedAsync());
        Assert.Equal("/one", target.Take().Single().Target);
        Assert.StartsWith("Ambiguous for BothTeClPresent: it has both Transfer-Encoding and Content-Length; mode defensive lets it pass, and closes the connections of the client and of the target after it",
            (await rig.Journal.RequestAsync()).Note, StringComparison.Ordinal);
    }
}
