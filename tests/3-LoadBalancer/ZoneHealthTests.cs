using Usher.Model.Aws;
using Usher.Model.Contracts;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Which zones leave DNS: i-0a1 is in us-east-1a, i-0a2 in us-east-1b, each with targets at several ports.</summary>
public sealed class ZoneHealthTests
{
    private const string Count = "target_group_health.dns_failover.minimum_healthy_targets.count";
    private const string Percentage = "target_group_health.dns_failover.minimum_healthy_targets.percentage";
    private const string Off = "load_balancing.cross_zone.enabled=false";

    // The example of the user guide's page has ten targets in a zone and thresholds of 50 %; here it is two.
    [Theory]
    [InlineData("hhhh", Off, "")]
    [InlineData("hhhu", Off, "")]                                  // 1 is enough by default
    [InlineData("hhuu", Off, "us-east-1b")]
    [InlineData("iiuu", Off, "us-east-1a us-east-1b")]              // all fail; who answers then answers with all
    [InlineData("hhhu", $"{Off} {Count}=2", "us-east-1b")]
    [InlineData("hhhu", $"{Off} {Percentage}=50", "")]
    [InlineData("hhhu", $"{Off} {Percentage}=51", "us-east-1b")]
    [InlineData("hhhu", $"{Off} {Count}=1 {Percentage}=100", "us-east-1b")]  // either is enough to fail
    [InlineData("hhuu", $"{Off} {Count}=off", "")]
    [InlineData("hh", Off, "us-east-1b")]                           // nothing is registered there
    [InlineData("hh", $"{Off} {Count}=off {Percentage}=1", "us-east-1b")]
    [InlineData("hhuu", "", "")]                                    // on: all targets count for every zone
    [InlineData("hhuu", $"{Count}=3", "us-east-1a us-east-1b")]
    [InlineData("uuuu", "", "us-east-1a us-east-1b")]
    public void A_zone_fails_below_the_threshold(string targets, string attributes, string failed)
    {
        var desk = new Desk(Edge(targets.Length, attributes));
        Live(desk, targets);

        Assert.Equal(failed, string.Join(' ', Failed(desk).Select(z => z.Zone)));
    }

    [Fact]
    public void It_is_told_with_its_address_and_the_group_that_fails()
    {
        var desk = new Desk(Edge(4, $"{Off} {Count}=2"));
        Live(desk, "hhhu");

        Assert.Equal(
            [new FailedZone("us-east-1b", System.Net.IPAddress.Parse("127.18.0.2"), "target group web has 1 of 2 targets healthy in us-east-1b and wants 2 for DNS")], Failed(desk));
        Assert.Equal(
            [null, "target group web has 1 of 2 targets healthy in us-east-1b and wants 2 for DNS"],
            new TargetHealthView(desk.Table).Listeners(desk.Generation).Select(l => l.OutOfDns));
    }

    [Fact]
    public void A_zone_without_a_target_is_told_so()
    {
        var desk = new Desk(Edge(2, Off));

        Assert.Equal(["target group web has no registered target in us-east-1b and wants 1 for DNS"], Failed(desk).Select(z => z.Why));
    }

    [Fact]
    public void Where_all_zones_fail_all_are_in_DNS()
    {
        var desk = new Desk(Edge(4, Off));
        Live(desk, "uuuu");

        Assert.Equal(2, Failed(desk).Count);
        Assert.All(new TargetHealthView(desk.Table).Listeners(desk.Generation), l => Assert.Null(l.OutOfDns));
    }

    [Fact]
    public void One_group_of_several_is_enough()
    {
        var desk = new Desk(Edge(4, Off).Group("idle", ["i-0a1"]).Group("other", ["i-0a2"]).Rule(80, 1, Forward("other"), If("path-pattern", "/other")));
        Live(desk, "hhhh");
        desk.Target("idle", 0).Health = TargetHealth.Initial;
        Assert.Empty(Failed(desk));

        desk.Target("other", 0).Health = TargetHealth.Initial;
        Assert.Equal(["target group other has 0 of 1 targets healthy and wants 1 for DNS"], Failed(desk).Select(z => z.Why).Distinct());
    }

    [Fact]
    public void Where_nothing_runs_all_targets_count_as_healthy() =>
        Assert.Empty(new TargetHealthView(new TargetTable()).FailedZones(Edge(4, Off).CompileValid(), new Desk(Edge(4, Off)).Listener.LoadBalancer));

    private static IReadOnlyList<FailedZone> Failed(Desk desk) => new TargetHealthView(desk.Table).FailedZones(desk.Generation, desk.Listener.LoadBalancer);

    private static Edge Edge(int targets, string attributes) => new Edge().Zones("us-east-1a", "us-east-1b")
        .Group(new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(Scope, "web"), Name = "web", Port = 30080,
            Targets = [.. Enumerable.Range(0, targets).Select(i => new TargetDescription(i < 2 ? "i-0a1" : "i-0a2", 1 + i))],
            Attributes = attributes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => a.Split('=')).ToDictionary(a => a[0], a => a[1]),
        })
        .Listener(80, Forward("web"));

    /// <summary>h is healthy, u unhealthy, i initial; in the order of the targets.</summary>
    private static void Live(Desk desk, string targets)
    {
        for (var i = 0; i < targets.Length; i++)
        {
            desk.Target("web", i).Health = targets[i] switch
            {
                'h' => TargetHealth.Healthy, 'i' => TargetHealth.Initial, _ => new TargetHealth(HealthState.Unhealthy, "Target.Timeout", "Request timed out"),
            };
        }
    }
}
