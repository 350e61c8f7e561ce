using System.Text;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Forwarding;

/// <summary>Trailers of HTTP/1.1 (RFC 9110 section 6.5, RFC 9112 section 7.1.2) on their way through a proxy.</summary>
public sealed class TrailerTests
{
    private const string Hostile = "Content-Length: 0\r\nTransfer-Encoding: gzip\r\nHost: b\r\nX-Forwarded-For: 1.2.3.4\r\nx_forwarded_for: 1.2.3.4\r\n-content_length-: 1\r\nContent#-Length: 5\r\nx__forwarded-.for: 1\r\nx-amzn-trace-id: Root=1\r\nAuthorization: Basic eA==\r\nSet-Cookie: a=b\r\n"
        + "Connection: close\r\nno colon\r\n bad name: 1\r\nX Bad: 1\r\n: none\r\n";

    private static readonly ForwardOptions Passing = new() { Trailers = true };

    [Theory]
    [InlineData("TE: trailers\r\n", true, "0\r\nX-Sum: 1\r\nx-sum: 2\r\nX-Empty: \r\n\r\n")]
    [InlineData("TE: deflate;q=0.5, trailers\r\n", true, "0\r\nX-Sum: 1\r\nx-sum: 2\r\nX-Empty: \r\n\r\n")]
    [InlineData("", true, "0\r\n\r\n")]
    [InlineData("TE: trailers\r\n", false, "0\r\n\r\n")]
    public async Task A_response_ends_with_the_trailers_that_its_client_takes(string takes, bool passes, string end)
    {
        await using var upstream = ScriptedUpstream.Answering(
            $"HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum:\t1 \r\n{Hostile}x-sum: 2\r\nX-Empty:\r\n\r\n");
        await using var proxy = new Proxy(upstream.Key, new ForwardOptions { Trailers = passes });
        using var client = await proxy.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\n{takes}\r\n");
            Assert.Equal("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", await client.ReadUntilAsync("\r\n\r\n"));
            Assert.Equal($"3\r\nabc\r\n{end}", await client.ReadUntilAsync("\r\n\r\n"));
            var result = await proxy.ResultAsync();
            Assert.Equal((ForwardOutcome.Completed, UpstreamFate.Kept), (result.Outcome, result.UpstreamFate));
            Assert.Equal(passes ? ["X-Sum", "x-sum", "X-Empty"] : null, result.Trailers?.Select(t => t.Key));
        }
    }

    [Fact]
    public async Task A_client_of_HTTP_1_0_and_a_response_of_a_length_have_none()
    {
        await using var upstream = ScriptedUpstream.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n");
        await using var proxy = new Proxy(upstream.Key, Passing);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\nHost: a\r\nTE: trailers\r\n\r\n");
        Assert.EndsWith("\r\n\r\nabc", await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_of_HTTP_2_gets_them()
    {
        await using var upstream = ScriptedUpstream.Answering($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n{Hostile}X-Sum: 1\r\n\r\n");
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key, Passing);
        using var response = await proxy.SendAsync(proxy.Request(HttpMethod.Get), TestContext.Current.CancellationToken);
        Assert.Equal("abc", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("x-sum", "1"), (Assert.Single(response.TrailingHeaders).Key.ToLowerInvariant(), response.TrailingHeaders.Single().Value.Single()));
    }

    [Theory]
    [InlineData(true, "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n")]
    [InlineData(false, "5\r\nhello\r\n0\r\n\r\n")]
    public async Task A_request_ends_with_its_trailers(bool passes, string end)
    {
        var seen = new TaskCompletionSource<string>();
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            seen.SetResult(await peer.ReadUntilAsync("\r\n\r\n"));
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            await peer.ReadToEndAsync();
        });
        await using var proxy = new Proxy(upstream.Key, new ForwardOptions { Trailers = passes });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n{Hostile}X-Sum: 1\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal(end, await seen.Task);
    }

    [Fact]
    public async Task A_request_of_HTTP_2_ends_with_its_trailers_too()
    {
        var seen = new TaskCompletionSource<string>();
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            seen.SetResult(await peer.ReadUntilAsync("\r\n\r\n"));
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            await peer.ReadToEndAsync();
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key, Passing);
        using var raw = await RawPeer.ConnectAsync(proxy.EndPoint);
        await raw.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        var client = new FramePeer(raw);
        await client.SendAsync(FramePeer.Type.Settings, 0, 0, []);
        await client.HeadAsync(1, Fields((":method", "POST"), (":scheme", "http"), (":path", "/"), (":authority", "a")), end: false);
        await client.SendAsync(FramePeer.Type.Data, 0, 1, "hello"u8.ToArray());
        await client.HeadAsync(1, Fields(("x-sum", "1"), ("x-forwarded-for", "1.2.3.4"), ("host", "b")), end: true);
        Assert.Equal("5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n", await seen.Task);
    }

    /// <summary>Header fields as literals without indexing (RFC 7541 section 6.2.2).</summary>
    private static byte[] Fields(params (string Name, string Value)[] fields) =>
        [.. fields.SelectMany(f => (byte[])[0, (byte)f.Name.Length, .. Encoding.ASCII.GetBytes(f.Name), (byte)f.Value.Length, .. Encoding.ASCII.GetBytes(f.Value)])];
}
