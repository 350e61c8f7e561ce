using System.Net;
using CsCheck;
using Usher.Model.Journeys;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Which target a flow goes to.</summary>
public sealed class NetworkDecideTests
{
    private static readonly Gen<IPEndPoint> Ends = Gen.Select(Gen.UInt, Gen.Int[1, 65535], (address, port) => new IPEndPoint(address, port));
    private static readonly Gen<Flow> Flows = Gen.Select(Ends, Ends, (from, to) => new Flow("tcp", from, to));

    [Fact]
    public void A_flow_has_the_same_hash_on_every_machine_and_in_every_run()
    {
        var flow = Of("203.0.113.7:40112", "10.0.0.5:443");

        Assert.Equal("13da562763c1669d", flow.Hash().ToString("x16"));
        Assert.Equal("0dfbc0aa5faaa9b7", flow.AddressHash().ToString("x16"));
        Assert.Equal(flow.AddressHash(), Of("203.0.113.7:1", "10.0.0.5:2").AddressHash());
    }

    [Fact]
    public void Any_of_the_five_makes_another_flow() => Flows.Sample(flow =>
    {
        var hash = flow.Hash();
        Assert.NotEqual(hash, (flow with { Protocol = "udp" }).Hash());
        Assert.NotEqual(hash, (flow with { Source = new IPEndPoint(flow.Source.Address, flow.Source.Port ^ 1) }).Hash());
        Assert.NotEqual(hash, (flow with { Destination = new IPEndPoint(flow.Destination.Address, flow.Destination.Port ^ 1) }).Hash());
        Assert.NotEqual(hash, (flow with { Source = new IPEndPoint(Other(flow.Source.Address), flow.Source.Port) }).Hash());
        Assert.NotEqual(hash, (flow with { Destination = new IPEndPoint(Other(flow.Destination.Address), flow.Destination.Port) }).Hash());
    });

    [Fact]
    public void The_connections_of_one_client_are_spread_over_the_targets()
    {
        var desk = Desk("i-0a1", "i-0a2", "i-0a1:30081");
        var counts = Enumerable.Range(32768, 9000).CountBy(port => Decide(desk, $"127.0.0.1:{port}").Target!.Label).ToDictionary();

        Assert.Equal(3, counts.Count);
        Assert.All(counts.Values, n => Assert.InRange(n, 2700, 3300));
    }

    [Fact]
    public void A_target_that_is_unhealthy_loses_its_own_flows_and_moves_no_others() => Flows.Sample(flow =>
    {
        var desk = Desk("i-0a1", "i-0a2", "i-0a1:30081");
        var before = Decide(desk, flow).Target!.Label;
        desk.Target("web", 1).Health = new TargetHealth(HealthState.Unhealthy, "Target.Timeout", "slow");
        var after = Decide(desk, flow).Target!.Label;

        Assert.NotEqual("i-0a2:30080", after);
        if (before != "i-0a2:30080") Assert.Equal(before, after);
    });

