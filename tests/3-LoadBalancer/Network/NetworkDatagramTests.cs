using System.Net;
using System.Net.Sockets;
using Usher.Model.Journeys;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>UDP and TCP_UDP listeners of a Network Load Balancer on real sockets.</summary>
public sealed class NetworkDatagramTests
{
    [Theory]
    [InlineData("UDP", "UDP")]
    [InlineData("UDP", "TCP_UDP")]
    [InlineData("TCP_UDP", "TCP_UDP")]
    public async Task A_flow_reaches_a_target_that_sees_the_client_and_the_record_tells(string listener, string group)
    {
        await using var rig = await Rig.RunAsync(r => Net(r, 1, listener, group));
        using var target = new UdpPeer(rig.Node(1));
        using var client = new UdpPeer();
        client.Send("hello", Listener(rig));
        var (text, from) = await target.ReceiveAsync();
        Assert.Equal(("hello", client.EndPoint.Address), (text, from.Address));
        target.Send("welcome", from);
        Assert.Equal(("welcome", Listener(rig)), await client.ReceiveAsync());

        var record = Assert.Single(rig.Journal.Connections);
        await Limit.UntilAsync(() => record.Datagrams == new DatagramCounts(1, 1, 5, 7, 0));
        Assert.Equal((Hop.LoadBalancer, new ConnectionId(client.EndPoint, Listener(rig)) { Udp = true }, rig.Node(1)), (record.Hop, record.Downstream, record.Upstream!.To));
        var told = Assert.Single(record.Decision!.Tell());
        Assert.Equal($"{listener}:5000 → target group dns → i-0a1 10.0.1.10:30080, by the flow's hash of 1 (none is healthy: fail open)", told.Decision);
        Assert.Equal($"udp {client.EndPoint} → {Listener(rig)}", told.Facts["flow"]!.GetValue<string>());
        Assert.Equal("preserved: the target sees 127.0.0.1, from a port of its own", told.Facts["clientAddress"]!.GetValue<string>());
        Assert.Equal(1, rig.Report("i-0a1:30080").Outstanding);
    }

    [Fact]
    public async Task A_TCP_UDP_listener_takes_both_at_one_port_and_a_UDP_listener_no_connections()
    {
        await using var rig = await Rig.RunAsync(r => Net(r, 1, "TCP_UDP", "TCP_UDP"));
        using var udp = new UdpPeer(rig.Node(1));
        await using var tcp = new EchoTarget(rig.Node(1), "one");
        using var client = new UdpPeer();
        client.Send("datagram", Listener(rig));
        Assert.Equal("datagram", (await udp.ReceiveAsync()).Text);
        using var connection = await RawPeer.ConnectAsync(Listener(rig));
        Assert.Equal("one\n", await connection.ReadUntilAsync("\n"));

        await rig.ApplyAsync(Net(rig, 1, "UDP", "UDP"));
        await Assert.ThrowsAsync<SocketException>(() => RawPeer.ConnectAsync(Listener(rig)));
        client.Send("again", Listener(rig));
        Assert.Equal("again", (await udp.ReceiveAsync()).Text);
        await connection.SendAsync("still here");
        Assert.Equal("still here", await connection.ReadCountAsync(10));
    }

