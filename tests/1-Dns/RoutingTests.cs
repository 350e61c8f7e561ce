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
