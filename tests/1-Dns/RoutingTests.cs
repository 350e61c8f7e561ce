using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns.Tests;

/// <summary>Chance and life in the choice among record sets; which one is chosen when is told in the golden case <c>routing</c>.</summary>
public sealed class RoutingTests
{
    private const string Failover =
        """
        loadbalancer blue
        zone example.com
        routed p failover PRIMARY
        app - A alias {blue} elb
        routed s failover SECONDARY
        app 60 A 192.0.2.99
        """;

    [Fact]
    public void Two_target_groups_of_one_ARN_are_the_load_balancers_error_and_stop_no_zone()
    {
        var again = new Resource(new ResourceKey("test", "TargetGroup", "", "again"), new TargetGroup { Name = "again", TargetGroupArn = "arn:blue" }, Origin.Derived);
        var state = new DesiredState([.. TestZones.Read(Failover), again]);
        var addresses = AddressPlan.Empty.Next(state.All<LoadBalancer>().SelectMany(LoadBalancerNode.Of).Select(n => new AddressClaim(n.Owner, AddressBlock.LoadBalancer, null)));
        var context = new CompileContext(state, addresses, AwsScope.Default, new ErrorList());

        new DnsCompiler().Compile(context);

        Assert.Empty(context.Errors.All);
    }

    [Fact]
    public void Weights_are_the_shares_of_the_answers()
    {
        var zones = TestZones.Valid("zone example.com\nrouted a weight 70\nw 60 A 192.0.2.1\nrouted b weight 30\nw 60 A 192.0.2.2\nrouted c weight 0\nw 60 A 192.0.2.3");
        var counts = Count(zones, "w.example.com", 30_000);

        Assert.Equal(2, counts.Count);
        // Five standard deviations are about 400.
        Assert.InRange(counts["192.0.2.1"], 20_600, 21_400);
    }

    [Fact]
    public void Weights_of_zero_alone_are_equally_likely()
    {
        var zones = TestZones.Valid("zone example.com\nrouted a weight 0\nw 60 A 192.0.2.1\nrouted b weight 0\nw 60 A 192.0.2.2");
        var counts = Count(zones, "w.example.com", 10_000);

        Assert.InRange(counts["192.0.2.1"], 4_750, 5_250);
    }

    [Fact]
    public void Eight_of_many_values_are_answered_each_as_often_as_the_others()
    {
        var zones = TestZones.Valid("zone example.com" + string.Concat(Enumerable.Range(1, 12).Select(i => $"\nrouted r{i} multivalue\nm 60 A 192.0.2.{i}")));
        var counts = new Dictionary<string, int>();
        var random = new Random(7);
        for (var i = 0; i < 6_000; i++)
        {
            var set = Assert.Single(zones.Ask("m.example.com", RecordType.A, Bits(random)).Decide().Answers).Set;
            Assert.Equal(8, set.Values.Length);
            foreach (var value in set.Values) counts[value.Text] = counts.GetValueOrDefault(value.Text) + 1;
        }

        Assert.Equal(12, counts.Count);
        Assert.All(counts.Values, c => Assert.InRange(c, 3_750, 4_250));
    }

    [Fact]
    public void A_decision_is_replayed_from_the_health_that_it_read()
    {
        var zones = TestZones.Valid(Failover);
        var decision = zones.Ask("app.example.com", RecordType.A);
        Assert.Equal("127.18.0.1", Answered(decision));

        zones.MakeUnhealthy("blue");

        Assert.Equal("127.18.0.1", Answered(decision));
        Assert.Equal("192.0.2.99", Answered(zones.Ask("app.example.com", RecordType.A)));
    }

    [Fact]
    public void Without_anybody_to_tell_the_health_everything_is_healthy()
    {
        var zones = TestZones.Valid(Failover + "\nunhealthy blue");
        var answer = DnsHop.Decide(zones.Snapshot, new DnsQuestion(DomainName.Of("app.example.com"), RecordType.A), default, default(Usher.Model.Journeys.NoReasons));

        Assert.Equal("127.18.0.1", answer.Answers[0].Set.Values[0].Text);
        Assert.Null(TestZones.Valid("zone example.com\na 60 A 192.0.2.1").Snapshot.ReadHealth(zones, Generation.None));
    }

    [Fact]
    public async Task Dig_is_led_to_the_secondary_while_the_primary_has_no_healthy_target()
    {
        var zones = TestZones.Valid(Failover);
        await using var server = new TestServer(new TestRoad(), targets: zones);
        Assert.Empty(await server.ApplyAsync(zones.Generation));

        var before = await server.DigAsync("+short", "app.example.com");
        zones.MakeUnhealthy("blue");
        var during = await server.DigAsync("+short", "app.example.com");
        zones.MakeUnhealthy();

        Assert.Equal(("127.18.0.1\n", "192.0.2.99\n", "127.18.0.1\n"), (before, during, await server.DigAsync("+short", "app.example.com")));
    }

