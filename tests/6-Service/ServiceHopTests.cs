using CsCheck;
using Usher.Model.Journeys;

namespace Usher.Service.Tests;

/// <summary>Which endpoint a connection gets.</summary>
public sealed class ServiceHopTests
{
    private const string Front = "10.100.0.7:80";
    private const string NodePort1 = "10.0.1.10:30080";
    private const string NodePort2 = "10.0.2.10:30080";
    private const string Ports = "ports: [{ port: 80, targetPort: http, nodePort: 30080 }], selector: { app: a }, clusterIP: 10.100.0.7";

    // Pods that are not ready are written as pod=life; the others are ready.
    [Theory]
    [InlineData("", Front, "outside", "a1 a2 b1")]
    [InlineData("", NodePort1, "outside", "a1 a2 b1")]
    [InlineData("", NodePort2, "outside", "a1 a2 b1")]
    [InlineData("a1=not-ready", Front, "outside", "a2 b1")]
    [InlineData("a1=terminating", Front, "outside", "a2 b1")]
    [InlineData("a1=unknown a2=failed", Front, "outside", "b1")]
    [InlineData("a1=terminating a2=not-ready b1=terminating-not-ready", Front, "outside", "a1")]
    [InlineData("a1=terminating a2=terminating b1=failed", NodePort2, "outside", "a1 a2")]
    [InlineData("a1=not-ready a2=not-ready b1=terminating-not-ready", Front, "outside", "Reject")]
    [InlineData("a1=failed a2=failed b1=unknown", NodePort1, "outside", "Reject")]
    public void Policy_cluster(string lives, string front, string from, string expected) => Check("", lives, front, from, expected);

    [Theory]
    [InlineData("", NodePort1, "outside", "a1 a2")]
    [InlineData("", NodePort2, "outside", "b1")]
    [InlineData("b1=not-ready", NodePort2, "outside", "Drop")]
    [InlineData("b1=terminating", NodePort2, "outside", "b1")]
    [InlineData("a1=terminating", NodePort1, "outside", "a2")]
    [InlineData("a1=not-ready a2=not-ready b1=not-ready", NodePort2, "outside", "Reject")]
    // Sources inside the cluster are exempt.
    [InlineData("b1=not-ready", NodePort2, "pod shop/a1", "a1 a2")]
    [InlineData("", NodePort2, "node node-2", "a1 a2 b1")]
    // The virtual IP doesn't obey it.
    [InlineData("", Front, "pod shop/b1", "a1 a2 b1")]
    public void External_policy_local(string lives, string front, string from, string expected) =>
        Check(", externalTrafficPolicy: Local", lives, front, from, expected);

    [Theory]
    [InlineData("", Front, "pod shop/b1", "b1")]
    [InlineData("", Front, "pod shop/a2", "a1 a2")]
    [InlineData("b1=not-ready", Front, "pod shop/b1", "Drop")]
    [InlineData("", Front, "outside", "Drop")]
    [InlineData("a1=failed a2=failed b1=failed", Front, "pod shop/b1", "Reject")]
    [InlineData("", NodePort1, "outside", "a1 a2 b1")]
    public void Internal_policy_local(string lives, string front, string from, string expected) =>
        Check(", internalTrafficPolicy: Local", lives, front, from, expected);

    [Theory]
    [InlineData("PreferSameZone", "", NodePort1, "outside", "a1 a2")]
    [InlineData("PreferClose", "", NodePort2, "outside", "b1")]
    [InlineData("PreferSameZone", "b1=not-ready", NodePort2, "outside", "a1 a2")]
    [InlineData("PreferSameZone", "b1=terminating", NodePort2, "outside", "a1 a2")]
    [InlineData("PreferSameZone", "", Front, "outside", "a1 a2 b1")]
    [InlineData("PreferSameZone", "", Front, "pod shop/b1", "b1")]
    [InlineData("PreferSameNode", "", Front, "pod shop/a1", "a1 a2")]
    [InlineData("PreferSameNode", "a1=not-ready a2=not-ready", Front, "pod shop/a1", "b1")]
    public void Traffic_distribution(string distribution, string lives, string front, string from, string expected) =>
        Check($", trafficDistribution: {distribution}", lives, front, from, expected);

