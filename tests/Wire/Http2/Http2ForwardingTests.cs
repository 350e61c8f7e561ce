using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Http2;

/// <summary>From a real HTTP/2 client through the forwarder to a real HTTP/2 server.</summary>
public class Http2ForwardingTests
{
    [Fact]
    public async Task The_head_goes_as_it_came_and_with_its_edits()
    {
        var seen = "";
        await using var upstream = await Http2Server.StartAsync(context =>
        {
            var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
            seen = $"{request.Method} {request.RawTarget} {request.Protocol} {request.Scheme}\n{string.Concat(request.Headers.OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => $"{h.Key}: {h.Value}\n"))}";
            return Task.CompletedTask;
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        proxy.Edit = (_, edits) =>
        {
            edits.Set("X-Set", "new");
            edits.Remove("X-Gone"u8);
        };
        using var request = proxy.Request(HttpMethod.Get, "/a/../b%41%2F;x?q=%20&r");
        request.Headers.Host = "shop.example:8443";
        foreach (var (name, value) in new[] { ("X-Set", "old"), ("X-Gone", "1"), ("X-Latin", "é"), ("X_Under", "1"), ("Cookie", "a=1; b=2"), ("User-Agent", "one (two)"), ("Accept", "*/*") })
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await proxy.SendAsync(request);

        Assert.Equal(
            "GET /a/../b%41%2F;x?q=%20&r HTTP/2 http\n"
            + "Accept: */*\nCookie: a=1; b=2\nHost: shop.example:8443\nUser-Agent: one (two)\nX-Latin: é\nX-Set: new\nX_Under: 1\n",
            string.Concat(seen.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Spelled(l) + "\n")));
    }

    [Fact]
    public async Task The_response_comes_as_it_is_with_its_trailers()
    {
        await using var upstream = await Http2Server.StartAsync(async context =>
        {
            context.Response.StatusCode = 299;
            context.Response.Headers["X-Latin"] = "é";
            context.Response.Headers["Set-Cookie"] = new StringValues(["a=1", "b=2"]);
            context.Response.Headers.ContentType = "application/grpc";
            context.Response.Headers["Content-Encoding"] = "gzip";
            await context.Response.WriteAsync("not compressed at all");
            context.Response.AppendTrailer("grpc-status", "5");
            context.Response.AppendTrailer("grpc-message", "none such");
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        using var request = proxy.Request(HttpMethod.Get);
        using var response = await proxy.SendAsync(request);
        Assert.Equal("not compressed at all", await response.Content.ReadAsStringAsync());

        var result = await proxy.ResultAsync();
        Assert.Equal((299, "application/grpc"), ((int)response.StatusCode, response.Content.Headers.ContentType!.ToString()));
        Assert.Equal("é", response.Headers.GetValues("X-Latin").Single());
        Assert.Equal(["a=1", "b=2"], response.Headers.GetValues("Set-Cookie"));
        Assert.Equal(("5", "none such"), (response.TrailingHeaders.GetValues("grpc-status").Single(), response.TrailingHeaders.GetValues("grpc-message").Single()));
        Assert.Equal([new("grpc-message", "none such"), new("grpc-status", "5")], result.Trailers!.OrderBy(t => t.Key, StringComparer.Ordinal));
        Assert.Equal((ForwardOutcome.Completed, UpstreamFate.Kept, 299), (result.Outcome, result.UpstreamFate, result.StatusCode));
        Assert.True(result.ReceivedBytes > 21 && result.SentBytes > 0);
    }

    [Fact]
    public async Task A_response_of_a_head_alone_has_no_length_made_up()
    {
        await using var upstream = await Http2Server.StartAsync(context =>
        {
            context.Response.Headers["grpc-status"] = "12";
            return Task.CompletedTask;
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        using var request = proxy.Request(HttpMethod.Post);
        using var response = await proxy.SendAsync(request);
        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal("", await response.Content.ReadAsStringAsync());
        Assert.Equal(ForwardOutcome.Completed, (await proxy.ResultAsync()).Outcome);
    }

    [Fact]
    public async Task What_the_client_says_of_trailers_reaches_the_server()
    {
        var te = "";
        var type = "";
        await using var upstream = await Http2Server.StartAsync(async context =>
        {
            (te, type) = (context.Request.Headers.TE.ToString(), context.Request.ContentType);
            await context.Request.Body.CopyToAsync(context.Response.Body);
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        using var request = proxy.Request(HttpMethod.Post, "/", new StringContent("body", Encoding.ASCII, "application/grpc"));
        request.Headers.TE.ParseAdd("trailers");
        using var response = await proxy.SendAsync(request);
        Assert.Equal("body", await response.Content.ReadAsStringAsync());
        Assert.Equal(("trailers", "application/grpc; charset=us-ascii"), (te, type));
    }

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("HEAD", 200)]
    [InlineData("DELETE", 204)]
    [InlineData("GET", 304)]
    public async Task A_length_without_a_body(string method, int status)
    {
        await using var upstream = await Http2Server.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            if (status != 204) context.Response.ContentLength = method == "GET" && status == 200 ? 0 : 7;
            return Task.CompletedTask;
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        using var request = proxy.Request(new HttpMethod(method));
        using var response = await proxy.SendAsync(request);
        Assert.Equal((status, ""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal(ForwardOutcome.Completed, (await proxy.ResultAsync()).Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_share_a_connection_that_can_be_told(bool tls)
    {
        using var authority = new TestCertificates();
        using var certificate = authority.Leaf("pod");
        var peers = new ConcurrentBag<(string?, int)>();
        await using var upstream = await Http2Server.StartAsync(
            context =>
            {
                peers.Add((context.Request.Scheme, context.Connection.RemotePort));
                return Task.CompletedTask;
            },
            tls ? certificate : null);
        await using var proxy = await Http2Proxy.StartAsync((tls ? upstream.SecureKey : upstream.Key) with { Source = IPAddress.Parse("127.0.0.9") });
        await proxy.GetAsync();
        var first = await proxy.ResultAsync();
        await proxy.GetAsync();
        var second = await proxy.ResultAsync();

        Assert.Equal((false, true), (first.UpstreamReused, second.UpstreamReused));
        Assert.Equal(first.UpstreamConnectionId, second.UpstreamConnectionId);
        Assert.Equal("127.0.0.9", first.UpstreamLocal!.Address.ToString());
        Assert.Equal(upstream.EndPoint, first.UpstreamRemote);
        Assert.Equal([(tls ? "https" : "http", first.UpstreamLocal.Port)], peers.Distinct());
        Assert.Equal(tls ? "h2" : null, first.UpstreamSession?.Alpn);
    }

    [Fact]
    public async Task Over_TLS_each_Host_has_a_connection_of_its_own()
    {
        using var authority = new TestCertificates();
        using var certificate = authority.Leaf("pod");
        await using var upstream = await Http2Server.StartAsync(context => context.Response.WriteAsync(context.Request.Host.ToString()), certificate);
        await using var proxy = await Http2Proxy.StartAsync(upstream.SecureKey);
        foreach (var host in new[] { "a.example", "b.example", "a.example" })
        {
            using var request = proxy.Request(HttpMethod.Get);
            request.Headers.Host = host;
            using var response = await proxy.SendAsync(request);
            Assert.Equal(host, await response.Content.ReadAsStringAsync());
        }

        Assert.Equal([1, 2, 1], new[] { await proxy.ResultAsync(), await proxy.ResultAsync(), await proxy.ResultAsync() }.Select(r => r.UpstreamConnectionId));
    }

    [Fact]
    public async Task A_full_connection_is_joined_by_another()
    {
        var go = new TaskCompletionSource();
        var arrived = new ConcurrentBag<int>();
        await using var upstream = await Http2Server.StartAsync(
            async context =>
            {
                arrived.Add(context.Connection.RemotePort);
                await go.Task;
            },
            streams: 2);
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        var first = proxy.GetAsync();
        await Limit.UntilAsync(() => arrived.Count == 1);
        var more = Enumerable.Range(0, 4).Select(_ => proxy.GetAsync()).ToList();
        await Limit.UntilAsync(() => arrived.Count == 5);
        Assert.All(arrived.GroupBy(p => p), c => Assert.InRange(c.Count(), 1, 2));
        Assert.Equal(arrived.Distinct().Count(), proxy.Pool.Http2.Count);
        go.SetResult();
        Assert.All(await Task.WhenAll([first, .. more]), answer => Assert.Equal(200, answer.Status));
        Assert.All(Enumerable.Range(0, 5).Select(_ => proxy.Results.Take()), r => Assert.Equal((ForwardOutcome.Completed, false), (r.Outcome, r.Retried)));
    }

    [Fact]
    public async Task An_idle_connection_is_closed_in_time_and_when_the_pool_drains()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var upstream = await Http2Server.StartAsync(_ => Task.CompletedTask);
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key, poolOptions: new UpstreamPoolOptions { TimeProvider = time });
        await proxy.GetAsync();
        await proxy.ResultAsync();
        Assert.Equal(1, proxy.Pool.Http2.Count);
        time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(0, proxy.Pool.Http2.Count);

        await proxy.GetAsync();
        Assert.False((await proxy.ResultAsync()).UpstreamReused);
        proxy.Pool.Drain();
        Assert.Equal(0, proxy.Pool.Http2.Count);
        await proxy.GetAsync();
        Assert.Equal(UpstreamFate.ClosedByUpstream, (await proxy.ResultAsync()).UpstreamFate);
    }

    [Theory]
    [InlineData("", "0\r\n\r\n")]
    [InlineData("TE: gzip, Trailers\r\n", "0\r\nx-after: 1\r\n\r\n")]
    public async Task Http1_is_forwarded_to_http2_and_its_client_gets_the_trailers_that_it_takes(string takes, string end)
    {
        await using var upstream = await Http2Server.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(context.Response.Body);
            context.Response.AppendTrailer("X-After", "1");
        });
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: a.example\r\n" + takes + "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        await client.SendAsync("4\r\nbody\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal("4\r\nbody\r\n" + end, await client.ReadUntilAsync("\r\n\r\n"));
        Assert.Single((await proxy.ResultAsync()).Trailers!);
    }

    private static string Spelled(string line) => line.StartsWith("x_under", StringComparison.OrdinalIgnoreCase) ? "X_Under" + line[7..]
        : line.StartsWith("x-", StringComparison.Ordinal) ? "X-" + char.ToUpperInvariant(line[2]) + line[3..] : line;
}
