using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Relay;

public class TcpRelayTests
{
    [Fact]
    public async Task Bytes_go_both_ways_and_a_half_close_goes_through()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            var all = await peer.ReadToEndAsync();
            await peer.SendAsync($"got {all}");
        });
        await using var relay = new RelayServer(upstream.Key);
        using var client = await RawPeer.ConnectAsync(relay.EndPoint);
        await client.SendAsync("hello");
        client.EndSending();
        Assert.Equal("got hello", await client.ReadToEndAsync());
        var result = await relay.ResultAsync();
        Assert.Equal((RelayEnd.ClientClosed, 5L, 9L), (result.End, result.BytesToUpstream, result.BytesToClient));
        Assert.True(result.Started <= result.FirstByteToUpstream && result.FirstByteToUpstream <= result.FirstByteToClient);
        Assert.True(result.FirstByteToClient <= result.LastByte && result.LastByte <= result.Ended);
    }

    [Fact]
    public async Task The_upstreams_end_reaches_the_client_first()
    {
        await using var upstream = new ScriptedUpstream((peer, _) => peer.SendAsync("bye"));
        await using var relay = new RelayServer(upstream.Key);
        using var client = await RawPeer.ConnectAsync(relay.EndPoint);
        Assert.Equal("bye", await client.ReadToEndAsync());
        client.Dispose();
        Assert.Equal(RelayEnd.UpstreamClosed, (await relay.ResultAsync()).End);
    }

    [Fact]
    public async Task The_clients_reset_reaches_the_upstream()
    {
        var seen = new TaskCompletionSource<SocketError>();
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("x");
            seen.SetResult(await peer.ReadErrorAsync());
        });
        await using var relay = new RelayServer(upstream.Key);
        using var client = await RawPeer.ConnectAsync(relay.EndPoint);
        await client.SendAsync("x");
        await Limit.UntilAsync(() => upstream.Connections == 1);
        client.Reset();
        Assert.Equal(SocketError.ConnectionReset, await seen.Task.WaitAsync(Limit.Wait));
        Assert.Equal(RelayEnd.ClientReset, (await relay.ResultAsync()).End);
    }

    [Fact]
    public async Task The_upstreams_reset_reaches_the_client()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("x");
            peer.Reset();
        });
        await using var relay = new RelayServer(upstream.Key);
        using var client = await RawPeer.ConnectAsync(relay.EndPoint);
        await client.SendAsync("x");
        Assert.Equal(SocketError.ConnectionReset, await client.ReadErrorAsync());
        Assert.Equal(RelayEnd.UpstreamReset, (await relay.ResultAsync()).End);
    }

    [Fact]
    public async Task A_refused_upstream_resets_the_client()
    {
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var relay = new RelayServer(new UpstreamKey((IPEndPoint)unused.LocalEndPoint!));

        // The reset may come before the client even knows that it is connected.
        var e = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var client = await RawPeer.ConnectAsync(relay.EndPoint);
            await client.ReadToEndAsync();
        });
        Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        Assert.Equal(ConnectFailure.Refused, (await relay.FailureAsync()).Failure);
    }

    [Fact]
    public async Task Silence_until_the_idle_timeout_resets_both()
    {
        var time = new FakeTimeProvider();
        var seen = new TaskCompletionSource<SocketError>();
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.SendAsync("hi");
            seen.SetResult(await peer.ReadErrorAsync());
        });
        await using var relay = new RelayServer(upstream.Key, new RelayOptions { IdleTimeout = TimeSpan.FromSeconds(350), TimeProvider = time });
        using var client = await RawPeer.ConnectAsync(relay.EndPoint);
        await client.ReadUntilAsync("hi");
        time.Advance(TimeSpan.FromSeconds(349));
        Assert.False(seen.Task.IsCompleted);
        // It may have noted a while after they arrived what it had sent.
        Assert.Equal(SocketError.ConnectionReset, await Limit.AdvanceAsync(time, client.ReadErrorAsync()));
        Assert.Equal(SocketError.ConnectionReset, await seen.Task.WaitAsync(Limit.Wait));
        Assert.Equal(RelayEnd.IdleTimeout, (await relay.ResultAsync()).End);
    }

    [Fact]
    public async Task Cancellation_resets_both()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.SendAsync("hi");
            await peer.ReadErrorAsync();
        });
        await using var relay = new RelayServer(upstream.Key);
        using var client = await RawPeer.ConnectAsync(relay.EndPoint);
        await client.ReadUntilAsync("hi");
        var stopping = relay.StopAsync();
        Assert.Equal(SocketError.ConnectionReset, await client.ReadErrorAsync());
        await stopping;
        Assert.Equal(RelayEnd.Canceled, (await relay.ResultAsync()).End);
    }

    [Fact]
    public async Task Megabytes_arrive_unchanged()
    {
        var data = new byte[8 * 1024 * 1024];
        new Random(1).NextBytes(data);
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            var buffer = new byte[100_000];
            for (int received; (received = await peer.Socket.ReceiveAsync(buffer.AsMemory())) > 0;) await peer.SendAsync(buffer.AsMemory(0, received));
        });
        await using var relay = new RelayServer(upstream.Key);
        using var client = await RawPeer.ConnectAsync(relay.EndPoint);
        var sending = Task.Run(async () =>
        {
            await client.SendAsync(data);
            client.EndSending();
        });
        var back = new byte[data.Length];
        var read = 0;
        for (int received; (received = await client.Socket.ReceiveAsync(back.AsMemory(read))) > 0;) read += received;
        await sending;
        Assert.Equal(data.Length, read);
        Assert.True(data.AsSpan().SequenceEqual(back));
    }

    private sealed class RelayServer : IAsyncDisposable
    {
        private readonly TcpListenerLoop _loop;
        private readonly TaskCompletionSource<RelayResult> _result = new();
        private readonly TaskCompletionSource<ConnectException> _failure = new();

        public RelayServer(UpstreamKey upstream, RelayOptions? options = null) => _loop = TcpListenerLoop.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            async (socket, _, aborted) =>
            {
                try
                {
                    _result.SetResult(await TcpRelay.DialAsync(socket, upstream, Limit.Wait, options ?? new RelayOptions(), aborted));
                }
                catch (ConnectException e)
                {
                    _failure.SetResult(e);
                }
            });

        public IPEndPoint EndPoint => _loop.LocalEndPoint;

        public Task<RelayResult> ResultAsync() => _result.Task.WaitAsync(Limit.Wait);

        public Task<ConnectException> FailureAsync() => _failure.Task.WaitAsync(Limit.Wait);

        public Task StopAsync() => _loop.StopAsync(TimeSpan.Zero);

        public ValueTask DisposeAsync() => _loop.DisposeAsync();
    }
}