    [Fact]
    public void An_endpoint_without_a_zone_hint_turns_the_hints_off()
    {
        var cluster = Cluster(", trafficDistribution: PreferSameZone", "", Yaml.Node("node-3", "10.0.3.10", "''") + Yaml.Pod("c1", "10.0.3.11", "node-gone"));

        Assert.Equal("a1 a2 b1 c1", Every(cluster, NodePort1, "outside"));
    }

    [Fact]
    public void Every_usable_endpoint_is_equally_likely()
    {
        var cluster = Cluster("", "");
        const int draws = 60_000;
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < draws; i++)
        {
            var decision = (ServiceDecision)cluster.Fronts.Decide(cluster.Snapshot, cluster.Front(Front), cluster.Source("outside"), Draw.Random()).Decision;
            counts[decision.Endpoint!.Name] = counts.GetValueOrDefault(decision.Endpoint.Name) + 1;
        }

        // Chi-squared with 2 degrees of freedom: above 27.6 once in a million runs.
        var expected = draws / 3.0;
        var chi = counts.Values.Sum(c => (c - expected) * (c - expected) / expected);
        Assert.Equal(3, counts.Count);
        Assert.InRange(chi, 0, 27.6);
    }

    [Fact]
    public void Whatever_the_conditions_and_the_draw_the_choice_is_usable_and_the_replay_is_the_same() =>
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool).Array[3].Select(Gen.ULong, Gen.Int[0, 2].Select(i => new[] { "", ", externalTrafficPolicy: Local", ", trafficDistribution: PreferSameNode" }[i]))
            .Sample((lives, draw, policy) =>
            {
                var cluster = Clusters.GetOrAdd(policy, p => Cluster(p, ""));
                var front = cluster.Front(NodePort1);
                var conditions = lives.Select(l => new EndpointCondition(l.Item1 && !l.Item3, l.Item1 || l.Item2, l.Item3)).ToArray();
                var state = new ServiceState(new EndpointsState([.. conditions]));
                var facts = new ConnectionFacts(cluster.Source("outside"), null);
                var reasons = new ReasonList();

                var choice = ServiceHop.Decide(front, state, facts, new Draw(draw), new NoReasons());

                Assert.Equal(choice, ServiceHop.Decide(front, state, facts, new Draw(draw), reasons));
                Assert.Equal(3, reasons.All.Count);
                Assert.Equal(choice.Endpoint < 0 ? 0 : 1, reasons.All.Count(r => r.Chosen));
                if (choice.Endpoint >= 0)
                {
                    var chosen = conditions[choice.Endpoint];
                    Assert.True(chosen.Ready || (chosen is { Serving: true, Terminating: true }));
                    if (policy.Contains("Local", StringComparison.Ordinal)) Assert.Equal("node-1", front.Port.Endpoints[choice.Endpoint].Node);
                }
                else if (policy.Length == 0 || !policy.Contains("Local", StringComparison.Ordinal))
                {
                    Assert.DoesNotContain(conditions, c => c.Ready || c.ServesWhileTerminating);
                }
            });

    private static System.Collections.Concurrent.ConcurrentDictionary<string, TestCluster> Clusters { get; } = new();

    private static TestCluster Cluster(string spec, string lives, string more = "")
    {
        var cluster = new TestCluster(Yaml.TwoNodes + more + Yaml.Service("svc", $"type: NodePort, {Ports}{spec}"));
        Assert.Empty(cluster.Errors.All);
        foreach (var life in lives.Split(' ', StringSplitOptions.RemoveEmptyEntries)) cluster.Pods.Set("shop/" + life.Split('=')[0], life.Split('=')[1]);
        return cluster;
    }

    private static void Check(string spec, string lives, string front, string from, string expected) =>
        Assert.Equal(expected, Every(Cluster(spec, lives), front, from));

    // The whole range of draws, so that every endpoint that can be chosen is.
    private static string Every(TestCluster cluster, string front, string from) =>
        string.Join(' ', Enumerable.Range(0, 120).Select(i => cluster.Chosen(front, from, i / 120.0)).Distinct());
}
