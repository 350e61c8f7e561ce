using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire.Tests.Peers;

namespace Usher.Node.Tests;

/// <summary>Fronts on real sockets: who gets through, who is refused, and who isn't disturbed.</summary>
public sealed class NodeCarrierTests
{
    [Fact]
    public async Task A_connection_reaches_the_endpoint_and_its_record_tells_node_and_service()
    {
        await using var road = new TestRoad();
        await using var endpoint = new EchoServer();
        var front = TestRoad.NodePort();
        road.Fronts.Source = TestRoad.Address(9);
        road.Fronts.Set(front, endpoint.Address);
        Assert.Empty(await road.ApplyAsync(front));

        IPEndPoint from;
        using (var client = await TestRoad.ConnectAsync(front))
        {
            from = (IPEndPoint)client.LocalEndPoint!;
            Assert.Equal("hello", await EchoAsync(client, "hello"));
        }

        await TestRoad.UntilAsync(() => Task.FromResult(road.Closed.Count == 1), "the record was closed");
        var record = road.Closed[0];
        Assert.Equal(new ConnectionId(from, front.Bound), record.Downstream);
        Assert.Equal(endpoint.Address, record.Upstream!.To);
        Assert.Equal(TestRoad.Address(9), record.Upstream.From.Address);
        Assert.Equal(record.Upstream.From, Assert.Single(endpoint.Callers));
        Assert.Equal((5L, 5L), (record.BytesUp, record.BytesDown));
        Assert.Equal(1, record.Generation.Number);
        Assert.Equal([Hop.Node, Hop.Service], record.Decision!.Tell().Select(a => a.Hop));
        Assert.Equal(1, road.Fronts.Opened);
    }

    [Fact]
    public async Task A_front_without_endpoints_refuses_and_does_not_reset()
    {
        await using var road = new TestRoad();
        var front = TestRoad.NodePort();
        Assert.Empty(await road.ApplyAsync(front));

        Assert.Equal(SocketError.ConnectionRefused, await TestRoad.KnockAsync(front));
        // curl: 7 is "failed to connect", 56 would be a reset.
        Assert.Equal(7, await CurlAsync(front));
    }

    [Fact]
    public async Task A_front_closes_with_its_last_endpoint_and_opens_with_the_next_while_open_connections_go_on()
    {
        await using var road = new TestRoad();
        await using var first = new EchoServer();
        await using var second = new EchoServer();
        var front = TestRoad.NodePort();
        road.Fronts.Set(front, first.Address);
        Assert.Empty(await road.ApplyAsync(front));
        using var old = await TestRoad.ConnectAsync(front);
        Assert.Equal("a", await EchoAsync(old, "a"));

        road.Fronts.Set(front, null);
        await TestRoad.UntilAsync(async () => await TestRoad.KnockAsync(front) == SocketError.ConnectionRefused, "connections are refused");
        Assert.Equal("b", await EchoAsync(old, "b"));

        road.Fronts.Set(front, second.Address);
        await TestRoad.UntilAsync(async () => await TestRoad.KnockAsync(front) == SocketError.Success, "connections are accepted again");
        using var client = await TestRoad.ConnectAsync(front);
        Assert.Equal("c", await EchoAsync(client, "c"));
        Assert.Equal("d", await EchoAsync(old, "d"));
        Assert.Single(first.Callers);
    }

    [Fact]
    public async Task A_new_generation_opens_what_is_new_refuses_what_is_gone_and_disturbs_no_connection()
    {
        await using var road = new TestRoad();
        await using var endpoint = new EchoServer();
        var (gone, stays, comes) = (TestRoad.NodePort("gone"), TestRoad.NodePort("stays"), TestRoad.NodePort("comes"));
        foreach (var front in new[] { gone, stays, comes }) road.Fronts.Set(front, endpoint.Address);
        Assert.Empty(await road.ApplyAsync(gone, stays));
        using var onGone = await TestRoad.ConnectAsync(gone);
        using var onStays = await TestRoad.ConnectAsync(stays);
        Assert.Equal("12", await EchoAsync(onGone, "1") + await EchoAsync(onStays, "2"));
        Assert.Equal(SocketError.ConnectionRefused, await TestRoad.KnockAsync(comes));

        Assert.Empty(await road.ApplyAsync(stays, comes));

        Assert.Equal(SocketError.ConnectionRefused, await TestRoad.KnockAsync(gone));
        using var onComes = await TestRoad.ConnectAsync(comes);
        Assert.Equal("345", await EchoAsync(onGone, "3") + await EchoAsync(onStays, "4") + await EchoAsync(onComes, "5"));
    }

