using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Sockets;

public sealed class SocketConnectionTests : IAsyncDisposable
{
    private readonly Socket _peer;
    private readonly SocketConnection _connection;

    public SocketConnectionTests()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _peer = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _peer.Connect(listener.LocalEndPoint!);
        _connection = new SocketConnection(listener.Accept(), TimeProvider.System, MemoryPool<byte>.Shared);
    }

    public async ValueTask DisposeAsync()
    {
        _peer.Dispose();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task What_was_put_back_is_read_first()
    {
        _connection.Bytes.PutBack("one "u8.ToArray());
        _connection.Open();
        await _peer.SendAsync("two"u8.ToArray());

        var read = await _connection.Transport.Input.ReadAtLeastAsync(7, TestContext.Current.CancellationToken);
        Assert.Equal("one two"u8.ToArray(), read.Buffer.ToArray());
    }

    [Fact]
    public async Task A_peer_that_goes_is_noticed_while_nobody_reads()
    {
        _connection.Open();
        await _peer.SendAsync("GET / "u8.ToArray());
        _peer.Shutdown(SocketShutdown.Send);

        await Limit.UntilAsync(() => _connection.ConnectionClosed.IsCancellationRequested);
        var read = await _connection.Transport.Input.ReadAtLeastAsync(7, TestContext.Current.CancellationToken);
        Assert.True(read.IsCompleted);
        Assert.Equal("GET / "u8.ToArray(), read.Buffer.ToArray());
    }

    [Fact]
    public async Task A_reset_is_told_as_one()
    {
        _connection.Open();
        _peer.LingerState = new LingerOption(true, 0);
        _peer.Dispose();

        await Assert.ThrowsAsync<ConnectionResetException>(async () => await _connection.Transport.Input.ReadAsync(TestContext.Current.CancellationToken));
        await Limit.UntilAsync(() => _connection.ConnectionClosed.IsCancellationRequested);
    }

    [Fact]
    public async Task Aborting_resets_the_peer_and_ends_what_is_read_and_written()
    {
        _connection.Open();
        _connection.Abort(new ConnectionAbortedException("enough"));

        Assert.Equal(SocketError.ConnectionReset, (await Assert.ThrowsAsync<SocketException>(() => _peer.ReceiveAsync(new byte[1]))).SocketErrorCode);
        await Assert.ThrowsAsync<ConnectionResetException>(async () => await _connection.Transport.Input.ReadAsync(TestContext.Current.CancellationToken));
        Assert.True((await _connection.Transport.Output.WriteAsync("late"u8.ToArray(), TestContext.Current.CancellationToken)).IsCompleted);
    }

    /// <summary>What comes to a socket that is closed is answered with a reset, and the peer that gets it forgets what it hasn't read yet.</summary>
    [Fact]
    public async Task One_that_lingers_lets_its_peer_read_the_last_words_while_that_still_sends()
    {
        _connection.Open();
        _connection.Lingers = true;
        await _peer.SendAsync(new byte[4096]);
        await _connection.Transport.Output.WriteAsync("goodbye"u8.ToArray(), TestContext.Current.CancellationToken);
        var ending = _connection.DisposeAsync();
        for (var i = 0; i < 100; i++) await _peer.SendAsync(new byte[4096]);

        var read = new byte[100];
        Assert.Equal(7, await _peer.ReceiveAsync(read));
        Assert.Equal(0, await _peer.ReceiveAsync(read));
        Assert.False(ending.IsCompleted);
        _peer.Shutdown(SocketShutdown.Send);
        await ending;
    }

    [Fact]
    public async Task It_lingers_no_longer_than_two_seconds()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var peer = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await peer.ConnectAsync(listener.LocalEndPoint!);
        var connection = new SocketConnection(await listener.AcceptAsync(), time, MemoryPool<byte>.Shared) { Lingers = true };
        connection.Open();
        var ending = connection.DisposeAsync().AsTask();
        Assert.Equal(0, await peer.ReceiveAsync(new byte[1]));
        Assert.False(ending.IsCompleted);
        // Its peer is told of the end before it begins to wait.
        await Limit.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return ending.IsCompleted;
        });
        await ending;
    }

    /// <summary>What nobody takes stays with the peer, and what it may send ahead is bounded.</summary>
    [Fact]
    public async Task No_more_than_the_pipe_takes_is_read_ahead()
    {
        _connection.Open();
        using var stop = new CancellationTokenSource();
        var sent = 0L;
        var sending = Task.Run(async () =>
        {
            var data = new byte[64 * 1024];
            while (true) sent += await _peer.SendAsync(data, stop.Token);
        });
        // The system's own buffers are some megabytes; it is over when nothing moves any more.
        for (var (seen, still) = (-1L, 0); still < 20; await Task.Yield())
        {
            await Limit.UntilAsync(() => _connection.Transport.Input.TryRead(out var some) && Kept(some) >= 128 * 1024);
            (seen, still) = (Volatile.Read(ref sent), Volatile.Read(ref sent) == seen ? still + 1 : 0);
        }

        Assert.True(_connection.Transport.Input.TryRead(out var ahead));
        Assert.InRange(Kept(ahead), 128 * 1024, 160 * 1024);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    private long Kept(System.IO.Pipelines.ReadResult read)
    {
        _connection.Transport.Input.AdvanceTo(read.Buffer.Start);
        return read.Buffer.Length;
    }
}
