using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Forwarding;

public class ForwardingFailureTests
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task Refused()
    {
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var proxy = new Proxy(new UpstreamKey((IPEndPoint)unused.LocalEndPoint!));
        var result = await FailAsync(proxy);
        Assert.Equal(ForwardOutcome.ConnectRefused, result.Outcome);
        Assert.Equal(ConnectFailure.Refused, result.ConnectFailure);
        Assert.Equal(UpstreamFate.None, result.UpstreamFate);
        Assert.Contains("refused", result.Detail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_source_address_that_is_not_ours()
    {
        await using var upstream = ScriptedUpstream.Answering(Ok);
        await using var proxy = new Proxy(new UpstreamKey(upstream.EndPoint, IPAddress.Parse("192.0.2.1")));
        var result = await FailAsync(proxy);
        Assert.Equal((ForwardOutcome.ConnectFailed, ConnectFailure.AddressUnavailable), (result.Outcome, result.ConnectFailure));
    }

    [Fact]
    public async Task Connecting_takes_too_long()
    {
        // A listener whose backlog is full drops further connection attempts.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var key = new UpstreamKey((IPEndPoint)full.LocalEndPoint!);
        using var first = await RawPeer.ConnectAsync(key.Remote);
        await using var proxy = new Proxy(key, new ForwardOptions { ConnectTimeout = TimeSpan.FromMilliseconds(100) });
        var result = await FailAsync(proxy);
        Assert.Equal((ForwardOutcome.ConnectTimedOut, ConnectFailure.TimedOut), (result.Outcome, result.ConnectFailure));
    }

    [Fact]
    public async Task Closed_without_response_on_a_new_connection()
    {
        await using var upstream = new ScriptedUpstream((peer, _) => peer.ReadMessageAsync());
        await using var proxy = new Proxy(upstream.Key, new ForwardOptions { RetryStaleConnection = true });
        var result = await FailAsync(proxy);
        Assert.Equal(ForwardOutcome.UpstreamClosedBeforeResponse, result.Outcome);
        Assert.False(result.UpstreamReused);
        Assert.False(result.Retried);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task The_keep_alive_race_shows_unless_a_retry_is_asked_for(bool reset, bool retry)
    {
        await using var upstream = new ScriptedUpstream(async (peer, connection) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync(Ok);
            if (connection == 1)
            {
                await peer.ReadMessageAsync();
                if (reset) peer.Reset();
                return;
            }

            await peer.ReadMessageAsync();
        });
        await using var proxy = new Proxy(upstream.Key, new ForwardOptions { RetryStaleConnection = retry });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        await proxy.ResultAsync();
        await client.SendAsync(Get);
        var response = await client.ReadMessageAsync();
        var result = await proxy.ResultAsync();
        Assert.Equal(retry, result.Retried);
        if (retry)
        {
            Assert.Equal(Ok, response);
            Assert.Equal(ForwardOutcome.Completed, result.Outcome);
            Assert.False(result.UpstreamReused);
            return;
        }

        Assert.StartsWith("HTTP/1.1 502", response, StringComparison.Ordinal);
        Assert.Equal(reset ? ForwardOutcome.UpstreamReset : ForwardOutcome.UpstreamClosedBeforeResponse, result.Outcome);
        Assert.True(result.UpstreamReused);
        Assert.Equal(0, result.ReceivedBytes);
    }

    [Fact]
    public async Task A_request_with_a_body_is_never_sent_twice()
    {
        await using var upstream = new ScriptedUpstream(async (peer, connection) =>
        {
            await peer.ReadMessageAsync();
            if (connection > 1) return;
            await peer.SendAsync(Ok);
            await peer.ReadMessageAsync();
        });
        await using var proxy = new Proxy(upstream.Key, new ForwardOptions { RetryStaleConnection = true });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        await proxy.ResultAsync();
        await client.SendAsync("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
        Assert.StartsWith("HTTP/1.1 502", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal(1, upstream.Connections);
    }

    [Theory]
    [InlineData("garbage", ForwardOutcome.MalformedResponse, HttpViolation.InvalidStatusLine)]
    [InlineData("HTTP/1.1 200 OK\r\nbad header\r\n\r\n", ForwardOutcome.MalformedResponse, HttpViolation.InvalidHeaderName)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", ForwardOutcome.MalformedResponse, HttpViolation.InvalidContentLength)]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n", ForwardOutcome.MalformedResponse, HttpViolation.InvalidStatusLine)]
    [InlineData("HTTP/1.1 200 OK\r\nX: y\r\n", ForwardOutcome.MalformedResponse, HttpViolation.ConnectionClosed)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", ForwardOutcome.UpstreamClosedBeforeResponse, HttpViolation.None)]
    public async Task A_bad_response_head(string response, ForwardOutcome outcome, HttpViolation violation)
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync(response);
        });
        await using var proxy = new Proxy(upstream.Key);
        var result = await FailAsync(proxy);
        Assert.Equal((outcome, violation), (result.Outcome, result.Violation));
    }

    [Fact]
    public async Task A_response_head_larger_than_32_KiB()
    {
        await using var upstream = ScriptedUpstream.Answering(
            $"HTTP/1.1 200 OK\r\n{string.Concat(Enumerable.Repeat($"X: {new string('x', 10_000)}\r\n", 4))}Content-Length: 0\r\n\r\n");
        await using var proxy = new Proxy(upstream.Key);
        Assert.Equal(ForwardOutcome.ResponseHeadTooLarge, (await FailAsync(proxy)).Outcome);
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhalf", ForwardOutcome.UpstreamClosedMidBody)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", ForwardOutcome.UpstreamClosedMidBody)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nhalfX", ForwardOutcome.MalformedResponse)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n", ForwardOutcome.MalformedResponse)]
    public async Task A_response_that_breaks_after_its_head_cuts_the_client(string rest, ForwardOutcome outcome)
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\n" + rest);
        });
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        var result = await proxy.ResultAsync();
        Assert.Equal(outcome, result.Outcome);
        Assert.True(result.ResponseStarted);
        Assert.Equal(200, result.StatusCode);
        await Assert.ThrowsAnyAsync<Exception>(() => client.ReadMessageAsync());
    }

    [Fact]
    public async Task Silence_until_the_response_timeout()
    {
        var time = new FakeTimeProvider();
        var observer = new SentObserver();
        await using var upstream = new ScriptedUpstream((peer, _) => peer.ReadToEndAsync());
        await using var proxy = new Proxy(
            upstream.Key,
            new ForwardOptions { TimeProvider = time },
            poolOptions: new UpstreamPoolOptions { TimeProvider = time },
            observer: observer);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await observer.Sent.Task.WaitAsync(Limit.Wait);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(proxy.Results);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.EndsWith("ResponseTimedOut", await client.ReadMessageAsync(), StringComparison.Ordinal);
        var result = await proxy.ResultAsync();
        Assert.Equal(ForwardOutcome.ResponseTimedOut, result.Outcome);
        Assert.Equal(TimeSpan.FromSeconds(60), time.GetElapsedTime(result.RequestSent, result.LastByte));
    }

    [Fact]
    public async Task The_response_timeout_does_not_run_while_the_client_is_waited_for()
    {
        var time = new FakeTimeProvider();
        var begun = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("ab");
            begun.SetResult();
            await peer.ReadUntilAsync("cd");
            await peer.SendAsync(Ok);
        });
        await using var proxy = new Proxy(
            upstream.Key, new ForwardOptions { TimeProvider = time }, poolOptions: new UpstreamPoolOptions { TimeProvider = time });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
        await begun.Task.WaitAsync(Limit.Wait);
        time.Advance(TimeSpan.FromSeconds(300));
        await client.SendAsync("cd");
        Assert.Equal(Ok, await client.ReadMessageAsync());
    }

    [Fact]
    public async Task Silence_in_the_middle_of_the_body()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            await peer.ReadToEndAsync();
        });
        var time = new FakeTimeProvider();
        await using var proxy = new Proxy(
            upstream.Key, new ForwardOptions { TimeProvider = time }, poolOptions: new UpstreamPoolOptions { TimeProvider = time });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadUntilAsync("half");
        var result = await Limit.AdvanceAsync(time, proxy.ResultAsync());
        Assert.Equal(ForwardOutcome.ResponseTimedOut, result.Outcome);
        Assert.True(result.ResponseStarted);
    }

    [Fact]
    public async Task The_client_goes_while_the_upstream_thinks()
    {
        var cut = new TaskCompletionSource<SocketError>();
        var asked = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            asked.SetResult();
            cut.SetResult(await peer.ReadErrorAsync());
        });
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await asked.Task.WaitAsync(Limit.Wait);
        client.Dispose();
        Assert.Equal(ForwardOutcome.ClientGone, (await proxy.ResultAsync()).Outcome);
        await cut.Task.WaitAsync(Limit.Wait);
    }

    [Fact]
    public async Task The_client_goes_in_the_middle_of_its_body()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) => await peer.ReadErrorAsync());
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart");
        await Limit.UntilAsync(() => upstream.Connections == 1);
        client.Dispose();
        Assert.Equal(ForwardOutcome.ClientGone, (await proxy.ResultAsync()).Outcome);
    }

    [Fact]
    public async Task The_client_goes_in_the_middle_of_the_response()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
            await peer.ReadErrorAsync();
        });
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadUntilAsync("part");
        client.Reset();
        Assert.Equal(ForwardOutcome.ClientGone, (await proxy.ResultAsync()).Outcome);
    }

    [Fact]
    public async Task The_client_takes_no_more_of_the_response()
    {
        var stuck = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadMessageAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n");
            var piece = new byte[1 << 20];
            try
            {
                while (true)
                {
                    var sending = peer.Socket.SendAsync(piece);
                    if (await Task.WhenAny(sending, Task.Delay(500)) != sending) stuck.TrySetResult();
                    await sending;
                }
            }
            catch (SocketException)
            {
                // Cut off, as it should be.
            }
        });
        var time = new FakeTimeProvider();
        await using var proxy = new Proxy(upstream.Key, serverOptions: new Http1ServerOptions { TimeProvider = time });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await stuck.Task.WaitAsync(Limit.Wait);
        Assert.Equal(ForwardOutcome.ClientTimedOut, (await Limit.AdvanceAsync(time, proxy.ResultAsync())).Outcome);
    }

    [Fact]
    public async Task The_client_sends_no_more_of_its_body()
    {
        var asked = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("part");
            asked.SetResult();
            await peer.ReadErrorAsync();
        });
        var time = new FakeTimeProvider();
        await using var proxy = new Proxy(upstream.Key, serverOptions: new Http1ServerOptions { TimeProvider = time });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart");
        await asked.Task.WaitAsync(Limit.Wait);
        Assert.EndsWith("ClientTimedOut", await Limit.AdvanceAsync(time, client.ReadMessageAsync()), StringComparison.Ordinal);
        Assert.Equal(ForwardOutcome.ClientTimedOut, (await proxy.ResultAsync()).Outcome);
    }

    [Fact]
    public async Task The_clients_chunks_are_malformed()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) => await peer.ReadErrorAsync());
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokX");
        Assert.EndsWith("MalformedRequestBody", await client.ReadMessageAsync(), StringComparison.Ordinal);
        var result = await proxy.ResultAsync();
        Assert.Equal((ForwardOutcome.MalformedRequestBody, HttpViolation.InvalidChunk), (result.Outcome, result.Violation));
    }

    [Fact]
    public async Task An_upstream_that_answers_and_resets_while_the_body_comes_is_still_heard()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            await peer.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        });
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
        var response = client.ReadMessageAsync();
        Assert.StartsWith("HTTP/1.1 413", await response, StringComparison.Ordinal);
        Assert.Equal(ForwardOutcome.Completed, (await proxy.ResultAsync()).Outcome);
    }

    private sealed class SentObserver : IForwardObserver
    {
        public TaskCompletionSource Sent { get; } = new();

        public void OnRequestSent() => Sent.TrySetResult();
    }

    private static async Task<ForwardResult> FailAsync(Proxy proxy)
    {
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        var response = await client.ReadMessageAsync();
        var result = await proxy.ResultAsync();
        Assert.EndsWith(result.Outcome.ToString(), response, StringComparison.Ordinal);
        Assert.False(result.ResponseStarted);
        Assert.NotEmpty(result.Detail!);

        // The client's connection goes on.
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 502", await client.ReadMessageAsync(), StringComparison.Ordinal);
        return result;
    }
}
