using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire.Tests.Peers;

namespace Usher.Node.Tests;

/// <summary>A node without power, on real sockets: no answer at all, which is not a refusal.</summary>
public sealed class StoppedNodeTests
{
    [Fact]
    public async Task Connections_to_a_stopped_node_time_out_open_ones_are_cut_and_starting_ends_it()
    {
        await using var road = new TestRoad();
        await using var endpoint = new EchoServer();
        var front = TestRoad.NodePort();
        road.Fronts.Set(front, endpoint.Address);
        Assert.Empty(await road.ApplyAsync(front));
        using var open = await TestRoad.ConnectAsync(front);

        road.Nodes.Do("node-1", NodeAction.Stop);

        // curl: 28 is "timed out", 7 would be a refusal. Until the front is silent, it is still one of the others.
        await TestRoad.UntilAsync(async () => await CurlAsync(front) == 28, "connections time out");
        await Assert.ThrowsAsync<SocketException>(async () => await open.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));

        road.Nodes.Do("node-1", NodeAction.Start);
        await TestRoad.UntilAsync(async () => await AcceptsAsync(front), "connections are accepted again");
    }

    [Fact]
    public async Task A_stopped_node_stays_silent_over_generations_and_its_ports_are_no_ports_in_use()
    {
        await using var road = new TestRoad();
        await using var endpoint = new EchoServer();
        var (front, next) = (TestRoad.NodePort(), TestRoad.NodePort("next"));
        road.Fronts.Set(front, endpoint.Address);
        road.Fronts.Set(next, endpoint.Address);
        Assert.Empty(await road.ApplyAsync(front));
        road.Nodes.Do("node-1", NodeAction.Stop);
        await TestRoad.UntilAsync(async () => await CurlAsync(front) == 28, "connections time out");

        Assert.Empty(await road.ApplyAsync(front, next));

        Assert.Equal(28, await CurlAsync(front));
        Assert.Equal(28, await CurlAsync(next));
    }

    [Fact]
    public async Task A_front_whose_packets_are_dropped_times_out_until_it_has_an_endpoint()
    {
        await using var road = new TestRoad();
        await using var endpoint = new EchoServer();
        var front = TestRoad.NodePort();
        road.Fronts.Dropped.Add(front.Bound);
        Assert.Empty(await road.ApplyAsync(front));
        Assert.Equal(28, await CurlAsync(front));
        // Another generation finds the place taken by nobody else.
        Assert.Empty(await road.ApplyAsync(front));

        road.Fronts.Set(front, endpoint.Address);
        await TestRoad.UntilAsync(async () => await AcceptsAsync(front), "connections are accepted");
        using var open = await TestRoad.ConnectAsync(front);

        road.Fronts.Set(front, null);
        await TestRoad.UntilAsync(async () => await CurlAsync(front) == 28, "connections time out again");
    }

    [Fact]
    public async Task A_place_that_is_silent_is_free_again_afterwards()
    {
        var bound = TestRoad.FreePort();
        var place = new FrontPlace(bound, Udp: false);
        using (new SilentSocket(place))
        {
            Assert.Throws<SocketException>(() => new SilentSocket(place));
        }

        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(bound);
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_explanation_names_the_stopped_node_and_asks_no_service()
    {
        await using var road = new TestRoad();
        var front = TestRoad.NodePort();
        road.Fronts.Set(front, new IPEndPoint(IPAddress.Loopback, 5));
        Assert.Empty(await road.ApplyAsync(front));
        var since = road.Nodes.Do("node-1", NodeAction.Stop).StoppedSince!.Value;

        var taken = new NodeStep(road.Fronts, new NodePorts(road.Fronts, road.Nodes)).Take(road.Current, At(front.Bound));

        Assert.Null(taken!.Next);
        var account = Assert.Single(taken.Decisions[0].Tell());
        Assert.Equal((Hop.Node, "node.stopped", false), (account.Hop, account.Outcome, account.Ok));
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"node node-1 is stopped since {since:HH:mm:ss}: nothing answers at {front.Declared}, and a connection times out"), account.Decision);
    }

    [Fact]
    public async Task A_port_that_is_no_node_port_is_told_with_those_that_there_are()
    {
        await using var road = new TestRoad();
        var front = TestRoad.NodePort();
        Assert.Empty(await road.ApplyAsync(front));
        var other = new IPEndPoint(front.Bound.Address, front.Bound.Port == 1024 ? 1025 : 1024);

        var taken = new NodeStep(road.Fronts, new NodePorts(road.Fronts, road.Nodes)).Take(road.Current, At(other));

        Assert.Null(taken!.Next);
        var account = Assert.Single(taken.Decisions[0].Tell());
        Assert.Equal(("node.no-node-port", false), (account.Outcome, account.Ok));
        Assert.Equal($"no Service has NodePort {other.Port}: 10.0.1.10:{other.Port} refuses connections", account.Decision);
        Assert.Equal(($"NodePort {front.Bound.Port}", "of Service shop/svc, port http"), (Assert.Single(account.Reasons).Candidate, account.Reasons[0].Why));
    }

    private static Traveller At(IPEndPoint address) => new()
    {
        Address = address,
        Request = new RequestFacts { Method = "GET", Scheme = "http", Host = "example.com", Path = "/", Source = IPAddress.Loopback },
    };

    private static async Task<bool> AcceptsAsync(ServiceFront front)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(front.Bound, limit.Token);
            await socket.SendAsync("x"u8.ToArray(), limit.Token);
            return await socket.ReceiveAsync(new byte[1], limit.Token) == 1;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<int> CurlAsync(ServiceFront front) =>
        (await Run.ProgramAsync("curl", "-sS", "--connect-timeout", "1", "--max-time", "2", $"http://{front.Bound}/")).Code;
}
