namespace Usher.Pod.Tests;

/// <summary>Nodes whose pods are evicted.</summary>
public sealed class DrainTests
{
    private static readonly string Pods = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: users, namespace: shop }
        spec:
          replicas: 4
          selector: { matchLabels: { app: users } }
          template:
            metadata: { labels: { app: users } }
            spec: { containers: [{ name: c, image: "users:1" }] }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: bare, namespace: shop }
        spec: { nodeName: one, containers: [{ name: c, image: "users:1" }] }
        ---

        """;

    [Fact]
    public void Its_pods_terminate_and_others_take_their_place_elsewhere_but_a_pod_without_a_controller_stays()
    {
        var cluster = new Cluster();
        cluster.Apply(Node("one", "10.0.1.10") + Node("two", "10.0.2.10") + Pods);
        cluster.Settle();
        foreach (var pod in cluster.Pods) cluster.Ready(pod);
        Assert.Equal(3, On(cluster, "one"));

        cluster.Apply(Node("one", "10.0.1.10", drained: true) + Node("two", "10.0.2.10") + Pods);
        cluster.Settle();

        Assert.Equal(2, cluster.Pods.Count(p => p.Terminating && p.Pod.Spec.NodeName == "one"));
        Assert.Equal(4, On(cluster, "two"));
        foreach (var pod in cluster.Pods.Where(p => p.Terminating)) cluster.End(pod);
        cluster.Settle();
        Assert.Equal("bare", Assert.Single(cluster.Pods, p => p.Pod.Spec.NodeName == "one").Key.Name);
        Assert.Equal(4, On(cluster, "two"));
    }

    private static int On(Cluster cluster, string node) => cluster.Pods.Count(p => p.Active && p.Pod.Spec.NodeName == node);

    private static string Node(string name, string address, bool drained = false) => $$"""
        apiVersion: v1
        kind: Node
        metadata: { name: {{name}}{{(drained ? ", annotations: { usher/drained-since: '2026-01-01T00:00:00Z' }" : "")}} }
        spec: { unschedulable: {{(drained ? "true" : "false")}} }
        status: { addresses: [{ type: InternalIP, address: {{address}} }] }
        ---

        """;
}