    [Fact]
    public async Task Flows_are_spread_and_each_keeps_its_target_over_reloads()
    {
        await using var rig = await Rig.RunAsync(r => Net(r, 2, "UDP", "UDP"));
        using var one = new UdpPeer(rig.Node(1));
        using var two = new UdpPeer(rig.Node(2));
        var clients = Enumerable.Range(0, 24).Select(_ => new UdpPeer()).ToList();
        foreach (var client in clients) client.Send("1", Listener(rig));
        await Limit.UntilAsync(() => rig.Journal.Connections.Count(c => c.Upstream is not null) == clients.Count);
        var chosen = rig.Journal.Connections.ToDictionary(c => c.Downstream.From, c => c.Upstream!.To);
        Assert.Equal(2, chosen.Values.Distinct().Count());

        await rig.ApplyAsync(Net(rig, 2, "UDP", "UDP"));
        foreach (var client in clients) client.Send("2", Listener(rig));
        await Limit.UntilAsync(() => rig.Journal.Connections.All(c => c.Datagrams?.Up == 2));
        Assert.Equal(clients.Count, rig.Journal.Connections.Count);
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public async Task A_target_that_refuses_ends_the_flow_and_says_so()
    {
        await using var rig = await Rig.RunAsync(r => Net(r, 1, "UDP", "UDP"));
        using var client = new UdpPeer();
        client.Send("hello", Listener(rig));
        var record = await rig.Journal.EndedAsync();
        Assert.Equal(("10.0.1.10:30080 refused a datagram: nothing listens there (ICMP port unreachable)", true), (record.CloseReason, record.Refused));
        Assert.Equal(0, rig.Report("i-0a1:30080").Outstanding);

        using var target = new UdpPeer(rig.Node(1));
        client.Send("again", Listener(rig));
        Assert.Equal("again", (await target.ReceiveAsync()).Text);
    }

    [Fact]
    public async Task Without_a_target_datagrams_are_dropped()
    {
        await using var rig = await Rig.RunAsync(r => Net(r, 0, "UDP", "UDP"));
        using var client = new UdpPeer();
        client.Send("hello", Listener(rig));
        var record = await rig.Journal.EndedAsync();
        var told = Assert.Single(record.Decision!.Tell());
        Assert.Equal(("load-balancer.dropped.no-registered-target", "UDP:5000 → target group dns → no registered target: dropped"), (told.Outcome, told.Decision));
        Assert.Equal("target group dns has no registered targets, so datagrams are dropped; register some in spec.targets", told.Facts["problem"]!.GetValue<string>());
    }

    [Fact]
    public async Task Targets_of_datagrams_are_checked_over_TCP()
    {
        await using var rig = await Rig.RunAsync(r => Net(r, 1, "UDP", "UDP"));
        using var udp = new UdpPeer(rig.Node(1));
        await rig.UntilAsync("i-0a1:30080", "unhealthy");

        await using var tcp = new EchoTarget(rig.Node(2), "two");
        await rig.ApplyAsync(Net(rig, 2, "UDP", "UDP"));
        await rig.UntilAsync("i-0a2:30080", "healthy");
    }

    [Fact]
    public async Task A_flow_to_a_target_that_is_taken_away_goes_on_and_a_new_one_doesnt_go_there()
    {
        await using var rig = await Rig.RunAsync(r => Net(r, 1, "UDP", "UDP"));
        using var one = new UdpPeer(rig.Node(1));
        using var two = new UdpPeer(rig.Node(2));
        using var client = new UdpPeer();
        client.Send("1", Listener(rig));
        await one.ReceiveAsync();

        await rig.ApplyAsync(rig.Edge().Network().NetworkGroup("dns", ["i-0a2"], "UDP").NetworkListener(5000, Forward("dns"), "UDP"));
        client.Send("2", Listener(rig));
        Assert.Equal("2", (await one.ReceiveAsync()).Text);
        using var other = new UdpPeer();
        other.Send("3", Listener(rig));
        Assert.Equal("3", (await two.ReceiveAsync()).Text);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("false", false)]
    public async Task A_flow_ends_with_its_targets_deregistration_delay_unless_told_otherwise(string? terminates, bool ends)
    {
        (string, string)[] attributes = [("deregistration_delay.timeout_seconds", "1"), .. terminates is null ? [] : new[] { ("deregistration_delay.connection_termination.enabled", terminates) }];
        await using var rig = await Rig.RunAsync(r => With(r, "i-0a1"));
        using var one = new UdpPeer(rig.Node(1));
        using var two = new UdpPeer(rig.Node(2));
        using var client = new UdpPeer();
        client.Send("1", Listener(rig));
        await one.ReceiveAsync();

        await rig.ApplyAsync(With(rig, "i-0a2"));
        await Limit.UntilAsync(() => rig.Health.All(rig.Seam.Generations.Current).All(r => r.Target != "i-0a1:30080"));
        client.Send("2", Listener(rig));
        Assert.Equal("2", (await (ends ? two : one).ReceiveAsync()).Text);
        if (ends) Assert.Equal("cut: its target's deregistration delay is over", (await rig.Journal.EndedAsync()).CloseReason);

        Edge With(Rig on, string target) => on.Edge().Network().NetworkGroup("dns", [target], "UDP", attributes: attributes).NetworkListener(5000, Forward("dns"), "UDP");
    }

    [Fact]
    public async Task A_place_that_is_taken_is_an_error_that_says_so()
    {
        await using var rig = new Rig();
        using var other = new UdpPeer(Listener(rig));
        var errors = new Model.Desired.ErrorList();
        await rig.TryApplyAsync(Net(rig, 1, "TCP_UDP", "TCP_UDP"), errors);

        Assert.StartsWith($"can't listen at {Listener(rig)} (declared port 5000): ", Assert.Single(errors.All).Message, StringComparison.Ordinal);
        await rig.TryApplyAsync(Net(rig, 1, "TCP", "TCP_UDP"), new Model.Desired.ErrorList());
        using var client = await RawPeer.ConnectAsync(Listener(rig));
    }

    private static IPEndPoint Listener(Rig rig) => new(IPAddress.Parse($"127.{rig.Network}.0.2"), 5000);

    private static Edge Net(Rig rig, int targets, string listener, string group) =>
        rig.Edge().Network().NetworkGroup("dns", [.. new[] { "i-0a1", "i-0a2" }.Take(targets)], group).NetworkListener(5000, Forward("dns"), listener);
}
