using System.Net.Sockets;
using System.Text;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Forwarding;

/// <summary>Alone, because it measures the process's memory.</summary>
[CollectionDefinition(nameof(StreamingTests), DisableParallelization = true)]
[Collection(nameof(StreamingTests))]
public class StreamingTests
{
    private const int Total = 50 * 1024 * 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fifty_MB_stream_both_ways_with_flat_memory(bool chunked)
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Total}\r\n\r\n");
            await EchoAsync(peer, chunked);
        });
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\n{(chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {Total}")}\r\n\r\n");
        var sending = SendAsync(client, chunked);
        await client.ReadUntilAsync("\r\n\r\n");
        await DropAsync(client, Total);
        await sending;
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        var result = await proxy.ResultAsync();
        Assert.Equal(ForwardOutcome.Completed, result.Outcome);
        Assert.True(result.SentBytes >= Total && result.ReceivedBytes >= Total);
        Assert.True(grown < 4 * 1024 * 1024, $"memory grew by {grown} bytes");
    }

    [Fact]
    public async Task A_slow_client_holds_the_upstream_back()
    {
        var sent = 0L;
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Total}\r\n\r\n");
            await SendAsync(peer, chunked: false, count => Interlocked.Exchange(ref sent, count));
        });
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync(receiveBuffer: 16 * 1024);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\n");
        var stuck = await SettleAsync(() => Interlocked.Read(ref sent));
        Assert.InRange(stuck, 1, Total / 2);
        await DropAsync(client, Total);
        Assert.Equal(ForwardOutcome.Completed, (await proxy.ResultAsync()).Outcome);
    }

    [Fact]
    public async Task A_slow_upstream_holds_the_client_back()
    {
        var go = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            await go.Task;
            await DropAsync(peer, Total);
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        await using var proxy = new Proxy(upstream.Key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {Total}\r\n\r\n");
        var sent = 0L;
        var sending = SendAsync(client, chunked: false, count => Interlocked.Exchange(ref sent, count));
        Assert.InRange(await SettleAsync(() => Interlocked.Read(ref sent)), 1, Total / 2);
        Assert.False(sending.IsCompleted);
        go.SetResult();
        await sending;
        Assert.StartsWith("HTTP/1.1 200", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    /// <summary>The value once it has been the same for a while.</summary>
    private static async Task<long> SettleAsync(Func<long> value)
    {
        var last = -1L;
        for (var same = 0; same < 20; same = value() == last ? same + 1 : 0)
        {
            last = value();
            await Task.Delay(10);
        }

        return last;
    }

    private static async Task SendAsync(RawPeer peer, bool chunked, Action<long>? progress = null)
    {
        var piece = new byte[32 * 1024];
        var head = Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n");
        for (var sent = 0L; sent < Total; sent += piece.Length)
        {
            progress?.Invoke(sent);
            if (chunked) await peer.SendAsync(head);
            for (ReadOnlyMemory<byte> rest = piece; !rest.IsEmpty;) rest = rest[await peer.Socket.SendAsync(rest)..];
            if (chunked) await peer.SendAsync("\r\n");
        }

        if (chunked) await peer.SendAsync("0\r\n\r\n");
    }

    /// <summary>Answers with as many bytes as come, the last only when the request has ended.</summary>
    private static async Task EchoAsync(RawPeer peer, bool chunked)
    {
        var buffer = new byte[64 * 1024];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var sent = 0L;
        for (var read = (long)peer.TakeRest().Length; ;)
        {
            var received = await peer.Socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, limit.Token);
            read += received;
            var ended = chunked ? buffer.AsSpan(0, received).EndsWith("\r\n0\r\n\r\n"u8) : read == Total;
            var reply = ended ? Total - sent : Math.Min(received, Total - sent - 1);
            for (sent += reply; reply > 0;) reply -= await peer.Socket.SendAsync(buffer.AsMemory(0, (int)Math.Min(reply, buffer.Length)));
            if (ended) return;
        }
    }

    private static async Task DropAsync(RawPeer peer, long count)
    {
        count -= peer.TakeRest().Length;
        var buffer = new byte[64 * 1024];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (int received; count > 0; count -= received)
        {
            received = await peer.Socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, limit.Token);
            if (received == 0) throw new IOException("The stream ended early.");
        }
    }
}
