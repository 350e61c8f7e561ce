using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Time.Testing;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Http2;

/// <summary>What an HTTP/2 upstream may do wrong, and a client.</summary>
public class Http2FailureTests
{
    private const int RefusedStream = 7;
    private const int Cancel = 8;

    [Fact]
    public async Task Refused()
    {
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var proxy = await Http2Proxy.StartAsync(new UpstreamKey((IPEndPoint)unused.LocalEndPoint!, Http2: true));
        var result = await proxy.FailAsync();
        Assert.Equal((ForwardOutcome.ConnectRefused, UpstreamFate.None), (result.Outcome, result.UpstreamFate));
    }

    [Fact]
    public async Task Connecting_takes_too_long()
    {
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var key = new UpstreamKey((IPEndPoint)full.LocalEndPoint!, Http2: true);
        using var first = await RawPeer.ConnectAsync(key.Remote);
        await using var proxy = await Http2Proxy.StartAsync(key, new ForwardOptions { ConnectTimeout = TimeSpan.FromMilliseconds(100) });
        Assert.Equal(ForwardOutcome.ConnectTimedOut, (await proxy.FailAsync()).Outcome);
    }

    [Theory]
    [InlineData(false, "what answers there doesn't speak TLS")]
    [InlineData(true, "application protocol")]
    public async Task An_upstream_without_TLS_or_without_HTTP2_in_it(bool tls, string detail)
    {
        using var authority = new TestCertificates();
        using var certificate = authority.Leaf("pod");
        await using var upstream = await Http2Server.StartAsync(_ => Task.CompletedTask, tls ? certificate : null, protocols: HttpProtocols.Http1);
        await using var proxy = await Http2Proxy.StartAsync(upstream.SecureKey);
        var result = await proxy.FailAsync();
        Assert.Equal((ForwardOutcome.TlsHandshakeFailed, ConnectFailure.TlsFailed), (result.Outcome, result.ConnectFailure));
        Assert.Contains(detail, result.Detail, StringComparison.Ordinal);
        Assert.Null(result.UpstreamSession!.Version);
        Assert.NotNull(result.UpstreamLocal);
    }

    [Fact]
    public async Task An_upstream_that_ignores_the_protocols_offered()
    {
        using var authority = new TestCertificates();
        await using var upstream = new TlsUpstream(authority.Issue("pod"), _ => null, options => options.ApplicationProtocols = null);
        await using var proxy = await Http2Proxy.StartAsync(new UpstreamKey(upstream.EndPoint, Tls: new UpstreamTls { ApplicationProtocol = "h2" }, Http2: true));
        var result = await proxy.FailAsync();
        Assert.Equal(ForwardOutcome.TlsHandshakeFailed, result.Outcome);
        Assert.Equal("it doesn't offer HTTP/2: by ALPN (RFC 7301) it should choose h2, and it chose nothing", result.Detail);
    }

