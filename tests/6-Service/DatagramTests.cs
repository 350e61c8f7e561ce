using System.Net;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Service.Tests;

/// <summary>Service ports of protocol UDP: the same choice, and flows that are forgotten with their endpoint.</summary>
public sealed class DatagramTests
{
    private const string Ports = "{ name: dns, containerPort: 53, protocol: UDP }";
    private const string Svc = "type: NodePort, clusterIP: 10.100.0.10, selector: { app: dns }, ports: [{ port: 53, protocol: UDP, targetPort: dns, nodePort: 30053 }]";

    private static string Pods { get; } = Yaml.Node("node-1", "10.0.1.10", "zone-a") + Yaml.Node("node-2", "10.0.2.10", "zone-b")
        + Yaml.Pod("d1", "10.0.1.11", "node-1", "dns", Ports) + Yaml.Pod("d2", "10.0.2.11", "node-2", "dns", Ports);

    [Fact]
    public void The_choice_is_that_of_TCP_and_the_rules_say_udp()
    {
        var cluster = new TestCluster(Pods + Yaml.Service("dns", Svc));
        Assert.Equal(("d1", "d2"), (cluster.Chosen("10.100.0.10:53", draw: 0), cluster.Chosen("10.100.0.10:53", draw: 0.9)));
        var decision = cluster.Decide("10.0.1.10:30053");
        Assert.Equal("udp dport 30053 → service shop/dns → numgen random mod 2 vmap { 0 : 10.0.1.11:53, 1 : 10.0.2.11:53 }",
            decision.Decision.Tell().First().Facts["ruleUsed"]!.GetValue<string>());
        Assert.Equal(cluster.Source("node node-1"), decision.Source);
    }

    [Fact]
    public void Affinity_keeps_a_client_at_its_endpoint()
    {
        var cluster = new TestCluster(Pods + Yaml.Service("dns", Svc + ", sessionAffinity: ClientIP"), time: new FakeTimeProvider());
        cluster.Decide("10.100.0.10:53", "outside", 0.9).Opened!();
        Assert.Equal("d2", cluster.Chosen("10.100.0.10:53", "outside", 0));
    }

    [Fact]
    public void A_headless_Services_endpoints_are_found_by_the_ports_protocol()
    {
        var cluster = new TestCluster(Pods + Yaml.Service("dns", "clusterIP: None, selector: { app: dns }, ports: [{ name: udp, port: 53, protocol: UDP, targetPort: dns }, { name: tcp, port: 53, targetPort: 5353 }]"));
        var nowhere = new IPEndPoint(IPAddress.None, 53);

        IEnumerable<string> Of(string port, bool udp) => cluster.Fronts.EndpointsOf(cluster.Generation, new ServiceFront(FrontKind.ClusterIP, new ResourceKey("", "Service", "shop", "dns"), port, null, nowhere, nowhere) { Udp = udp })
            .Ready.Select(e => e.Declared.ToString());

        Assert.Equal(["10.0.1.11:53", "10.0.2.11:53"], Of("udp", true));
        Assert.Equal(["10.0.1.11:5353", "10.0.2.11:5353"], Of("tcp", false));
        Assert.Empty(Of("udp", false).Concat(Of("tcp", true)));
    }

    [Theory]
    [InlineData("ready", true)]
    [InlineData("terminating", true)]
    [InlineData("not-ready: why", false)]
    [InlineData("terminating-not-ready", false)]
    [InlineData("failed", false)]
    [InlineData("unknown", false)]
    public void A_flow_goes_on_while_its_endpoint_serves(string life, bool goesOn)
    {
        var cluster = new TestCluster(Pods + Yaml.Service("dns", Svc));
        var endpoint = cluster.Decide("10.100.0.10:53").Destination!;
        cluster.Pods.Set("shop/d1", life);
        Assert.Equal(goesOn, Serves(cluster, "10.100.0.10:53", endpoint));
        Assert.Equal(goesOn, Serves(cluster, "10.0.2.10:30053", endpoint));
        Assert.True(Serves(cluster, "10.100.0.10:53", cluster.Decide("10.100.0.10:53", draw: 0.9).Destination!));
    }

    [Fact]
    public void A_flow_ends_with_its_endpoint_or_its_Service()
    {
        var cluster = new TestCluster(Pods + Yaml.Service("dns", Svc));
        var (front, endpoint) = (cluster.Front("10.100.0.10:53").Address, cluster.Decide("10.100.0.10:53").Destination!);
        var fewer = new TestCluster(Pods.Replace("app: dns", "app: other", StringComparison.Ordinal) + Yaml.Service("dns", Svc), cluster);
        fewer.Follow(cluster);
        Assert.False(fewer.Fronts.Serves(fewer.Generation, front, IPAddress.Loopback, endpoint));
        var none = new TestCluster(Pods, cluster);
        Assert.False(none.Fronts.Serves(none.Generation, front, IPAddress.Loopback, endpoint));
    }

    private static bool Serves(TestCluster cluster, string declared, IPEndPoint endpoint) =>
        cluster.Fronts.Serves(cluster.Generation, cluster.Front(declared).Address, IPAddress.Loopback, endpoint);
}