    [Fact]
    public void When_none_is_healthy_all_are_used_and_it_is_told()
    {
        var desk = Desk("i-0a1", "i-0a2");
        for (var i = 0; i < 2; i++) desk.Target("web", i).Health = new TargetHealth(HealthState.Unhealthy, "Target.FailedHealthChecks", "refused");
        var decision = Decide(desk, "127.0.0.1:40000");
        var account = Assert.Single(decision.Tell());

        Assert.True(decision.Choice.FailOpen);
        Assert.EndsWith("by the flow's hash of 2 (none is healthy: fail open)", account.Decision, StringComparison.Ordinal);
        Assert.Equal(("0", "2", "True"), (account.Facts["healthy"]!.ToString(), account.Facts["registered"]!.ToString(), account.Facts["failOpen"]!.GetValue<bool>().ToString()));
        Assert.Contains("(refused), 0 connections, but no target is healthy, so all are used", account.Reasons[0].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Weighted_groups_keep_their_shares()
    {
        var desk = new Desk(new Edge().Network().NetworkGroup("web", ["i-0a1"]).NetworkGroup("canary", ["i-0a2"]).NetworkGroup("off", ["i-0a2"])
            .NetworkListener(443, Weighted(("web", 9), ("canary", 1), ("off", 0))));
        var counts = Enumerable.Range(0, 1000).CountBy(i => Decide(desk, "127.0.0.1:40000", i / 1000.0).Choice.Group!.Name).ToDictionary();

        Assert.Equal(2, counts.Count);
        Assert.Equal((900, 100), (counts["web"], counts["canary"]));
    }

    [Fact]
    public void A_sticky_group_gives_all_connections_of_a_client_to_one_target()
    {
        var desk = new Desk(new Edge().Network().NetworkGroup("web", ["i-0a1", "i-0a2", "i-0a1:30081"], attributes: ("stickiness.enabled", "true")).NetworkListener(443, Forward("web")));
        string TargetOf(string client) => Decide(desk, client).Target!.Label;

        for (var n = 1; n < 50; n++) Assert.Single(Enumerable.Range(32768, 50).Select(port => TargetOf($"127.0.0.{n}:{port}")).Distinct());
        Assert.Equal(3, Enumerable.Range(1, 50).Select(n => TargetOf($"127.0.0.{n}:40000")).Distinct().Count());
        var account = Assert.Single(Decide(desk, "127.0.0.1:40000").Tell());
        Assert.EndsWith("by the hash of its addresses (sticky) of 3", account.Decision, StringComparison.Ordinal);
        Assert.Equal("source_ip", account.Facts["sticky"]!.ToString());
    }

    [Theory]
    [InlineData("TCP", "", "", "sticky -, cuts deregistered -, unhealthy cuts, drains 0")]
    [InlineData("UDP", "", "", "sticky -, cuts deregistered cuts, unhealthy -, drains 0")]
    [InlineData("TCP_UDP", "deregistration_delay.connection_termination.enabled", "false", "sticky -, cuts deregistered -, unhealthy -, drains 0")]
    [InlineData("TCP", "deregistration_delay.connection_termination.enabled", "true", "sticky -, cuts deregistered cuts, unhealthy cuts, drains 0")]
    [InlineData("TCP", "target_health_state.unhealthy.connection_termination.enabled", "false", "sticky -, cuts deregistered -, unhealthy -, drains 0")]
    public void What_a_group_cuts(string protocol, string key, string value, string expected)
    {
        var group = NetworkGroupPlan.Of(new Model.Aws.TargetGroup
        {
            TargetGroupArn = "arn", Name = "web", Protocol = protocol, Port = 1, TargetType = "instance", HealthCheck = new(), Targets = [],
            Attributes = key.Length == 0 ? [] : new Dictionary<string, string> { [key] = value },
        })!;
        static string Words(bool on) => on ? "cuts" : "-";
        Assert.Equal(expected, $"sticky {Words(group.Sticky)}, cuts deregistered {Words(group.CutsDeregistered)}, unhealthy {Words(group.CutsUnhealthy)}, drains {group.DrainingInterval.TotalSeconds}");
    }

    [Fact]
    public void A_target_that_isnt_cut_drains_for_the_interval_before_it_is_unhealthy()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var unhealthy = new TargetHealth(HealthState.Unhealthy, "Target.Timeout", "slow");
        var group = new NetworkGroupPlan(NetworkProtocol.Tcp, false) { DrainingInterval = TimeSpan.FromSeconds(30) };
        var since = new UnhealthySince();

        Assert.Equal("unhealthy.draining", since.Of(unhealthy, group, time).Name);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal("unhealthy.draining", since.Of(unhealthy, group, time).Name);
        Assert.Equal("unhealthy", since.Of(unhealthy, group with { CutsUnhealthy = true }, time).Name);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("unhealthy", since.Of(unhealthy, group, time).Name);
        Assert.Equal("healthy", since.Of(TargetHealth.Healthy, group, time).Name);
        Assert.Equal("unhealthy.draining", since.Of(unhealthy, group, time).Name);
        Assert.Equal("unhealthy", since.Of(unhealthy, null, time).Name);
    }

    [Fact]
    public void Without_a_target_or_a_weight_connections_are_reset_and_the_way_out_is_told()
    {
        var desk = new Desk(new Edge().Network().NetworkGroup("web", []).NetworkListener(443, Forward("web")));
        var empty = Assert.Single(Decide(desk, "127.0.0.1:40000").Tell());
        Assert.Equal((false, "load-balancer.reset.no-registered-target"), (empty.Ok, empty.Outcome));
        Assert.Equal("target group web has no registered targets, so connections are reset; register some in spec.targets", empty.Facts["problem"]!.ToString());

        desk = new Desk(new Edge().Network().NetworkGroup("web", ["i-0a1"]).NetworkListener(443, Weighted(("web", 0))));
        Assert.Equal("load-balancer.reset.no-weight", Assert.Single(Decide(desk, "127.0.0.1:40000").Tell()).Outcome);
    }

    [Fact]
    public void Without_cross_zone_load_balancing_a_node_sends_to_its_own_zone_alone() => Flows.Sample(flow =>
    {
        var desk = Desk("i-0a1", "i-0a2");
        var node = desk.Snapshot.NetworkListeners[0] with { Zone = "us-east-1b" };
        NetworkDecision Decided(NetworkListenerPlan at) => NetworkDecision.Make(at, new LivingStates(desk.Table, Sends: true), flow, default);

        Assert.Equal("i-0a2:30080", Decided(node).Target!.Label);
        Assert.Equal((1, 1), (Decided(node).Choice.Reading!.Registered, Decided(node).Choice.Reading!.Healthy));
        Assert.Equal(2, Decided(node with { CrossZone = true }).Choice.Reading!.Registered);
        var empty = Assert.Single(Decided(node with { Zone = "us-east-1c" }).Tell());
        Assert.Equal("load-balancer.reset.no-target-in-zone", empty.Outcome);
        Assert.Contains("has no registered target in us-east-1c", empty.Facts["problem"]!.ToString(), StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("instance", null, "203.0.113.7", "127.18.0.2")]
    [InlineData("instance", null, "127.0.0.9", "127.0.0.9")]
    [InlineData("instance", "false", "127.0.0.9", "127.18.0.2")]
    [InlineData("ip", null, "127.0.0.9", "127.18.0.2")]
    [InlineData("ip", "true", "127.0.0.9", "127.0.0.9")]
    public void Targets_see_the_client_or_the_load_balancer(string type, string? preserve, string client, string seen)
    {
        (string, string)[] attributes = preserve is null ? [] : [("preserve_client_ip.enabled", preserve)];
        var desk = new Desk(new Edge().Network().NetworkGroup("web", [type == "ip" ? "10.0.1.77" : "i-0a1"], type: type, attributes: attributes).NetworkListener(443, Forward("web")));

        Assert.Equal(seen, Decide(desk, $"{client}:40000").Source.ToString());
    }

    [Fact]
    public void A_replay_chooses_the_same_whatever_happened_since() => Gen.Select(Flows, Gen.ULong, Gen.Int[0, 2].Array[3]).Sample((flow, bits, states) =>
    {
        var desk = Desk("i-0a1", "i-0a2", "i-0a1:30081");
        for (var i = 0; i < 3; i++) desk.Target("web", i).Health = states[i] switch { 0 => TargetHealth.Initial, 1 => new(HealthState.Unhealthy, "Target.Timeout", "slow"), _ => TargetHealth.Healthy };
        var decision = NetworkDecision.Make(desk.Snapshot.NetworkListeners[0], new LivingStates(desk.Table, Sends: true), flow, new Draw(bits));
        for (var i = 0; i < 3; i++) desk.Target("web", i).Health = desk.Target("web", i).Health.Usable ? TargetHealth.Initial : TargetHealth.Healthy;

        var reasons = new ReasonList();
        Assert.Equal(decision.Choice, decision.Replay(reasons));
        Assert.Equal(decision.Target!.Label, Assert.Single(reasons.All, r => r.Chosen).Candidate);
    });

    private static Desk Desk(params string[] targets) => new(new Edge().Network().NetworkGroup("web", targets).NetworkListener(443, Forward("web")));

    private static Flow Of(string from, string to) => new("tcp", IPEndPoint.Parse(from), IPEndPoint.Parse(to));

    private static IPAddress Other(IPAddress address) => new((address.GetAddressBytes() is var bytes ? BitConverter.ToUInt32(bytes) : 0) ^ 0x100);

    private static NetworkDecision Decide(Desk desk, string client, double draw = 0) => Decide(desk, Of(client, "127.18.0.2:8443"), draw);

    private static NetworkDecision Decide(Desk desk, Flow flow, double draw = 0) =>
        NetworkDecision.Make(desk.Snapshot.NetworkListeners[0], new LivingStates(desk.Table, Sends: true), flow, new Draw((ulong)(draw * ulong.MaxValue)));
}
