using System.Net;
using Usher.Model.Aws;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>An Application Load Balancer behind a Network Load Balancer.</summary>
public sealed class AlbTargetTests
{
    private const string Ask = "GET /a HTTP/1.1\r\nHost: a.example.com\r\nConnection: close\r\n\r\n";

    [Fact]
    public async Task A_connection_goes_to_the_listener_at_the_groups_port_and_both_know_it()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")).Network().AlbGroup("alb", 80).NetworkListener(5000, Forward("alb")));
        await using var target = Backend.Saying("behind two", rig.Node(1));
        using var client = await RawPeer.ConnectAsync(new IPEndPoint(IPAddress.Parse($"127.{rig.Network}.0.2"), 5000));
        await client.SendAsync(Ask);

        Assert.EndsWith("behind two", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Contains($"\r\nX-Forwarded-For: {client.LocalEndPoint.Address}\r\n", await target.RequestAsync(), StringComparison.Ordinal);
        client.Dispose();
        await Limit.UntilAsync(() => rig.Journal.Requests.Exists(r => r.Target == "/a") && !rig.Journal.Ended.IsEmpty);
        var (relay, request) = (rig.Journal.Ended[0], rig.Journal.Requests.Find(r => r.Target == "/a")!);
        Assert.Equal((rig.Http, Hop.LoadBalancer, Hop.LoadBalancer), (relay.Upstream!.To, relay.Hop, request.Hop));
        Assert.Equal(relay.Upstream, request.Downstream);
    }

    [Fact]
    public void It_is_reached_at_the_port_that_it_is_registered_with_and_one_balancer_may_have_it_for_many_ports()
    {
        var edge = new Edge().Listener(80).Listener(81).Listener(82).Network();
        foreach (var port in new[] { 80, 81, 82 })
        {
            edge = edge.AlbGroup($"alb-{port}", 9000 + port, port: port).NetworkListener(9000 + port, Forward($"alb-{port}"));
        }

        var groups = edge.CompileValid().Get<LoadBalancerSnapshot>().TargetGroups.Where(g => g.Name.StartsWith("alb-", StringComparison.Ordinal));

        Assert.Equal([80, 81, 82], groups.Select(g => g.Targets.Single().Declared.Port).Order());
        Assert.All(groups, g => Assert.Equal(g.Targets.Single().Bound, g.Targets.Single().HealthBound));
    }

    [Fact]
    public void It_may_be_checked_at_another_of_its_ports()
    {
        var checkedAt = new Edge().Listener(80).Listener(81).Network().Group(new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(Scope, "alb"), Name = "alb", Protocol = "TCP", Port = 80, TargetType = "alb", Targets = [new TargetDescription(Arn)],
            HealthCheck = new() { Port = "81", Matcher = "200-399" },
        }).CompileValid().Get<LoadBalancerSnapshot>().TargetGroups.Single(g => g.Name == "alb").Targets.Single();

        Assert.Equal((80, 81), (checkedAt.Port, checkedAt.CheckPort));
        Assert.NotEqual(checkedAt.Bound, checkedAt.HealthBound);
    }

    [Fact]
    public async Task It_is_checked_by_HTTP_through_its_rules()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, Fixed(204)).Network().AlbGroup("alb", 80).NetworkListener(5000, Forward("alb")));
        var target = $"app/edge/{Arn[^16..]}:80";
        await rig.UntilAsync(target, "healthy");

        await rig.ApplyAsync(rig.Edge().Listener(80, Fixed(503)).Network().AlbGroup("alb", 80).NetworkListener(5000, Forward("alb")));
        await Limit.UntilAsync(() => rig.Journal.Requests.Exists(r => r.Status == 503));
        Assert.StartsWith("ELB-HealthChecker/2.0", rig.Journal.Requests[0].UserAgent, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_node_of_it_is_a_target_in_its_zone()
    {
        var group = new Edge().Zones("us-east-1a", "us-east-1b").Listener(80).Network().AlbGroup("alb", 80).NetworkListener(5000, Forward("alb")).CompileValid().Get<LoadBalancerSnapshot>().TargetGroups.Single(g => g.Name == "alb");

        Assert.Equal([("us-east-1a", "127.18.0.1:8080"), ("us-east-1b", "127.18.0.2:8080")], group.Targets.Select(t => (t.Zone!, t.Bound.ToString())));
        Assert.Equal([$"app/edge/{Arn[^16..]}:80 (us-east-1a)", $"app/edge/{Arn[^16..]}:80 (us-east-1b)"], group.Targets.Select(t => t.Label));
        Assert.True(group.Network!.PreservesClient);
    }
}
