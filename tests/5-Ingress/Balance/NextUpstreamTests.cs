using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests.Balance;

/// <summary>A request whose endpoint fails, on real sockets: which go to another, how often, with what body, and what the journey says.</summary>
public sealed class NextUpstreamTests
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: a.com\r\n\r\n";
    private const string Post = "POST /x HTTP/1.1\r\nHost: a.com\r\nContent-Length: 4\r\n\r\nbody";
    private const string Put = "PUT /x HTTP/1.1\r\nHost: a.com\r\nContent-Length: 4\r\n\r\nbody";
    private const string Chunked = "PUT /x HTTP/1.1\r\nHost: a.com\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n";
    private const string Closed = "closed";

    [Theory]
    // Nobody listens: nothing was sent, so a POST goes on too.
    [InlineData("", null, Get, "200 two", 1)]
    [InlineData("", null, Post, "200 two", 1)]
    [InlineData("proxy-next-upstream: 'off'", null, Get, "502", 0)]
    [InlineData("proxy-next-upstream-tries: '1'", null, Get, "502", 0)]
    [InlineData("proxy-next-upstream: timeout", null, Get, "502", 0)]
    // The connection is closed after the request: only what may be sent twice.
    [InlineData("", Closed, Get, "200 two", 1)]
    [InlineData("", Closed, Post, "502", 0)]
    [InlineData("", Closed, Put, "200 two", 1)]
    [InlineData("", Closed, Chunked, "200 two", 1)]
    [InlineData("proxy-next-upstream: error non_idempotent", Closed, Post, "200 two", 1)]
    // Statuses, where they are among the conditions.
    [InlineData("", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", Get, "503", 0)]
    [InlineData("proxy-next-upstream: error http_503", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", Get, "200 two", 1)]
    [InlineData("proxy-next-upstream: error http_503", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", Put, "200 two", 1)]
    [InlineData("proxy-next-upstream: error http_503", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", Post, "503", 0)]
    [InlineData("proxy-next-upstream: error http_502", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", Get, "503", 0)]
    [InlineData("proxy-next-upstream: http_404", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", Get, "200 two", 1)]
    [InlineData("", "HTTP/1.1 nonsense\r\n\r\n", Get, "502", 0)]
    [InlineData("proxy-next-upstream: invalid_header", "HTTP/1.1 nonsense\r\n\r\n", Get, "200 two", 1)]
    public async Task What_fails_at_one_endpoint_goes_to_another(string annotation, string? answer, string request, string expected, int failed)
    {
        await using var running = await StartAsync(annotation);
        var pods = running.Cluster.Fronts.Pods["web"] = Endpoints.In(running, 1, 2);
        await using var one = answer is null ? null : answer == Closed ? new Backend((_, _, _) => Task.CompletedTask, pods.All[0].Bound) : Backend.Answering(answer, pods.All[0].Bound);
        await using var two = Backend.Saying("two", pods.All[1].Bound);
        // Whose turn it is at first is random: until it is the first one's.
        var record = await AtFirstAsync(running, pods, request, expected);
        var told = record.Decision!.Tell().Single();
        Assert.Equal(failed == 0 ? null : failed + 1, (told.Facts["tries"] as JsonArray)?.Count);
        if (failed == 0) return;
        Assert.Equal(("web-1 10.0.2.1:8080", "web-2 10.0.2.2:8080"), (told.Facts["tries"]![0]!["endpoint"]!.ToString(), told.Facts["tries"]![1]!["endpoint"]!.ToString()));
        Assert.NotNull(told.Facts["tries"]![0]!["failed"]);
        Assert.Equal(pods.All[1].Bound.ToString(), told.Facts["endpointBound"]!.ToString());
        Assert.Contains(", after web-1 10.0.2.1:8080 (", told.Decision, StringComparison.Ordinal);
        // The body came whole, and so did the headers.
        var seen = two.Requests[^1];
        if (request is Put or Post or Chunked) Assert.Equal("body", Body(seen));
        Assert.Equal(1, seen.Split("X-Request-ID: ").Length - 1);
    }

    [Fact]
    public async Task All_of_them_fail_once_each_and_the_last_one_is_told()
    {
        await using var running = await StartAsync("");
        running.Cluster.Fronts.Pods["web"] = Endpoints.In(running, 1, 2, 3, 4);
        Assert.StartsWith("HTTP/1.1 502 ", await running.AskAsync(Get), StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync();
        var tries = (JsonArray)record.Decision!.Tell().Single().Facts["tries"]!;
        Assert.Equal(3, tries.Select(t => t!["endpoint"]!.ToString()).Distinct().Count());
        Assert.Equal("ingress.502.connection-refused", record.Outcome);
        Assert.Contains($"{tries[2]!["endpoint"]} of Service shop/web:http refused the connection", record.Problem, StringComparison.Ordinal);
        Assert.Null(record.Upstream);
    }

    [Fact]
    public async Task A_body_beyond_what_is_kept_is_sent_once()
    {
        await using var running = await StartAsync("proxy-body-size: '0'");
        var pods = running.Cluster.Fronts.Pods["web"] = Endpoints.In(running, 1, 2);
        await using var one = new Backend((_, _, _) => Task.CompletedTask, pods.All[0].Bound);
        await using var two = new Backend((_, _, _) => Task.CompletedTask, pods.All[1].Bound);
        var body = new string('x', UpstreamTries.MostKept + 1);
        Assert.StartsWith("HTTP/1.1 502 ", await running.AskAsync($"PUT / HTTP/1.1\r\nHost: a.com\r\nContent-Length: {body.Length}\r\n\r\n{body}"), StringComparison.Ordinal);
        Assert.Null((await running.Seam.Journal.RequestAsync()).Decision!.Tell().Single().Facts["tries"]);
    }

    [Theory]
    [InlineData("false", 0)]
    [InlineData("true", 1)]
    public async Task A_session_whose_endpoint_fails_changes_only_where_it_may(string change, int moved)
    {
        await using var running = await StartAsync($"affinity: cookie, nginx.ingress.kubernetes.io/affinity-mode: persistent, nginx.ingress.kubernetes.io/session-cookie-change-on-failure: \"{change}\"");
        var pods = running.Cluster.Fronts.Pods["web"] = Endpoints.In(running, 1, 2);
        await using var two = Backend.Saying("two", pods.All[1].Bound);
        var answer = await running.AskAsync($"GET / HTTP/1.1\r\nHost: a.com\r\nCookie: INGRESSCOOKIE={SessionCookie.EndpointKey("shop-web-80", "10.0.2.1:8080")}|x\r\n\r\n");
        Assert.StartsWith(moved == 1 ? "HTTP/1.1 200 " : "HTTP/1.1 502 ", answer, StringComparison.Ordinal);
        Assert.Equal(moved, answer.Split("Set-Cookie: INGRESSCOOKIE=").Length - 1);
        var record = await running.Seam.Journal.RequestAsync();
        Assert.Equal(moved == 1 ? 2 : 3, ((JsonArray)record.Decision!.Tell().Single().Facts["tries"]!).Count);
    }

    [Fact]
    public async Task A_hash_leads_to_the_same_endpoint_again()
    {
        await using var running = await StartAsync("upstream-hash-by: $request_uri");
        running.Cluster.Fronts.Pods["web"] = Endpoints.In(running, 1, 2);
        Assert.StartsWith("HTTP/1.1 502 ", await running.AskAsync(Get), StringComparison.Ordinal);
        var tries = (JsonArray)(await running.Seam.Journal.RequestAsync()).Decision!.Tell().Single().Facts["tries"]!;
        Assert.Equal(3, tries.Count);
        Assert.Single(tries.Select(t => t!["endpoint"]!.ToString()).Distinct());
    }

    private static async Task<RequestRecord> AtFirstAsync(Running running, FrontEndpoints pods, string request, string expected)
    {
        for (var i = 1; ; i++)
        {
            var answer = await running.AskAsync(request);
            await Limit.UntilAsync(() => running.Seam.Journal.Requests.Count >= i);
            var record = running.Seam.Journal.Requests[i - 1];
            var choice = ((IngressDecision)record.Decision!).Choice;
            if ((choice.Tries.IsEmpty ? choice.Endpoint! : choice.Tries[0].Endpoint).Name != pods.All[0].Name && i < 3) continue;
            var words = expected.Split(' ');
            Assert.StartsWith($"HTTP/1.1 {words[0]} ", answer, StringComparison.Ordinal);
            if (words.Length > 1) Assert.EndsWith(words[1], answer, StringComparison.Ordinal);
            return record;
        }
    }

    private static string Body(string seen)
    {
        var body = seen[(seen.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        return body.Contains("\r\n", StringComparison.Ordinal) ? string.Concat(body.Split("\r\n").Where((_, i) => i % 2 == 1)) : body;
    }

    private static Task<Running> StartAsync(string annotation) => Running.StartAsync(
        Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", annotation.Length == 0 ? "" : $", annotations: {{ nginx.ingress.kubernetes.io/{annotation} }}"));
}