    [Fact]
    public async Task An_upstream_that_speaks_HTTP1()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            await peer.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            await peer.ReadErrorAsync();
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key with { Http2 = true });
        var result = await proxy.FailAsync();
        Assert.Equal((ForwardOutcome.MalformedResponse, UpstreamFate.ClosedOnFailure), (result.Outcome, result.UpstreamFate));
        Assert.Contains("HTTP/2", result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("close", ForwardOutcome.UpstreamClosedBeforeResponse, false)]
    [InlineData("reset", ForwardOutcome.UpstreamReset, false)]
    [InlineData("reset-stream", ForwardOutcome.UpstreamReset, true)]
    [InlineData("data-first", ForwardOutcome.MalformedResponse, false)]
    [InlineData("bad-block", ForwardOutcome.MalformedResponse, false)]
    [InlineData("no-status", ForwardOutcome.MalformedResponse, false)]
    [InlineData("long-head", ForwardOutcome.ResponseHeadTooLarge, true)]
    public async Task No_response(string what, ForwardOutcome outcome, bool kept)
    {
        await using var upstream = Frames(async (frames, peer, _) =>
        {
            var stream = await frames.RequestAsync();
            var acting = what switch
            {
                "close" => Task.Run(peer.EndSending),
                "reset" => Task.Run(peer.Reset),
                "reset-stream" => frames.ResetAsync(stream, Cancel),
                "data-first" => frames.SendAsync(FramePeer.Type.Data, 0, stream, [1]),
                "bad-block" => frames.HeadAsync(stream, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], end: true),
                "no-status" => frames.HeadAsync(stream, [0x00, 0x01, (byte)'a', 0x01, (byte)'b'], end: true),
                // A field that is put into the table, and then 400 times taken from it (RFC 7541 section 6).
                _ => frames.HeadAsync(stream, [.. FramePeer.Ok, 0x40, .. Literal("x", new string('y', 100))[1..], .. Enumerable.Repeat((byte)0xBE, 400)], end: true),
            };
            await acting;
            if (what != "reset") await peer.ReadErrorAsync();
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key with { Http2 = true });
        var result = await proxy.FailAsync();
        Assert.Equal((outcome, kept ? UpstreamFate.Kept : UpstreamFate.ClosedOnFailure), (result.Outcome, result.UpstreamFate));
        Assert.Equal(0, result.StatusCode);
    }

    [Theory]
    [InlineData("close", ForwardOutcome.UpstreamClosedMidBody)]
    [InlineData("reset", ForwardOutcome.UpstreamReset)]
    [InlineData("reset-stream", ForwardOutcome.UpstreamReset)]
    [InlineData("short", ForwardOutcome.MalformedResponse)]
    [InlineData("long", ForwardOutcome.MalformedResponse)]
    public async Task A_response_that_breaks_off_does_so_at_the_client_too(string what, ForwardOutcome outcome)
    {
        await using var upstream = Frames(async (frames, peer, _) =>
        {
            var stream = await frames.RequestAsync();
            await frames.HeadAsync(stream, [.. FramePeer.Ok, .. Literal("content-length", "4")], end: false);
            await frames.SendAsync(FramePeer.Type.Data, (byte)(what == "short" ? 1 : 0), stream, Encoding.ASCII.GetBytes(what == "long" ? "hello" : "hel"));
            if (what == "reset-stream") await frames.ResetAsync(stream, Cancel);
            if (what == "close") peer.EndSending();
            if (what == "reset") peer.Reset();
            else await peer.ReadErrorAsync();
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key with { Http2 = true });
        using var request = proxy.Request(HttpMethod.Get);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using var response = await proxy.SendAsync(request);
            await response.Content.ReadAsStringAsync();
        });
        var result = await proxy.ResultAsync();
        Assert.Equal((outcome, true, 200), (result.Outcome, result.ResponseStarted, result.StatusCode));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_GOAWAY_requests_go_on_another_connection(bool stillAnswering)
    {
        var (asked, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var upstream = Frames(async (frames, _, connection) =>
        {
            var stream = await frames.RequestAsync();
            if (connection == 1) asked.SetResult();
            if (connection == 1) await frames.GoAwayAsync(stream, 0);
            if (connection == 1 && stillAnswering) await go.Task;
            await frames.HeadAsync(stream, FramePeer.Ok, end: true);
            await frames.ReadAsync();
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key with { Http2 = true });
        var first = proxy.GetAsync();
        // The second must not overtake the first, which is answered after it.
        if (stillAnswering) await asked.Task.WaitAsync(Limit.Wait);
        else await first;
        Assert.Equal(200, (await proxy.GetAsync()).Status);
        go.SetResult();
        Assert.Equal(200, (await first).Status);
        var results = new[] { await proxy.ResultAsync(), await proxy.ResultAsync() };
        Assert.All(results, r => Assert.Equal((ForwardOutcome.Completed, false), (r.Outcome, r.Retried)));
        Assert.Equal(2, results.Select(r => r.UpstreamConnectionId).Distinct().Count());
    }

    [Fact]
    public async Task A_request_that_GOAWAY_leaves_out_goes_on_another_connection()
    {
        await using var upstream = Frames(async (frames, _, connection) =>
        {
            var stream = await frames.RequestAsync();
            if (connection == 1) await frames.GoAwayAsync(0, 0);
            else await frames.HeadAsync(stream, FramePeer.Ok, end: true);
            await frames.ReadAsync();
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key with { Http2 = true });
        Assert.Equal(200, (await proxy.GetAsync()).Status);
        Assert.Equal((ForwardOutcome.Completed, 2), ((await proxy.ResultAsync()).Outcome, upstream.Connections));
    }

    [Fact]
    public async Task An_upstream_that_refuses_every_stream_has_failed()
    {
        await using var refusing = Frames(async (frames, _, _) =>
        {
            while (true) await frames.ResetAsync(await frames.RequestAsync(), RefusedStream);
        });
        await using var proxy = await Http2Proxy.StartAsync(refusing.Key with { Http2 = true });
        Assert.Equal(ForwardOutcome.UpstreamReset, (await proxy.FailAsync()).Outcome);
    }

    [Fact]
    public async Task A_kept_connection_that_closes_under_a_request_shows()
    {
        await using var upstream = Frames(async (frames, _, _) =>
        {
            await frames.HeadAsync(await frames.RequestAsync(), FramePeer.Ok, end: true);
            await frames.RequestAsync();
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key with { Http2 = true });
        await proxy.GetAsync();
        await proxy.ResultAsync();
        var result = await proxy.FailAsync();
        Assert.Equal((ForwardOutcome.UpstreamClosedBeforeResponse, true), (result.Outcome, result.UpstreamReused));
    }

    [Fact]
    public async Task A_silent_upstream_times_out_and_its_connection_stays()
    {
        var time = new FakeTimeProvider();
        var aborted = new TaskCompletionSource();
        await using var upstream = await Http2Server.StartAsync(async context =>
        {
            if (context.Request.Path == "/") return;
            await using var gone = context.RequestAborted.Register(aborted.SetResult);
            await aborted.Task;
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key, new ForwardOptions { TimeProvider = time }, new UpstreamPoolOptions { TimeProvider = time, IdleTimeout = TimeSpan.FromHours(1) });
        var waiting = proxy.GetAsync("/silent");
        Assert.Equal((502, "ResponseTimedOut"), await Limit.AdvanceAsync(time, waiting));
        await aborted.Task.WaitAsync(Limit.Wait);
        Assert.Equal(UpstreamFate.Kept, (await proxy.ResultAsync()).UpstreamFate);
        Assert.Equal(200, (await proxy.GetAsync()).Status);
        Assert.True((await proxy.ResultAsync()).UpstreamReused);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_goes_resets_the_stream_alone(bool midBody)
    {
        var aborted = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        await using var upstream = await Http2Server.StartAsync(async context =>
        {
            if (context.Request.Path == "/") return;
            if (midBody) await context.Response.WriteAsync("first");
            await using var gone = context.RequestAborted.Register(aborted.SetResult);
            arrived.SetResult();
            await aborted.Task;
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        using var leaving = new CancellationTokenSource();
        using var request = proxy.Request(HttpMethod.Get, "/long");
        var sending = proxy.SendAsync(request, leaving.Token);
        await arrived.Task.WaitAsync(Limit.Wait);
        if (midBody) (await sending).Dispose();
        await leaving.CancelAsync();
        await aborted.Task.WaitAsync(Limit.Wait);
        Assert.Equal((ForwardOutcome.ClientGone, UpstreamFate.Kept), ((await proxy.ResultAsync()) is var r ? (r.Outcome, r.UpstreamFate) : default));
        Assert.Equal(200, (await proxy.GetAsync()).Status);
        if (!midBody) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task A_server_that_stops_lets_its_requests_end()
    {
        var go = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        var upstream = await Http2Server.StartAsync(async context =>
        {
            arrived.SetResult();
            await go.Task;
            await context.Response.WriteAsync("done");
        });
        await using var proxy = await Http2Proxy.StartAsync(upstream.Key);
        var first = proxy.GetAsync();
        await arrived.Task.WaitAsync(Limit.Wait);
        var stopping = upstream.StopAsync();
        go.SetResult();
        Assert.Equal((200, "done"), await first);
        await stopping.WaitAsync(Limit.Wait);
        await upstream.DisposeAsync();
        await proxy.ResultAsync();
        Assert.Equal(ForwardOutcome.ConnectRefused, (await proxy.FailAsync()).Outcome);
    }

    private static ScriptedUpstream Frames(Func<FramePeer, RawPeer, int, Task> script, params (int Id, int Value)[] settings) => new(async (peer, connection) =>
    {
        var frames = new FramePeer(peer);
        await frames.BeginAsync(settings);
        await script(frames, peer, connection);
    });

    /// <summary>A header field as a literal without indexing (RFC 7541 section 6.2.2).</summary>
    private static byte[] Literal(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
}
