using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Upstream;

public class UpstreamPoolTests
{
    [Fact]
    public async Task The_last_one_returned_is_rented_first()
    {
        await using var upstream = new ScriptedUpstream((peer, _) => peer.ReadToEndAsync());
        using var pool = new UpstreamPool();
        var a = await pool.RentAsync(upstream.Key);
        var b = await pool.RentAsync(upstream.Key);
        Assert.NotEqual(a.Id, b.Id);
        Assert.False(a.Reused);
        Assert.True(pool.Return(a, reusable: true));
        Assert.True(pool.Return(b, reusable: true));
        Assert.Equal(2, pool.IdleCount(upstream.Key));
        var c = await pool.RentAsync(upstream.Key);
        Assert.Same(b, c);
        Assert.True(c.Reused);
        Assert.Equal(2, c.Uses);
        pool.Return(c, reusable: false);
        Assert.Equal(1, pool.TotalIdle);
        var fresh = await pool.RentAsync(upstream.Key, onlyNew: true);
        Assert.Equal(1, fresh.Uses);
        pool.Return(fresh, reusable: false);
    }

    [Fact]
    public async Task Keys_are_kept_apart()
    {
        await using var upstream = new ScriptedUpstream((peer, _) => peer.ReadToEndAsync());
        using var pool = new UpstreamPool();
        var sourced = new UpstreamKey(upstream.EndPoint, IPAddress.Parse("127.0.0.9"));
        var a = await pool.RentAsync(upstream.Key);
        pool.Return(a, reusable: true);
        var b = await pool.RentAsync(sourced);
        Assert.Equal("127.0.0.9", b.LocalEndPoint.Address.ToString());
        Assert.False(b.Reused);
        pool.Return(b, reusable: true);
        Assert.Same(b, await pool.RentAsync(new UpstreamKey(new IPEndPoint(IPAddress.Loopback, upstream.EndPoint.Port), IPAddress.Parse("127.0.0.9"))));
        b.Dispose();
    }

    [Fact]
    public async Task One_port_of_a_source_address_serves_many_destinations()
    {
        if (!OperatingSystem.IsLinux()) return;
        await using var upstream = new ScriptedUpstream((peer, _) => peer.ReadToEndAsync());
        using var socket = await TcpDialer.ConnectAsync(
            new UpstreamKey(upstream.EndPoint, IPAddress.Parse("127.0.0.9")), Limit.Wait, TimeProvider.System, TestContext.Current.CancellationToken);
        var option = new byte[4];
        socket.GetRawSocketOption(0, 24, option);
        Assert.Equal(1, BitConverter.ToInt32(option));
        Assert.True(socket.NoDelay);
    }

    [Fact]
    public async Task Idle_ones_expire()
    {
        var time = new FakeTimeProvider();
        await using var upstream = new ScriptedUpstream((peer, _) => peer.ReadToEndAsync());
        using var pool = new UpstreamPool(new UpstreamPoolOptions { TimeProvider = time, IdleTimeout = TimeSpan.FromSeconds(30) });
        pool.Return(await pool.RentAsync(upstream.Key), reusable: true);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(1, pool.TotalIdle);
        time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(0, pool.TotalIdle);
        var next = await pool.RentAsync(upstream.Key);
        Assert.False(next.Reused);
        pool.Return(next, reusable: false);
    }

    [Fact]
    public async Task One_that_the_peer_has_closed_is_not_rented()
    {
        var close = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream((peer, connection) => connection == 1 ? close.Task : peer.ReadErrorAsync());
        using var pool = new UpstreamPool();
        var first = await pool.RentAsync(upstream.Key);
        pool.Return(first, reusable: true);
        close.SetResult();
        await Limit.UntilAsync(() => first.IsKnownDead());
        var second = await pool.RentAsync(upstream.Key);
        Assert.NotEqual(first.Id, second.Id);
        pool.Return(second, reusable: false);
    }

    [Fact]
    public async Task One_that_was_just_returned_is_rented_unseen_where_the_options_say_so()
    {
        var time = new FakeTimeProvider();
        var close = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream((peer, connection) => connection == 1 ? close.Task : peer.ReadErrorAsync());
        using var pool = new UpstreamPool(new UpstreamPoolOptions { TimeProvider = time, TakenUnseen = TimeSpan.FromMilliseconds(1) });
        var first = await pool.RentAsync(upstream.Key);
        close.SetResult();
        pool.Return(first, reusable: true);
        Assert.Same(first, await pool.RentAsync(upstream.Key));
        pool.Return(first, reusable: true);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await Limit.UntilAsync(() => first.IsKnownDead());
        var second = await pool.RentAsync(upstream.Key);
        Assert.NotEqual(first.Id, second.Id);
        pool.Return(second, reusable: false);
    }

    [Fact]
    public async Task No_more_than_the_limit_are_kept()
    {
        await using var upstream = new ScriptedUpstream((peer, _) => peer.ReadToEndAsync());
        using var pool = new UpstreamPool(new UpstreamPoolOptions { MaxIdlePerKey = 1 });
        var a = await pool.RentAsync(upstream.Key);
        var b = await pool.RentAsync(upstream.Key);
        Assert.True(pool.Return(a, reusable: true));
        Assert.False(pool.Return(b, reusable: true));
    }

    [Fact]
    public async Task Disposal_closes_idle_ones_at_once_and_rented_ones_when_they_return()
    {
        var ended = 0;
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadToEndAsync();
            Interlocked.Increment(ref ended);
        });
        var pool = new UpstreamPool();
        var rented = await pool.RentAsync(upstream.Key);
        pool.Return(await pool.RentAsync(upstream.Key), reusable: true);
        pool.Dispose();
        await Limit.UntilAsync(() => Volatile.Read(ref ended) == 1);
        Assert.False(pool.Return(rented, reusable: true));
        await Limit.UntilAsync(() => Volatile.Read(ref ended) == 2);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pool.RentAsync(upstream.Key));
    }

    [Fact]
    public async Task Forgetting_a_key_closes_its_idle_ones_only()
    {
        await using var one = new ScriptedUpstream((peer, _) => peer.ReadToEndAsync());
        await using var other = new ScriptedUpstream((peer, _) => peer.ReadToEndAsync());
        using var pool = new UpstreamPool();
        pool.Return(await pool.RentAsync(one.Key), reusable: true);
        pool.Return(await pool.RentAsync(other.Key), reusable: true);
        pool.Forget(one.Key);
        Assert.Equal((0, 1), (pool.IdleCount(one.Key), pool.IdleCount(other.Key)));
        pool.Return(await pool.RentAsync(one.Key), reusable: true);
        Assert.Equal(1, pool.IdleCount(one.Key));
    }

    [Fact]
    public async Task Cancellation_is_not_a_connect_failure()
    {
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var key = new UpstreamKey((IPEndPoint)full.LocalEndPoint!);
        using var first = await RawPeer.ConnectAsync(key.Remote);
        using var pool = new UpstreamPool();
        using var cancel = new CancellationTokenSource();
        var renting = pool.RentAsync(key, cancellationToken: cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => renting);
    }
}
