namespace Usher.Journey.Tests;

/// <summary>A Service that only pods of the same node may reach.</summary>
public sealed class TrafficPolicyTests
{
    private const string Url = "https://shop.example.org/";
    private static readonly string Cluster = Path.Combine(Tool.Root, "tests/Journey/roads/boutique");

    [Theory]
    [InlineData]
    [InlineData("--express")]
    public async Task Packets_to_a_virtual_IP_without_an_endpoint_on_the_callers_node_are_dropped(params string[] flags)
    {
        using var manifests = Manifests.Empty();
        manifests.Write("namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: default }\n");
        await using var road = await RunningRoad.StartAsync(
            ["--stand-in", "-f", Path.Combine(Cluster, "kubernetes.yaml"), "-f", Path.Combine(Cluster, "edge.yaml"), "-f", manifests.Path, .. flags]);
        var controller = (await road.ApiAsync("/api/road")).GetProperty("pods").EnumerateArray().Single(p => p.Text("name")!.StartsWith("ingress-nginx/", StringComparison.Ordinal));
        var first = controller.Text("address")!.StartsWith("10.0.1.", StringComparison.Ordinal);
        var (node, here, elsewhere) = first ? ("ip-10-0-1-10.ec2.internal", "us-east-1a", "us-east-1b") : ("ip-10-0-2-10.ec2.internal", "us-east-1b", "us-east-1a");

        manifests.Write("app.yaml", Application(elsewhere));
        await Until.HoldsAsync("the pod is an endpoint, and every node has heard", async () => await StatusAsync(road) == "504");
        var journey = await road.TraceAsync(Url);

        Assert.Equal(("504", "ingress", "ingress.504.connect-timeout"), (journey.Text("status"), journey.Text("answeredBy"), journey.Text("outcome")));
        var service = journey.Hop("service", "clusterIP");
        Assert.Equal(("inferred", "drop", "service.no-local-endpoint"), (service.Text("evidence"), service.Facts().Text("verdict"), service.Facts().Text("outcome")));
        Assert.Contains($"none of them on {node}; the policy is Local, so packets are dropped", service.Text("decision"), StringComparison.Ordinal);
        var explained = await road.UsherAsync("explain", Url);
        Assert.Contains("ingress.504.connect-timeout", explained.Output, StringComparison.Ordinal);

        // curl: 28 is a time-out, 56 would be a reset.
        var bound = (await road.ApiAsync("/api/road")).GetProperty("services").EnumerateArray().Single(s => s.Text("name") == "default/app").GetProperty("ports")[0].Text("bound");
        Assert.Equal(28, (await Tool.RunAsync("curl", "-sS", "--max-time", "1", $"http://{bound}/")).ExitCode);

        manifests.Write("app.yaml", Application(here));
        await Until.HoldsAsync("the pod is on the controller's node, and every node has heard", async () => await StatusAsync(road) == "200");
    }

    private static async Task<string> StatusAsync(RunningRoad road) => (await road.CurlAsync("-o", "/dev/null", "-w", "%{http_code}", Url)).Output;

    private static string Application(string zone) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: app }
        spec:
          strategy: { type: Recreate }
          selector: { matchLabels: { app: app } }
          template:
            metadata: { labels: { app: app } }
            spec:
              terminationGracePeriodSeconds: 2
              nodeSelector: { topology.kubernetes.io/zone: {{zone}} }
              containers: [{ name: app, image: "app:1", ports: [{ containerPort: 8080 }] }]
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: app }
        spec: { internalTrafficPolicy: Local, selector: { app: app }, ports: [{ port: 80, targetPort: 8080 }] }
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: app, annotations: { nginx.ingress.kubernetes.io/proxy-connect-timeout: "1", nginx.ingress.kubernetes.io/service-upstream: "true" } }
        spec: { defaultBackend: { service: { name: app, port: { number: 80 } } } }
        """;
}
