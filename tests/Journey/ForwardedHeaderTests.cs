using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>The request as it reaches the application: what the load balancer added, and what ingress-nginx made of it.</summary>
public sealed class ForwardedHeaderTests(StandInRoad standIns)
{
    [Fact]
    public async Task The_ingress_says_what_it_saw_and_keeps_what_the_load_balancer_said()
    {
        var road = await standIns.RunsAsync();

        var (request, headers) = await AskAsync(road, "-H", "X-Forwarded-For: 203.0.113.7", "-H", "X-Forwarded-Proto: gopher", "https://app.example.org/api/x?y=%2F");

        Assert.Equal("/api/x?y=%2F", request.Text("url"));
        Assert.Equal("app.example.org", headers.Text("Host"));
        Assert.Equal("203.0.113.7, 127.0.0.1", headers.Text("X-Original-Forwarded-For"));
        // Whom nginx got the connection from: a node, since kube-proxy stands in for the load balancer.
        Assert.Matches($@"^127\.{road.Network}\.1\.[12]$", headers.Text("X-Forwarded-For"));
        Assert.Equal(headers.Text("X-Forwarded-For"), headers.Text("X-Real-IP"));
        Assert.Equal("80", headers.Text("X-Forwarded-Port"));
        Assert.Equal("http", headers.Text("X-Forwarded-Proto"));
        Assert.Equal("http", headers.Text("X-Scheme"));
        Assert.Equal("app.example.org", headers.Text("X-Forwarded-Host"));
        Assert.Matches("^[0-9a-f]{32}$", headers.Text("X-Request-ID"));

        var root = headers.Text("X-Amzn-Trace-Id");
        Assert.Matches("^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$", root);
        Assert.Matches($"^00-{root!["Root=1-".Length..].Replace("-", "", StringComparison.Ordinal)}-[0-9a-f]{{16}}-01$", headers.Text("traceparent"));
    }

    [Fact]
    public async Task Without_an_ingress_the_load_balancers_own_headers_arrive()
    {
        var road = await standIns.RunsAsync();

        var (_, headers) = await AskAsync(road, "-H", "X-Forwarded-For: 203.0.113.7", "https://shop1.example.org/?version=v2");

        Assert.Equal("203.0.113.7, 127.0.0.1", headers.Text("X-Forwarded-For"));
        Assert.Equal("443", headers.Text("X-Forwarded-Port"));
        Assert.Equal("https", headers.Text("X-Forwarded-Proto"));
        Assert.Null(headers.Text("traceparent"));
        Assert.Null(headers.Text("X-Real-IP"));
    }

    [Fact]
    public async Task A_trace_that_the_client_brought_goes_on()
    {
        var road = await standIns.RunsAsync();
        const string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        var (_, headers) = await AskAsync(road, "-H", $"traceparent: {parent}", "-H", "tracestate: vendor=1", "-H", "X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678", "https://app.example.org/api/x");

        // The same trace; the parent is now the ingress, which is what called the application.
        Assert.Matches("^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$", headers.Text("traceparent"));
        Assert.Equal("vendor=1", headers.Text("tracestate"));
        Assert.Matches("^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678$", headers.Text("X-Amzn-Trace-Id"));
        var journey = await road.ApiAsync($"/api/journeys/{headers.Text("X-Amzn-Trace-Id")!.Split(';')[0]["Self=".Length..]}");
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "vendor=1"), (journey.Text("traceId"), journey.Text("parentSpanId"), journey.Text("traceState")));
    }

    private static async Task<(JsonElement Request, JsonElement Headers)> AskAsync(RunningRoad road, params string[] arguments)
    {
        var curl = await road.CurlAsync(["--http1.1", .. arguments]);
        Assert.True(curl.Output.StartsWith('{'), curl.ToString());
        var request = JsonDocument.Parse(curl.Output).RootElement;
        return (request, request.GetProperty("headers"));
    }
}
