using System.Net;
using Usher.Model.Aws;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using Usher.Wire;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Cross-zone load balancing: i-0a1 is in us-east-1a, i-0a2 in us-east-1b, and the load balancer has a node in each.</summary>
public sealed class CrossZoneTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a.example.com\r\nConnection: close\r\n\r\n";
    private const string CrossZone = "load_balancing.cross_zone.enabled";
    private static readonly string[] Zones = ["us-east-1a", "us-east-1b"];

    [Theory]
    [InlineData(null, true, "a", null)]    // an ALB's own setting is on
    [InlineData(true, false, "a", null)]   // the group's own wins over the load balancer's
    [InlineData(false, true, "a", "a")]
    [InlineData(null, false, "a", "a")]    // an NLB's is off unless switched on
    [InlineData(false, true, null, null)]  // a load balancer without zones has one node for all
    public void The_groups_own_setting_wins_over_the_load_balancers(bool? group, bool balancer, string? node, string? zone) =>
        Assert.Equal(new ZoneScope(zone), ZoneScope.Of(group, balancer, node));

    [Theory]
    [InlineData(null, "b", true)]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData("a", "all", true)]
    [InlineData("a", null, true)]
    public void A_target_of_all_zones_or_of_an_unknown_one_is_in_every_scope(string? scope, string? target, bool wanted) =>
        Assert.Equal(wanted, new ZoneScope(scope).Has(new TargetPlan("i-0a1", 80, target, At, At, At)));

    private static System.Net.IPEndPoint At { get; } = new(System.Net.IPAddress.Loopback, 80);

    [Theory]
    [InlineData("false", "i-0a1:30080", "i-0a1:30080")]
    [InlineData("true", "i-0a1:30080", "i-0a2:30080")]
    [InlineData("use_load_balancer_configuration", "i-0a1:30080", "i-0a2:30080")]
    public void Off_a_node_sends_to_its_own_zone_alone(string value, params string[] wanted)
    {
        var desk = new Desk(Edge(["i-0a1", "i-0a2"], (CrossZone, value)));

        Assert.Equal(wanted, Enumerable.Range(0, 2).Select(_ => Decide(desk, "us-east-1a").Target!.Label));
    }

    [Fact]
    public void The_journey_tells_why_a_target_of_another_zone_gets_nothing()
    {
        var account = Assert.Single(Decide(new Desk(Edge(["i-0a1", "i-0a2"], (CrossZone, "false"))), "us-east-1b").Tell());

        Assert.Equal("default rule → target group web → i-0a2 10.0.2.10:30080, next in turn of 1", account.Decision);
        Assert.Equal(("us-east-1b", "off", 1, 1), ((string?)account.Facts["zone"], (string?)account.Facts["crossZone"], (int?)account.Facts["registered"], (int?)account.Facts["healthy"]));
        Assert.Contains(
            new Reason("i-0a1:30080", false, "is in us-east-1a, and the load balancer's node in us-east-1b sends to its own zone alone: cross-zone load balancing is off"), account.Reasons);
    }

    [Fact]
    public void Each_node_takes_its_turns_by_itself()
    {
        var desk = new Desk(Edge(["i-0a1:1", "i-0a1:2", "i-0a2:1", "i-0a2:2"], (CrossZone, "false")));

        Assert.Equal(
            ["i-0a1:1", "i-0a2:1", "i-0a1:2", "i-0a2:2", "i-0a1:1"],
            new[] { 0, 1, 0, 1, 0 }.Select(zone => Decide(desk, Zones[zone]).Target!.Label));
    }

    [Fact]
    public void A_zone_whose_targets_are_all_unhealthy_fails_open_by_itself()
    {
        var desk = new Desk(Edge(["i-0a1", "i-0a2"], (CrossZone, "false")));
        desk.Target("web", 0).Health = new TargetHealth(HealthState.Unhealthy, "Target.Timeout", "Request timed out");

        var (here, there) = (Decide(desk, "us-east-1a"), Decide(desk, "us-east-1b"));

        Assert.Equal(("i-0a1:30080", true), (here.Target!.Label, here.Choice.FailOpen));
        Assert.Equal(("i-0a2:30080", false), (there.Target!.Label, there.Choice.FailOpen));
    }

    [Fact]
    public void A_target_in_a_zone_that_isnt_enabled_is_unused_and_gets_nothing()
    {
        var edge = new Edge().Zones("us-east-1a").Group("web", ["i-0a1", "i-0a2"]).Listener(80, Forward("web"));
        var desk = new Desk(edge);
        // Fail open takes all the others.
        desk.Target("web", 0).Health = new TargetHealth(HealthState.Unhealthy, "Target.Timeout", "Request timed out");

        for (var i = 0; i < 4; i++) Assert.Equal("i-0a1:30080", Decide(desk, "us-east-1a").Target!.Label);
        var reports = new TargetHealthView(desk.Table).All(edge.CompileValid());
        Assert.Equal(("unused", "Target.NotInUse", "Target is in an Availability Zone that is not enabled for the load balancer"), (reports[1].State, reports[1].Reason, reports[1].Description));
        Assert.NotEqual("unused", reports[0].State);
    }

    [Fact]
    public void With_none_in_an_enabled_zone_it_is_503_and_the_way_out_is_told()
    {
        var desk = new Desk(new Edge().Zones("us-east-1a").Group("web", ["i-0a2"]).Listener(80, Forward("web")));
        var account = Assert.Single(Decide(desk, "us-east-1a").Tell());

        Assert.Equal("load-balancer.503.no-target-in-zone", account.Outcome);
        Assert.EndsWith("→ no registered target in an enabled zone", account.Decision, StringComparison.Ordinal);
        Assert.Contains("i-0a2:30080: unused: in us-east-1b, which isn't enabled for the load balancer", account.Reasons.Select(r => $"{r.Candidate}: {r.Why}"));
    }

    [Theory]
    [InlineData("false", true)]  // 1 of the zone's 2
    [InlineData("true", false)]  // 3 of all 4
    public void The_group_minimum_is_counted_in_the_zone_when_it_is_off(string value, bool failsOpen)
    {
        var desk = new Desk(Edge(
            ["i-0a1:1", "i-0a1:2", "i-0a2:1", "i-0a2:2"], (CrossZone, value), ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "75")));
        desk.Target("web", 1).Health = TargetHealth.Initial;

        Assert.Equal(failsOpen, Decide(desk, "us-east-1a").Choice.FailOpen);
    }

    [Fact]
    public async Task A_zone_without_registered_targets_answers_503_and_the_others_go_on()
    {
        await using var rig = await Rig.RunAsync(r => Edge(["i-0a2"], r.Network, (CrossZone, "false")));
        await using var target = Backend.Saying("ok", rig.Node(2));

        Assert.StartsWith("HTTP/1.1 503 ", await AskAsync(rig, 1), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(rig, 2), StringComparison.Ordinal);

        await rig.Journal.RequestAsync(2);
        var record = rig.Journal.Requests.Single(r => r.Status == 503);
        Assert.Equal("load-balancer.503.no-target-in-zone", record.Outcome);
        Assert.Equal(
            "target group web has no registered target in us-east-1a, and cross-zone load balancing is off; register one there, or set load_balancing.cross_zone.enabled to true", record.Problem);
        Assert.Equal("default rule → target group web → no registered target in us-east-1a", Assert.Single(record.Decision!.Tell()).Decision);
    }

    [Theory]
    [InlineData(null, "us-east-1b")]          // its pod's node's
    [InlineData("us-east-1c", "us-east-1c")]  // as registered
    public void An_address_is_in_the_zone_of_its_pods_node_or_in_that_which_it_was_registered_with(string? written, string zone)
    {
        var edge = new Edge().PodOn("users-2", "10.0.2.88", "i-0a2").Group(new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(Scope, "web"), Name = "web", TargetType = "ip", Targets = [new TargetDescription("10.0.2.88", 8080, written)],
            Attributes = new Dictionary<string, string> { [CrossZone] = "false" },
        });

        Assert.Equal(zone, Assert.Single(Assert.Single(edge.CompileValid().Get<LoadBalancerSnapshot>().TargetGroups).Targets).Zone);
    }

    [Fact]
    public async Task A_target_is_checked_from_its_own_zone()
    {
        await using var rig = new Rig();
        var from = new List<string>();
        await using var target = TcpListenerLoop.Start(rig.Node(2), async (socket, _, _) =>
        {
            using var peer = new RawPeer(socket);
            lock (from) from.Add(((IPEndPoint)peer.Socket.RemoteEndPoint!).Address.ToString());
            await peer.ReadMessageAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        });
        await rig.ApplyAsync(Edge(["i-0a2"], rig.Network));
        await rig.UntilAsync("i-0a2:30080", "healthy");

        lock (from) Assert.Equal(rig.At(2).ToString(), from[0]);
    }

    private static Edge Edge(string[] targets, params (string, string)[] attributes) => Edge(targets, 18, attributes);

    private static Edge Edge(string[] targets, byte network, params (string Key, string Value)[] attributes) => new Edge(network).Zones(Zones)
        .Group(new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(Scope, "web"), Name = "web", Port = 30080,
            Targets = [.. targets.Select(t => t.Split(':')).Select(t => new TargetDescription(t[0], t.Length > 1 ? int.Parse(t[1], null) : null))],
            Attributes = attributes.ToDictionary(a => a.Key, a => a.Value),
        })
        .Listener(80, Forward("web"));

    private static LoadBalancerDecision Decide(Desk desk, string zone) => LoadBalancerDecision.Make(
        desk.Snapshot.Listeners.Single(l => l.Zone == zone), new LivingStates(desk.Table, Sends: true), Ask.For("GET http://a.example.com/"), RequestProtocol.Http1, default);

    private static async Task<string> AskAsync(Rig rig, int node)
    {
        using var client = await RawPeer.ConnectAsync(new IPEndPoint(rig.At(node), 8080));
        await client.SendAsync(Get);
        return await client.ReadMessageAsync();
    }
}