    [Fact]
    public async Task A_listener_that_stays_loses_no_connection_while_generations_follow_each_other()
    {
        await using var road = new TestRoad();
        await using var endpoint = new EchoServer();
        var front = TestRoad.NodePort();
        road.Fronts.Set(front, endpoint.Address);
        Assert.Empty(await road.ApplyAsync(front));

        var failed = 0;
        using var over = new CancellationTokenSource();
        var knocking = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                if (await TestRoad.KnockAsync(front) != SocketError.Success) failed++;
            }
        });
        for (var i = 0; i < 20; i++) Assert.Empty(await road.ApplyAsync(front, TestRoad.NodePort()));
        await over.CancelAsync();
        await knocking;

        Assert.Equal(0, failed);
    }

    [Fact]
    public async Task What_was_prepared_but_not_committed_is_undone()
    {
        await using var road = new TestRoad();
        await using var endpoint = new EchoServer();
        var (old, next) = (TestRoad.NodePort("old"), TestRoad.NodePort("next"));
        road.Fronts.Set(old, endpoint.Address);
        road.Fronts.Set(next, endpoint.Address);
        Assert.Empty(await road.ApplyAsync(old));

        await using (await road.Carrier.PrepareAsync(road.NextWith(next), new ErrorList(), TestContext.Current.CancellationToken))
        {
            Assert.Equal(SocketError.Success, await TestRoad.KnockAsync(next));
        }

        Assert.Equal(SocketError.ConnectionRefused, await TestRoad.KnockAsync(next));
        Assert.Equal(SocketError.Success, await TestRoad.KnockAsync(old));
        Assert.Empty(await road.ApplyAsync(next));
        Assert.Equal(SocketError.Success, await TestRoad.KnockAsync(next));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_in_use_is_an_error_that_names_it_whether_or_not_there_are_endpoints(bool endpoints)
    {
        await using var road = new TestRoad();
        await using var endpoint = new EchoServer();
        var front = TestRoad.NodePort();
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(front.Bound);
        other.Listen();
        if (endpoints) road.Fronts.Set(front, endpoint.Address);

        var error = Assert.Single(await road.ApplyAsync(front));

        Assert.Equal("Service shop/svc", error.Object);
        Assert.Equal($"{front.Bound} is in use by another program, and NodePort {front.Bound.Port} of node node-1 is to listen there; "
            + "stop that program, or write another nodePort", error.Message);
        Assert.Same(Generation.None, road.Current);
    }

    [Fact]
    public async Task A_front_that_could_not_be_opened_again_is_tried_until_it_can()
    {
        var time = new FakeTimeProvider();
        await using var road = new TestRoad(time);
        await using var endpoint = new EchoServer();
        var front = TestRoad.NodePort();
        Assert.Empty(await road.ApplyAsync(front));
        using (var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            other.Bind(front.Bound);
            other.Listen();
            road.Fronts.Set(front, endpoint.Address);
        }

        await TestRoad.UntilAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return await TestRoad.KnockAsync(front) == SocketError.Success;
            },
            "the front is open");
    }

    [Fact]
    public async Task Stopping_refuses_at_once_waits_for_connections_and_cuts_them_when_it_may_not_wait_longer()
    {
        await using var road = new TestRoad();
        await using var endpoint = new EchoServer();
        var front = TestRoad.NodePort();
        road.Fronts.Set(front, endpoint.Address);
        Assert.Empty(await road.ApplyAsync(front));
        using var client = await TestRoad.ConnectAsync(front);
        Assert.Equal("a", await EchoAsync(client, "a"));

        using var patience = new CancellationTokenSource();
        var stopping = road.Carrier.StopAsync(patience.Token);
        await TestRoad.UntilAsync(async () => await TestRoad.KnockAsync(front) == SocketError.ConnectionRefused, "connections are refused");
        Assert.False(stopping.IsCompleted);
        Assert.Equal("b", await EchoAsync(client, "b"));
        await patience.CancelAsync();
        await stopping;

        await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        // Nothing opens it again.
        road.Fronts.Set(front, endpoint.Address);
        Assert.Equal(SocketError.ConnectionRefused, await TestRoad.KnockAsync(front));
    }

    [Fact]
    public async Task A_virtual_ip_tells_the_service_alone()
    {
        await using var road = new TestRoad();
        await using var endpoint = new EchoServer();
        var front = TestRoad.NodePort() with { Kind = FrontKind.ClusterIP, Node = null };
        road.Fronts.Set(front, endpoint.Address);
        Assert.Empty(await road.ApplyAsync(front));

        using (var client = await TestRoad.ConnectAsync(front)) Assert.Equal("x", await EchoAsync(client, "x"));

        await TestRoad.UntilAsync(() => Task.FromResult(road.Closed.Count == 1), "the record was closed");
        Assert.Equal(Hop.Service, Assert.Single(road.Closed[0].Decision!.Tell()).Hop);
    }

    private static async Task<string> EchoAsync(Socket socket, string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), limit.Token);
        var buffer = new byte[text.Length];
        for (var read = 0; read < buffer.Length;)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(read), limit.Token);
            Assert.NotEqual(0, count);
            read += count;
        }

        return Encoding.ASCII.GetString(buffer);
    }

    private static async Task<int> CurlAsync(ServiceFront front) =>
        (await Run.ProgramAsync("curl", "-sS", "--max-time", "10", $"http://{front.Bound}/")).Code;
}
