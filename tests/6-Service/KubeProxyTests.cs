using Microsoft.Extensions.Time.Testing;

namespace Usher.Service.Tests;

/// <summary>A node's rules follow endpoints after a moment, and not more often than they may.</summary>
public sealed class KubeProxyTests
{
    private const string Svc = "type: NodePort, clusterIP: 10.100.0.7, selector: { app: a }, ports: [{ port: 80, targetPort: http, nodePort: 30080 }]";
    private const string VirtualIp = "10.100.0.7:80";
    private const string Node1 = "10.0.1.10:30080";
    private const string Node2 = "10.0.2.10:30080";

    private static readonly ServiceOptions Slow = new() { WatchDelay = TimeSpan.FromMilliseconds(100), MinSyncPeriod = TimeSpan.FromSeconds(1) };

    private readonly FakeTimeProvider time = new();

    [Fact]
    public void A_change_reaches_every_node_after_its_own_delay_and_no_earlier()
    {
        var cluster = Running();
        cluster.Pods.Set("shop/b1", "not-ready");

        Assert.Equal((3, 3), (Known(cluster, Node1), Known(cluster, Node2)));
        time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal((3, 3), (Known(cluster, Node1), Known(cluster, Node2)));
        time.Advance(TimeSpan.FromMilliseconds(52));
        Assert.Equal((2, 2), (Known(cluster, Node1), Known(cluster, Node2)));
    }

    [Fact]
    public void The_next_change_waits_for_the_period_and_those_that_come_meanwhile_are_taken_together()
    {
        var cluster = Running();
        cluster.Pods.Set("shop/a1", "not-ready");
        time.Advance(TimeSpan.FromMilliseconds(150));
        Assert.Equal(2, Known(cluster, Node1));

        cluster.Pods.Set("shop/a2", "not-ready");
        time.Advance(TimeSpan.FromMilliseconds(400));
        cluster.Pods.Set("shop/b1", "not-ready");
        time.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(2, Known(cluster, Node1));
        time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(0, Known(cluster, Node1));
    }

    [Fact]
    public void A_run_programs_what_was_heard_and_not_what_is_still_on_its_way()
    {
        var cluster = Running();
        cluster.Pods.Set("shop/a1", "not-ready");
        time.Advance(TimeSpan.FromMilliseconds(90));
        cluster.Pods.Set("shop/a2", "not-ready");
        time.Advance(TimeSpan.FromMilliseconds(65));
        Assert.Equal(2, Known(cluster, Node1));
        time.Advance(TimeSpan.FromMilliseconds(1000));
        Assert.Equal(1, Known(cluster, Node1));
    }

    [Fact]
    public void After_a_quiet_period_a_change_is_programmed_at_once_again()
    {
        var cluster = Running();
        cluster.Pods.Set("shop/a1", "not-ready");
        time.Advance(TimeSpan.FromMilliseconds(150));
        time.Advance(TimeSpan.FromSeconds(5));
        cluster.Pods.Set("shop/a1", "ready");
        time.Advance(TimeSpan.FromMilliseconds(150));

        Assert.Equal(3, Known(cluster, Node1));
    }

    [Fact]
    public void What_changes_no_endpoint_starts_no_period_and_is_known_at_once()
    {
        var cluster = Running();
        cluster.Pods.Set("shop/b1", "not-ready: one");
        time.Advance(TimeSpan.FromSeconds(3));
        var changes = 0;
        cluster.Fronts.Changed += () => changes++;

        cluster.Pods.Set("shop/b1", "not-ready: two");
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(0, changes);
        Assert.Contains(cluster.Decide(Node1).Decision.Tell().Last().Reasons, r => r.Why == "not ready: two");
    }

    [Fact]
    public void A_connection_to_a_pod_that_terminates_says_that_the_node_had_not_heard()
    {
        var cluster = Running();
        cluster.Pods.Set("shop/a1", "terminating");
        time.Advance(TimeSpan.FromMilliseconds(80));

        var accounts = cluster.Decide(Node1).Decision.Tell().ToList();

        Assert.Equal("a1 10.0.1.11:8080, drawn at random: 0 of 0–2; kube-proxy of node node-1 had not yet heard that it terminates (0.1 s)", accounts[1].Decision);
        Assert.Equal(80.0, (double)accounts[0].Facts["behindMs"]!);
        Assert.Equal(80.0, (double)accounts[1].Facts["behindMs"]!);
        Assert.NotNull(accounts[0].Facts["programmedAt"]);
        Assert.EndsWith("kube-proxy of node node-1 had not yet heard that it terminates (0.1 s)", accounts[1].Reasons[0].Why, StringComparison.Ordinal);

        time.Advance(TimeSpan.FromMilliseconds(80));
        accounts = [.. cluster.Decide(Node1).Decision.Tell()];
        Assert.NotEqual("a1", accounts[1].Name);
        Assert.Null(accounts[0].Facts["behindMs"]);
        Assert.Equal("terminating; used only while no endpoint is ready", accounts[1].Reasons[0].Why);
    }

