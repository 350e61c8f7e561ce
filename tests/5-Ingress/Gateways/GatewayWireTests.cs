using System.Net;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Gateways.GatewayCluster;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>HTTP through a Gateway's pod on real sockets: each version of it, what filters change on both ways, time limits and upgrades.</summary>
public sealed class GatewayWireTests
{
    private const string Http = "{ name: http, protocol: HTTP, port: 80 }";
    private const string Https = "{ name: https, protocol: HTTPS, port: 443, hostname: a.com, tls: { certificateRefs: [{ name: a }] } }";
    private const string Other = "{ name: other, protocol: HTTPS, port: 443, hostname: \"*.b.com\", tls: { certificateRefs: [{ name: b }] } }";

    [Fact]
    public async Task A_request_goes_to_its_backend_with_what_a_Gateway_adds()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Service("web"), Route("web", $"rules: [{Rule("web", Path("PathPrefix", "/x"))}]"));
        await using var web = Backend.Saying("ok", running.ServiceAt("web"));

        var answer = await running.AskAsync("GET /x/y?z=1 HTTP/1.1\r\nHost: a.com\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("ok", answer, StringComparison.Ordinal);
        var seen = await web.RequestAsync();
        Assert.StartsWith("GET /x/y?z=1 HTTP/1.1\r\n", seen, StringComparison.Ordinal);
        foreach (var header in new[] { "Host: a.com", "X-Forwarded-For: 192.0.2.1, 127.0.0.1", "X-Forwarded-Proto: http" }) Assert.Contains($"\r\n{header}\r\n", seen, StringComparison.Ordinal);
        Assert.Matches("\r\nX-Request-ID: [0-9a-f-]{36}\r\n", seen);
        var told = (await running.Seam.Journal.RequestAsync()).Decision!.Tell().Single();
        Assert.Equal(("http", "shop/web", "shop/web"), (told.Facts["listener"]!.ToString(), told.Facts["route"]!.ToString(), told.Facts["service"]!.ToString().Split(':')[0]));
        Assert.StartsWith("HTTP/1.1 404 ", await running.AskAsync("GET /xy HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_beyond_ASCII_is_UTF_8_as_written_and_goes_on_byte_by_byte()
    {
        const string Filter = "{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: x-set, value: \"Ren\u00e9\" }], add: [{ name: x-add, value: \"Ren\u00e9\" }] } }";
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Service("web"), Service("copy"), Route("web",
            $"rules: [{{ matches: [{{ headers: [{{ name: x-by, value: \"Jos\u00e9\" }}] }}], filters: [{Filter}, {{ type: RequestMirror, requestMirror: {{ backendRef: {{ name: copy, port: 80 }} }} }}], backendRefs: [{{ name: web, port: 80 }}] }}]"));
        await using var copy = Backend.Saying("copy", running.ServiceAt("copy"));
        await using var web = Backend.Saying("ok", running.ServiceAt("web"));

        Assert.EndsWith("ok", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\nX-By: Jos\u00c3\u00a9\r\nX-Forwarded-For: \u00fc\r\n\r\n"), StringComparison.Ordinal);

        foreach (var seen in new[] { Headers(await web.RequestAsync()), Headers(await copy.RequestAsync()) })
        {
            Assert.Equal(("Ren\u00c3\u00a9", "Ren\u00c3\u00a9"), (Assert.Single(seen["x-set"]), seen["x-add"].Last()));
            Assert.StartsWith("\u00fc, ", Assert.Single(seen["x-forwarded-for"]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Filters_change_headers_on_both_ways_those_of_the_backend_inside()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Service("web"), Route("web",
            "rules: [{ filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: x-set, value: rule }], add: [{ name: x-add, value: rule }], remove: [x-gone] } },"
            + " { type: ResponseHeaderModifier, responseHeaderModifier: { set: [{ name: x-answer, value: rule }], add: [{ name: x-more, value: rule }], remove: [server] } }],"
            + " backendRefs: [{ name: web, port: 80, filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { add: [{ name: x-add, value: backend }] } },"
            + " { type: ResponseHeaderModifier, responseHeaderModifier: { set: [{ name: x-answer, value: backend }], add: [{ name: x-inner, value: backend }] } }] }] }]"));
        await using var web = Backend.Answering("HTTP/1.1 200 OK\r\nServer: web\r\nX-More: own\r\nContent-Length: 2\r\n\r\nok", running.ServiceAt("web"));

        var answer = await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\nX-Set: client\r\nX-Add: client\r\nX-Gone: 1\r\n\r\n");

        var seen = Headers(await web.RequestAsync());
        Assert.Equal("rule", Assert.Single(seen["x-set"]));
        Assert.Equal(["client", "rule", "backend"], seen["x-add"]);
        Assert.Empty(seen["x-gone"]);
        var told = Headers(answer);
        Assert.Equal(("rule", "backend"), (Assert.Single(told["x-answer"]), Assert.Single(told["x-inner"])));
        Assert.Equal(["own", "rule"], told["x-more"]);
        Assert.Empty(told["server"]);
    }

    [Fact]
    public async Task A_rewritten_host_and_path_are_what_the_backend_sees()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Service("web"),
            Route("web", $"rules: [{Rule("web", Path("PathPrefix", "/old"), "{ type: URLRewrite, urlRewrite: { hostname: inner.com, path: { type: ReplacePrefixMatch, replacePrefixMatch: /new } } }")}]"));
        await using var web = Backend.Saying("ok", running.ServiceAt("web"));

        await running.AskAsync("GET /old/x?y=1 HTTP/1.1\r\nHost: a.com\r\n\r\n");

        var seen = await web.RequestAsync();
        Assert.StartsWith("GET /new/x?y=1 HTTP/1.1\r\n", seen, StringComparison.Ordinal);
        Assert.Equal("inner.com", Assert.Single(Headers(seen)["host"]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a.com")]
    public async Task HTTP_2_is_spoken_with_prior_knowledge_and_over_TLS(string? serverName)
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http, Https), Secrets.Tls("a", ["a.com"]), Service("web"), Route("web", $"rules: [{Rule("web")}]"));
        await using var web = Backend.Saying("ok", running.ServiceAt("web"));
        using var client = running.Http2(serverName is null ? 80 : 443, serverName);

        Assert.Equal("ok", await client.GetStringAsync(new Uri("http://a.com/x"), TestContext.Current.CancellationToken));
        Assert.Equal("ok", await client.GetStringAsync(new Uri("http://a.com/y"), TestContext.Current.CancellationToken));

        Assert.Equal(serverName is null ? "http" : "https", Assert.Single(Headers(await web.RequestAsync(2))["x-forwarded-proto"]));
        var second = await running.Seam.Journal.RequestAsync(2);
        var first = running.Seam.Journal.Requests[0];
        Assert.Equal(("HTTP/2.0", first.Downstream), (first.Protocol, second.Downstream));
    }

    [Theory]
    [InlineData("P", "RI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\0")]
    [InlineData("PO", "ST / HTTP/1.1\r\nHost: a.com\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n")]
    [InlineData("PRI", "NT / HTTP/1.1\r\nHost: a.com\r\n\r\n", "HTTP/1.1 200 OK\r\n")]
    public async Task What_is_spoken_in_the_plain_is_told_by_the_first_bytes_however_they_come(string first, string rest, string answer)
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Service("web"), Route("web", $"rules: [{Rule("web")}]"));
        await using var web = Backend.Saying("ok", running.ServiceAt("web"));
        using var client = await RawPeer.ConnectAsync(running.At());

        await client.SendAsync(first);
        await client.SendAsync(rest);

        // A server of HTTP/2 begins with its SETTINGS, whose length begins with 0.
        Assert.Equal(answer, await client.ReadCountAsync(answer.Length));
    }

    [Fact]
    public async Task A_connection_for_another_listeners_host_is_misdirected()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Https, Other), Secrets.Tls("a", ["a.com"]), Secrets.Tls("b", ["*.b.com"]), Service("web"), Route("web", $"rules: [{Rule("web")}]"));
        await using var web = Backend.Saying("ok", running.ServiceAt("web"));

        Assert.StartsWith("HTTP/1.1 421 ", await running.AskSecurelyAsync("a.com", "GET / HTTP/1.1\r\nHost: x.b.com\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal("ingress.421.misdirected", (await running.Seam.Journal.RequestAsync()).Outcome);
        using var client = running.Http2(443, "x.b.com");
        using var same = await client.GetAsync(new Uri("http://y.b.com/"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, same.StatusCode);
        using var other = running.Http2(443, "x.b.com");
        using var misdirected = await other.GetAsync(new Uri("http://a.com/"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, misdirected.StatusCode);
    }

    [Fact]
    public async Task Plain_http_where_TLS_is_spoken_is_400()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Https), Secrets.Tls("a", ["a.com"]));

        Assert.StartsWith("HTTP/1.1 400 ", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n", 443), StringComparison.Ordinal);
        Assert.Equal("ingress.400.plain-http-on-https-port", (await running.Seam.Journal.RequestAsync()).Outcome);
    }

    [Theory]
    [InlineData("request: 200ms", "request")]
    [InlineData("request: 1h, backendRequest: 200ms", "backendRequest")]
    public async Task A_backend_that_takes_longer_than_the_rule_lets_it_is_504(string timeouts, string field)
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Service("web"), Route("web", $"rules: [{{ timeouts: {{ {timeouts} }}, backendRefs: [{{ name: web, port: 80 }}] }}]"));
        await using var web = new Backend((peer, _, _) => peer.ReadToEndAsync(), running.ServiceAt("web"));

        Assert.StartsWith("HTTP/1.1 504 ", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);

        var record = await running.Seam.Journal.RequestAsync();
        Assert.Equal("ingress.504.timeout", record.Outcome);
        Assert.Contains($"did not answer within 0.2 s (spec.rules[0].timeouts.{field} of HTTPRoute shop/web)", record.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_socket_is_opened_and_carries_bytes_both_ways()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Service("web"), Route("web", $"rules: [{Rule("web")}]"));
        await using var web = new Backend(
            async (peer, _, _) =>
            {
                await peer.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello");
                await peer.SendAsync(await peer.ReadCountAsync(4));
            },
            running.ServiceAt("web"));
        using var client = await RawPeer.ConnectAsync(running.At());

        await client.SendAsync("GET /chat HTTP/1.1\r\nHost: a.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal("hello", await client.ReadCountAsync(5));
        await client.SendAsync("ping");
        Assert.Equal("ping", await client.ReadCountAsync(4));
    }

    [Fact]
    public async Task A_backend_that_refuses_or_breaks_off_is_told()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Service("web"), Route("web", $"rules: [{Rule("web")}]"));

        Assert.StartsWith("HTTP/1.1 503 ", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal("ingress.503.connection-refused", (await running.Seam.Journal.RequestAsync()).Outcome);
        await using var web = new Backend((_, _, _) => Task.CompletedTask, running.ServiceAt("web"));
        Assert.StartsWith("HTTP/1.1 502 ", await running.AskAsync("POST / HTTP/1.1\r\nHost: a.com\r\nContent-Length: 0\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal("ingress.502.closed-before-response", (await running.Seam.Journal.RequestAsync(2)).Outcome);
        running.Cluster.Fronts.Empty.Add("web");
        Assert.StartsWith("HTTP/1.1 503 ", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal("ingress.503.no-endpoints", (await running.Seam.Journal.RequestAsync(3)).Outcome);
    }

    [Fact]
    public async Task A_preflight_is_answered_and_other_answers_tell_their_origin()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Service("web"),
            Route("web", $"rules: [{Rule("web", filters: "{ type: CORS, cors: { allowOrigins: [\"https://app.com\"], allowMethods: [GET, PUT], maxAge: 60 } }")}]"));
        await using var web = Backend.Answering("HTTP/1.1 200 OK\r\nVary: Accept\r\nContent-Length: 2\r\n\r\nok", running.ServiceAt("web"));

        var preflight = await running.AskAsync("OPTIONS / HTTP/1.1\r\nHost: a.com\r\nOrigin: https://app.com\r\nAccess-Control-Request-Method: PUT\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 204 ", preflight, StringComparison.Ordinal);
        Assert.Equal(("https://app.com", "GET, PUT", "60"), (Headers(preflight)["access-control-allow-origin"].Single(), Headers(preflight)["access-control-allow-methods"].Single(), Headers(preflight)["access-control-max-age"].Single()));
        var answer = Headers(await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\nOrigin: https://app.com\r\n\r\n"));
        Assert.Equal("https://app.com", answer["access-control-allow-origin"].Single());
        Assert.Equal(["Accept", "Origin"], answer["vary"]);
        Assert.Single(web.Requests);
    }

    /// <summary>A message's headers by name in lower case, each value as it stands.</summary>
    private static ILookup<string, string> Headers(string message) => message.Split("\r\n\r\n")[0].Split("\r\n").Skip(1)
        .ToLookup(l => l[..l.IndexOf(':', StringComparison.Ordinal)].ToLowerInvariant(), l => l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
}
