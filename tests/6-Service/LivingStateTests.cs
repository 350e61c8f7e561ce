using System.Net;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;

namespace Usher.Service.Tests;

/// <summary>Endpoints follow the life of their pods; clients are remembered for as long as they should be.</summary>
public sealed class LivingStateTests
{
    private const string Svc = "clusterIP: 10.100.0.7, selector: { app: a }, ports: [{ port: 80, targetPort: http }]";

    [Theory]
    [InlineData("ready", true, true, false, null)]
    [InlineData("not-ready: GET /readyz answered 503", false, false, false, "GET /readyz answered 503")]
    [InlineData("terminating", false, true, true, null)]
    [InlineData("terminating-not-ready", false, false, true, "phase Running, Ready is false")]
    [InlineData("failed", false, false, false, "it ended (phase Failed)")]
    [InlineData("unknown", false, false, false, "it has not been started")]
    public void Conditions_are_those_of_an_endpoint_slice(string life, bool ready, bool serving, bool terminating, string? message)
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc));
        cluster.Pods.Set("shop/a1", life);

        var condition = EndpointTable.Join(cluster.Front("10.100.0.7:80").Port, cluster.Pods.Current).Conditions[0];

        Assert.Equal(new EndpointCondition(ready, serving, terminating, message), condition);
    }

    [Theory]
    // The pod's owner keeps it in the state until it is gone, whatever the directory says of it meanwhile.
    [InlineData("ready", false, true, true)]
    [InlineData("not-ready", false, false, true)]
    [InlineData("unknown", false, false, true)]
    public void A_pod_that_is_being_deleted_terminates(string life, bool ready, bool serving, bool terminating)
    {
        var pod = Yaml.Pod("a1", "10.0.1.11", "node-1").Replace("labels:", "deletionTimestamp: '2026-01-01T00:00:00Z', labels:", StringComparison.Ordinal);
        var cluster = new TestCluster(Yaml.Node("node-1", "10.0.1.10", "zone-a") + pod + Yaml.Service("svc", Svc));
        cluster.Pods.Set("shop/a1", life);

        var condition = EndpointTable.Join(cluster.Front("10.100.0.7:80").Port, cluster.Pods.Current).Conditions[0];

        Assert.Equal((ready, serving, terminating), (condition.Ready, condition.Serving, condition.Terminating));
    }

    [Theory]
    [InlineData("not-ready", true)]
    [InlineData("terminating", true)]
    [InlineData("unknown", true)]
    [InlineData("failed", false)]
    public void Addresses_that_are_published_in_any_case_count_as_ready(string life, bool ready)
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc + ", publishNotReadyAddresses: true"));
        cluster.Pods.Set("shop/a1", life);

        Assert.Equal(ready, EndpointTable.Join(cluster.Front("10.100.0.7:80").Port, cluster.Pods.Current).Conditions[0].Ready);
    }

    [Fact]
    public void The_table_follows_readiness_and_keeps_what_did_not_change()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc) + Yaml.Pod("z1", "10.0.1.99", "node-1", "z") + Yaml.Service("other", "clusterIP: 10.100.0.8, selector: { app: z }, ports: [{ port: 80 }]"));
        var table = new EndpointTable(cluster.Pods);
        var (port, other) = (cluster.Front("10.100.0.7:80").Port, cluster.Front("10.100.0.8:80").Port);
        var before = table.Of(cluster.Snapshot, port);
        var otherBefore = table.Of(cluster.Snapshot, other);

        Assert.Same(before, table.Of(cluster.Snapshot, port));
        cluster.Pods.Set("shop/a1", "not-ready");
        Assert.Equal(2, table.Of(cluster.Snapshot, port).Ready);
        Assert.Equal(3, before.Ready);
        Assert.Same(otherBefore, table.Of(cluster.Snapshot, other));
        cluster.Pods.Set("shop/a1", "ready");
        Assert.Equal(3, table.Of(cluster.Snapshot, port).Ready);
    }

    [Fact]
    public void A_new_generation_is_joined_with_the_same_pods_while_the_old_one_is_still_read()
    {
        var old = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc));
        var next = new TestCluster(Yaml.TwoNodes + Yaml.Pod("c1", "10.0.1.20", "node-1") + Yaml.Service("svc", Svc), old);
        next.Pods.Set("shop/a1", "terminating");
        var table = new EndpointTable(next.Pods);

        Assert.Equal([2, 3, 2], new[] { old, next, old }.Select(c => table.Of(c.Snapshot, c.Front("10.100.0.7:80").Port).Ready));
        Assert.Equal(old.Front("10.100.0.7:80").Address.Bound, next.Front("10.100.0.7:80").Address.Bound);
    }

    [Fact]
    public void Changes_are_passed_on_and_fronts_lose_and_regain_their_endpoints()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", $"type: NodePort, externalTrafficPolicy: Local, {Svc.Replace("http }", "http, nodePort: 30080 }", StringComparison.Ordinal)}"));
        var changes = 0;
        cluster.Fronts.Changed += () => changes++;
        string With() => string.Join(' ', cluster.Fronts.All(cluster.Generation).Where(f => cluster.Fronts.HasEndpoints(cluster.Generation, f)).Select(f => f.Declared));

        Assert.Equal("10.100.0.7:80 10.0.1.10:30080 10.0.2.10:30080", With());
        string Dropped() => string.Join(' ', cluster.Fronts.All(cluster.Generation).Where(f => cluster.Fronts.Drops(cluster.Generation, f)).Select(f => f.Declared));
        Assert.Equal("", Dropped());
        cluster.Pods.Set("shop/b1", "not-ready");
        Assert.Equal("10.100.0.7:80 10.0.1.10:30080", With());
        Assert.Equal("10.0.2.10:30080", Dropped());
        cluster.Pods.Set("shop/a1", "not-ready");
        cluster.Pods.Set("shop/a2", "not-ready");
        Assert.Equal("", With());
        Assert.Equal("", Dropped());
        cluster.Pods.Set("shop/b1", "terminating");
        Assert.Equal("10.100.0.7:80 10.0.2.10:30080", With());
        Assert.Equal(4, changes);
    }

    [Theory]
    [InlineData("internalTrafficPolicy: Local", "", "")]
    // node-2 has none any more: its pods, and itself.
    [InlineData("internalTrafficPolicy: Local", "shop/b1=not-ready", "pod shop/b1, node node-2")]
    [InlineData("internalTrafficPolicy: Local", "shop/a1=not-ready shop/a2=not-ready", "pod shop/a1, node node-1")]
    // Nobody has one: refused, not dropped.
    [InlineData("internalTrafficPolicy: Local", "shop/a1=not-ready shop/a2=not-ready shop/b1=not-ready", "")]
    [InlineData("internalTrafficPolicy: Cluster", "shop/b1=not-ready", "")]
    public void Whose_packets_to_a_virtual_IP_are_dropped(string policy, string lives, string dropped)
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", $"{policy}, {Svc}"));
        foreach (var life in lives.Split(' ', StringSplitOptions.RemoveEmptyEntries)) cluster.Pods.Set(life.Split('=')[0], life.Split('=')[1]);
        var front = cluster.Front("10.100.0.7:80").Address;

        string[] places = ["pod shop/a1", "pod shop/b1", "node node-1", "node node-2"];
        Assert.Equal(dropped, string.Join(", ", places.Where(p => cluster.Fronts.Drops(cluster.Generation, front, cluster.Source(p)))));
        Assert.All(places, p => Assert.Equal(cluster.Fronts.Drops(cluster.Generation, front, cluster.Source(p)), cluster.Decide("10.100.0.7:80", p).Dropped));
    }

    [Theory]
    [InlineData("type: NodePort", "10.0.1.10:30080", "outside", "127.18.1.1")]
    [InlineData("type: NodePort", "10.0.2.10:30080", "pod shop/a1", "127.18.1.2")]
    [InlineData("type: NodePort, externalTrafficPolicy: Local", "10.0.1.10:30080", "outside", null)]
    [InlineData("type: NodePort, externalTrafficPolicy: Local", "10.0.1.10:30080", "127.18.0.1", "127.18.0.1")]
    [InlineData("type: NodePort", "10.100.0.7:80", "pod shop/b1", "127.18.64.3")]
    [InlineData("type: NodePort", "10.100.0.7:80", "outside", null)]
    // A pod that reaches itself sees its node.
    [InlineData("type: NodePort", "10.100.0.7:80", "pod shop/a1", "127.18.1.1")]
    public void Who_the_endpoint_sees(string spec, string front, string from, string? seen)
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", $"{spec}, {Svc.Replace("http }", "http, nodePort: 30080 }", StringComparison.Ordinal)}"));

        Assert.Equal(seen, cluster.Decide(front, from).Source?.ToString());
    }

    [Fact]
    public void A_machine_outside_the_road_is_dialled_from_no_loopback_address()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("db", "type: NodePort, clusterIP: 10.100.0.8, ports: [{ port: 5432, nodePort: 30432 }]")
            + "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: { name: db-1, namespace: shop, labels: { kubernetes.io/service-name: db } }\n"
            + "addressType: IPv4\nendpoints: [{ addresses: [192.168.7.7] }]\nports: [{ port: 5432 }]\n");

        var decision = cluster.Decide("10.0.1.10:30432", "127.18.0.1");

        Assert.Equal(("192.168.7.7:5432", null), (decision.Destination!.ToString(), decision.Source));
    }

    [Fact]
    public void A_client_stays_with_its_endpoint_until_it_was_away_too_long_or_the_endpoint_is_gone()
    {
        var time = new FakeTimeProvider();
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc + ", sessionAffinity: ClientIP, sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } }"), time: time);
        const string front = "10.100.0.7:80";

        // An explanation opens nothing, so nothing is remembered.
        Assert.Equal("b1", cluster.Chosen(front, draw: 0.9));
        Assert.Equal("a1", cluster.Chosen(front));
        cluster.Decide(front, draw: 0.9).Opened!();
        Assert.Equal("b1", cluster.Chosen(front));
        Assert.Equal("a1", cluster.Chosen(front, "127.18.0.9"));
        time.Advance(TimeSpan.FromSeconds(59));
        cluster.Decide(front).Opened!();
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("b1", cluster.Chosen(front));
        cluster.Pods.Set("shop/b1", "not-ready");
        Assert.Equal("a1", cluster.Chosen(front));
        cluster.Pods.Set("shop/b1", "ready");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("a1", cluster.Chosen(front));
    }

    [Fact]
    public void Without_affinity_there_is_nothing_to_remember()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc));

        Assert.Null(cluster.Decide("10.100.0.7:80").Opened);
    }

    [Fact]
    public void The_table_of_clients_is_bounded_and_lets_go_of_those_whose_time_is_over()
    {
        var time = new FakeTimeProvider();
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc + ", sessionAffinity: ClientIP"));
        var port = cluster.Front("10.100.0.7:80").Port;
        var table = new AffinityTable(time);
        var endpoint = port.Endpoints[0].Declared;
        IPAddress Client(int i) => new([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]);

        for (var i = 0; i <= AffinityTable.Limit; i++) table.Remember(port, null, Client(i), endpoint);
        Assert.NotNull(table.Find(port, null, Client(AffinityTable.Limit - 1)));
        Assert.Null(table.Find(port, null, Client(AffinityTable.Limit)));
        Assert.Null(table.Find(port, "node-1", Client(0)));

        time.Advance(TimeSpan.FromSeconds(10800));
        table.Remember(port, null, Client(AffinityTable.Limit), endpoint);
        Assert.NotNull(table.Find(port, null, Client(AffinityTable.Limit)));
    }

    [Fact]
    public void A_front_that_the_generation_has_no_more_leads_nowhere()
    {
        var old = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc));
        var next = new TestCluster(Yaml.TwoNodes, old);
        ServiceFront front = old.Front("10.100.0.7:80").Address;

        Assert.False(next.Fronts.HasEndpoints(next.Generation, front));
        var decision = next.Fronts.Decide(next.Generation, front, IPAddress.Loopback);
        Assert.Null(decision.Destination);
        Assert.Equal("service.no-front", Assert.Single(decision.Decision.Tell()).Outcome);
    }
}