    [Fact]
    public void A_recorded_decision_tells_the_same_later()
    {
        var cluster = Running();
        cluster.Pods.Set("shop/a1", "terminating");
        var decision = cluster.Decide(Node1).Decision;
        var told = decision.Tell().Select(a => a.Facts.ToJsonString() + a.Decision).ToList();
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(told, decision.Tell().Select(a => a.Facts.ToJsonString() + a.Decision));
    }

    [Fact]
    public void A_new_generations_endpoints_are_news_too_and_a_new_service_has_its_rules_at_once()
    {
        var cluster = Running();
        var next = new TestCluster(Yaml.TwoNodes + Yaml.Pod("c1", "10.0.2.12", "node-2") + Yaml.Service("svc", Svc)
            + Yaml.Service("new", "clusterIP: 10.100.0.8, selector: { app: a }, ports: [{ port: 80, targetPort: http }]"), cluster, time, Slow);
        next.Follow(cluster);

        Assert.Equal((3, 4), (Known(next, Node1), Known(next, "10.100.0.8:80")));
        Assert.Contains(next.Decide(Node1).Decision.Tell().Last().Reasons, r => r is { Candidate: "c1 10.0.2.12:8080", Chosen: false } && r.Why.Contains("had not yet heard that it is there", StringComparison.Ordinal));
        time.Advance(TimeSpan.FromMilliseconds(150));
        Assert.Equal(4, Known(next, Node1));
    }

    [Fact]
    public void An_ingress_controller_watches_endpoints_itself()
    {
        var cluster = Running();
        foreach (var pod in new[] { "a1", "a2", "b1" }) cluster.Pods.Set($"shop/{pod}", "not-ready");
        var front = cluster.Front(VirtualIp).Address;

        Assert.False(cluster.Fronts.HasReadyEndpoints(cluster.Generation, front));
        Assert.True(cluster.Fronts.HasEndpoints(cluster.Generation, front));
        time.Advance(TimeSpan.FromMilliseconds(150));
        Assert.False(cluster.Fronts.HasEndpoints(cluster.Generation, front));
        Assert.Empty(cluster.Reports.NotYetProgrammed(cluster.Generation));

        cluster.Pods.Set("shop/a1", "ready");
        Assert.Equal(["shop/svc"], cluster.Reports.NotYetProgrammed(cluster.Generation));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(cluster.Reports.NotYetProgrammed(cluster.Generation));
    }

    [Fact]
    public void While_a_road_starts_rules_follow_at_once_until_every_endpoint_was_ready_or_one_got_lost()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc), time: time, options: Slow);
        foreach (var pod in new[] { "a1", "a2", "b1" }) cluster.Pods.Set($"shop/{pod}", "not-ready");
        cluster.Proxies.Publish(cluster.Snapshot);
        var changes = 0;
        cluster.Fronts.Changed += () => changes++;

        cluster.Pods.Set("shop/a1", "ready");
        Assert.Equal((1, 1), (Known(cluster, Node1), Known(cluster, Node2)));
        cluster.Proxies.Publish(cluster.Snapshot);
        cluster.Pods.Set("shop/a2", "ready");
        Assert.Equal((2, 3), (Known(cluster, Node1), changes));
        // Whether this was the last one to start or the first one to be lost, from here on it takes its time.
        cluster.Pods.Set("shop/a1", "not-ready");
        Assert.Equal(2, Known(cluster, Node1));
        cluster.Pods.Set("shop/b1", "ready");
        Assert.Equal(2, Known(cluster, Node1));
        Assert.Equal("a1", cluster.Chosen(Node1));
        time.Advance(TimeSpan.FromMilliseconds(150));
        Assert.Equal((2, "a2"), (Known(cluster, Node1), cluster.Chosen(Node1)));
    }

    [Fact]
    public void Fronts_are_told_of_a_change_when_a_node_has_programmed_it()
    {
        var cluster = Running();
        var changes = 0;
        cluster.Fronts.Changed += () => changes++;
        cluster.Pods.Set("shop/a1", "not-ready");

        Assert.Equal(0, changes);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.InRange(changes, 1, 3);
    }

    [Fact]
    public void Without_delays_rules_are_what_the_api_server_tells()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc), time: time, options: ServiceOptions.Immediate);
        cluster.Proxies.Publish(cluster.Snapshot);
        cluster.Pods.Set("shop/a1", "not-ready");
        Assert.Equal(2, Known(cluster, Node1));
        cluster.Pods.Set("shop/a2", "not-ready");
        Assert.Equal(1, Known(cluster, Node1));
    }

    private TestCluster Running()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc), time: time, options: Slow);
        cluster.Proxies.Publish(cluster.Snapshot);
        return cluster;
    }

    // How many endpoints a connection at this front can be sent to.
    private static int Known(TestCluster cluster, string front) => ((ServiceDecision)cluster.Decide(front).Decision).Choice.Count;
}
