using System.Net;
using System.Net.Sockets;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Relay;

public class TcpListenerLoopTests
{
    private static readonly IPEndPoint Any = new(IPAddress.Loopback, 0);

    [Fact]
    public async Task Connections_beyond_the_limit_wait()
    {
        var go = new SemaphoreSlim(0);
        var served = 0;
        await using var loop = TcpListenerLoop.Start(
            Any,
            async (_, _, aborted) =>
            {
                Interlocked.Increment(ref served);
                await go.WaitAsync(aborted);
            },
            new TcpListenerOptions { MaxConnections = 1 });
        using var a = await RawPeer.ConnectAsync(loop.LocalEndPoint);
        using var b = await RawPeer.ConnectAsync(loop.LocalEndPoint);
        await Limit.UntilAsync(() => Volatile.Read(ref served) == 1);
        Assert.Equal(1, loop.Connections);
        go.Release();
        await Limit.UntilAsync(() => Volatile.Read(ref served) == 2);
        Assert.True(await a.IsClosedAsync());
    }

    [Fact]
    public async Task Stopping_refuses_at_once_and_waits_for_what_runs()
    {
        var go = new TaskCompletionSource();
        var loop = TcpListenerLoop.Start(Any, (_, _, _) => go.Task);
        using var a = await RawPeer.ConnectAsync(loop.LocalEndPoint);
        await Limit.UntilAsync(() => loop.Connections == 1);
        var stopping = loop.StopAsync(Limit.Wait);
        await Assert.ThrowsAsync<SocketException>(() => RawPeer.ConnectAsync(loop.LocalEndPoint));
        Assert.False(stopping.IsCompleted);
        go.SetResult();
        await stopping;
        await loop.DisposeAsync();
    }

    [Fact]
    public async Task After_the_grace_what_runs_is_aborted()
    {
        var loop = TcpListenerLoop.Start(Any, async (_, draining, aborted) =>
        {
            await Task.Delay(Timeout.Infinite, draining).ContinueWith(_ => { }, TaskScheduler.Default);
            await Task.Delay(Timeout.Infinite, aborted);
        });
        using var a = await RawPeer.ConnectAsync(loop.LocalEndPoint);
        await Limit.UntilAsync(() => loop.Connections == 1);
        await loop.StopAsync(TimeSpan.FromMilliseconds(20));
        Assert.Equal(0, loop.Connections);
        await loop.DisposeAsync();
    }

    [Fact]
    public async Task A_failure_to_serve_one_connection_is_told_and_harms_no_other()
    {
        Exception? told = null;
        await using var loop = TcpListenerLoop.Start(
            Any, (_, _, _) => throw new InvalidDataException("bug"), new TcpListenerOptions { OnError = e => told = e });
        for (var i = 0; i < 2; i++)
        {
            using var a = await RawPeer.ConnectAsync(loop.LocalEndPoint);
            Assert.True(await a.IsClosedAsync());
        }

        Assert.IsType<InvalidDataException>(told);
    }

    [Fact]
    public async Task An_address_in_use_is_told_at_the_start()
    {
        await using var loop = TcpListenerLoop.Start(Any, (_, _, _) => Task.CompletedTask);
        var e = Assert.Throws<SocketException>(() => TcpListenerLoop.Start(loop.LocalEndPoint, (_, _, _) => Task.CompletedTask));
        Assert.Equal(SocketError.AddressAlreadyInUse, e.SocketErrorCode);
    }
}
