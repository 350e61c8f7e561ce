using System.Net;
using System.Net.Sockets;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Wire.Tests.Peers;

namespace Usher.Node.Tests;

/// <summary>Fronts for UDP, on real sockets.</summary>
public sealed class DatagramTests
{
    [Fact]
    public async Task A_port_may_be_TCP_and_UDP_and_a_flow_reaches_its_endpoint()
    {
        await using var road = new TestRoad();
        await using var endpoint = new EchoServer();
        using var pod = Peer(200);
        var tcp = TestRoad.NodePort();
        var udp = TestRoad.OverUdp(tcp);
        road.Fronts.Source = TestRoad.Address(9);
        road.Fronts.Set(tcp, endpoint.Address);
        road.Fronts.Set(udp, pod.EndPoint);
        Assert.Empty(await road.ApplyAsync(tcp, udp));

        using (var connection = await TestRoad.ConnectAsync(tcp)) Assert.True(connection.Connected);
        using var client = Peer(3);
        client.Send("hello", udp.Bound);
        var (text, from) = await pod.ReceiveAsync();
        Assert.Equal(("hello", TestRoad.Address(9)), (text, from.Address));
        pod.Send("welcome", from);
        Assert.Equal(("welcome", udp.Bound), await client.ReceiveAsync());

        Assert.Empty(await road.ApplyAsync());
        await TestRoad.UntilAsync(() => Task.FromResult(Records(road).Count == 1), "the flow's record was closed");
        var record = Records(road)[0];
        Assert.Equal(new ConnectionId(client.EndPoint, udp.Bound) { Udp = true }, record.Downstream);
        Assert.Equal(new ConnectionId(from, pod.EndPoint) { Udp = true }, record.Upstream);
        Assert.Equal(new DatagramCounts(1, 1, 5, 7, 0), record.Datagrams);
        Assert.Equal([Hop.Node, Hop.Service], record.Decision!.Tell().Select(a => a.Hop));
    }

    [Fact]
    public async Task When_a_flows_endpoint_is_gone_the_next_datagram_goes_to_a_live_one()
    {
        await using var road = new TestRoad();
        using var first = Peer(200);
        using var second = Peer(201);
        var front = await ServeAsync(road, first);
        using var client = Peer(3);
        client.Send("1", front.Bound);
        await first.ReceiveAsync();

        road.Fronts.Set(front, second.EndPoint);
        await TestRoad.UntilAsync(() => Task.FromResult(Records(road).Count == 1), "the flow was forgotten");
        Assert.StartsWith("forgotten: ", Records(road)[0].CloseReason, StringComparison.Ordinal);
        client.Send("2", front.Bound);
        Assert.Equal("2", (await second.ReceiveAsync()).Text);
    }

    [Fact]
    public async Task A_flow_whose_endpoint_stays_goes_on_over_generations()
    {
        await using var road = new TestRoad();
        using var pod = Peer(200);
        var front = await ServeAsync(road, pod);
        using var client = Peer(3);
        client.Send("1", front.Bound);
        var (_, from) = await pod.ReceiveAsync();

        Assert.Empty(await road.ApplyAsync(front, TestRoad.NodePort("more")));
        client.Send("2", front.Bound);
        Assert.Equal(("2", from), await pod.ReceiveAsync());
        Assert.Empty(Records(road));
    }

    [Fact]
    public async Task Without_an_endpoint_the_port_is_unreachable_until_there_is_one()
    {
        await using var road = new TestRoad();
        using var pod = Peer(200);
        var front = TestRoad.OverUdp(TestRoad.NodePort());
        Assert.Empty(await road.ApplyAsync(front));
        Assert.Equal(SocketError.ConnectionRefused, await RefusedAsync(front));

        road.Fronts.Set(front, pod.EndPoint);
        using var client = Peer(3);
        await TestRoad.UntilAsync(
            () =>
            {
                client.Send("hello", front.Bound);
                return Task.FromResult(pod.HasDatagram);
            }, "datagrams arrive");

        road.Fronts.Set(front, null);
        await TestRoad.UntilAsync(() => Task.FromResult(Records(road).Count >= 1), "the flows were cut");
        Assert.Equal(SocketError.ConnectionRefused, await RefusedAsync(front));
    }

    [Fact]
    public async Task A_place_that_another_program_has_is_an_error_and_TCP_doesnt_take_it()
    {
        await using var road = new TestRoad();
        var front = TestRoad.OverUdp(TestRoad.NodePort());
        using (var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            tcp.Bind(front.Bound);
            tcp.Listen();
            Assert.Empty(await road.ApplyAsync(front));
        }

        Assert.Empty(await road.ApplyAsync());
        using var other = new UdpPeer(front.Bound);
        Assert.StartsWith($"{front.Bound}/UDP is in use by another program, and NodePort", Assert.Single(await road.ApplyAsync(front)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_node_answers_nothing_not_even_that_a_port_is_unreachable()
    {
        await using var road = new TestRoad();
        using var pod = Peer(200);
        var front = await ServeAsync(road, pod);
        using var client = Peer(3);
        client.Send("1", front.Bound);
        await pod.ReceiveAsync();

        road.Nodes.Do("node-1", NodeAction.Stop);
        await TestRoad.UntilAsync(() => Task.FromResult(Records(road).Count == 1), "the flow was cut");
        await TestRoad.UntilAsync(() => Task.FromResult(IsTaken(front)), "the place is silent");
        client.Send("2", front.Bound);

        road.Nodes.Do("node-1", NodeAction.Start);
        await TestRoad.UntilAsync(
            () =>
            {
                client.Send("3", front.Bound);
                return Task.FromResult(pod.HasDatagram);
            }, "datagrams arrive again");
        Assert.Equal("3", (await pod.ReceiveAsync()).Text);
    }

    /// <summary>A front for UDP that leads to an endpoint.</summary>
    private static async Task<ServiceFront> ServeAsync(TestRoad road, UdpPeer endpoint)
    {
        var front = TestRoad.OverUdp(TestRoad.NodePort());
        road.Fronts.Set(front, endpoint.EndPoint);
        Assert.Empty(await road.ApplyAsync(front));
        return front;
    }

    private static UdpPeer Peer(byte address) => new(new IPEndPoint(TestRoad.Address(address), 0));

    private static List<ConnectionRecord> Records(TestRoad road)
    {
        lock (road.Closed) return [.. road.Closed.Where(r => r.Downstream.Udp)];
    }

    private static async Task<SocketError> RefusedAsync(ServiceFront front)
    {
        using var client = Peer(4);
        client.Connect(front.Bound);
        return await client.ErrorAsync("anybody?");
    }

    private static bool IsTaken(ServiceFront front)
    {
        try
        {
            using var other = new UdpPeer(front.Bound);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