    [Theory]
    [InlineData("", "127.18.0.1 127.18.0.2 127.18.0.3", "")]
    [InlineData("edge us-east-1b", "127.18.0.1 127.18.0.3", "us-east-1b")]
    [InlineData("edge us-east-1a|edge us-east-1c", "127.18.0.2", "us-east-1a us-east-1c")]
    [InlineData("edge", "127.18.0.1 127.18.0.2 127.18.0.3", "")]
    public void The_addresses_of_unhealthy_zones_are_left_out_unless_all_are(string unhealthy, string answered, string left)
    {
        var zones = TestZones.Valid("loadbalancer edge us-east-1a us-east-1b us-east-1c\nzone example.com\napi - A alias {edge} elb\nwww 60 CNAME api.example.com");
        zones.MakeUnhealthy(unhealthy.Split('|', StringSplitOptions.RemoveEmptyEntries));

        foreach (var name in new[] { "api.example.com", "www.example.com", TestZones.DnsNameOf("edge") })
        {
            var decision = zones.Ask(name, RecordType.A);
            Assert.Equal(answered, string.Join(' ', decision.Decide().Answers[^1].Set.Values.Select(v => v.Text).Order(StringComparer.Ordinal)));
            var facts = Assert.Single(decision.Tell()).Facts;
            Assert.Equal(left, string.Join(' ', facts["unhealthyZones"]?.AsArray().Select(z => (string?)z) ?? []));
        }
    }

    [Fact]
    public void The_journey_tells_why_a_zones_address_is_left_out()
    {
        var zones = TestZones.Valid("loadbalancer edge us-east-1a us-east-1b\nzone example.com\napi - A alias {edge} elb");
        zones.MakeUnhealthy("edge us-east-1b");
        Assert.Contains(
            new Usher.Model.Journeys.Reason("api.example.com A 127.18.0.2 (us-east-1b)", false, "target group edge has 0 of 2 targets healthy in us-east-1b and wants 1 for DNS"),
            zones.Tell("api.example.com", RecordType.A).Reasons);

        zones.MakeUnhealthy("edge us-east-1a", "edge us-east-1b");
        Assert.Contains(zones.Tell("api.example.com", RecordType.A).Reasons, r => r.Why.StartsWith("all of its zones are unhealthy, so that all addresses are answered: target group edge has", StringComparison.Ordinal));
    }

    [Fact]
    public void A_load_balancer_is_as_healthy_as_its_best_zone()
    {
        var zones = TestZones.Valid(Failover.Replace("loadbalancer blue", "loadbalancer blue us-east-1a us-east-1b", StringComparison.Ordinal));

        zones.MakeUnhealthy("blue us-east-1a");
        Assert.Equal("127.18.0.2", Answered(zones.Ask("app.example.com", RecordType.A)));

        // Both zones below the group's own thresholds, though it has a healthy target.
        zones.MakeUnhealthy("blue us-east-1a", "blue us-east-1b");
        Assert.Equal("192.0.2.99", Answered(zones.Ask("app.example.com", RecordType.A)));
        Assert.Contains(zones.Tell("app.example.com", RecordType.A).Reasons, r => r.Why.StartsWith("primary, unhealthy: LoadBalancer blue: target group blue has 0 of 2 targets healthy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dig_is_given_the_healthy_zones_alone()
    {
        var zones = TestZones.Valid("loadbalancer edge us-east-1a us-east-1b\nzone example.com\napi - A alias {edge} elb");
        await using var server = new TestServer(new TestRoad(), targets: zones);
        Assert.Empty(await server.ApplyAsync(zones.Generation));

        zones.MakeUnhealthy("edge us-east-1a");
        Assert.Equal("127.18.0.2\n", await server.DigAsync("+short", "api.example.com"));
        zones.MakeUnhealthy();
        Assert.Equal(["127.18.0.1", "127.18.0.2"], (await server.DigAsync("+short", "api.example.com")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    private static Dictionary<string, int> Count(TestZones zones, string name, int times)
    {
        var counts = new Dictionary<string, int>();
        var random = new Random(7);
        for (var i = 0; i < times; i++)
        {
            var text = Answered(zones.Ask(name, RecordType.A, Bits(random)));
            counts[text] = counts.GetValueOrDefault(text) + 1;
        }

        return counts;
    }

    private static string Answered(DnsDecision decision) => decision.Decide().Answers[^1].Set.Values[0].Text;

    private static ulong Bits(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);
}
