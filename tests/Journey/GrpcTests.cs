using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Usher.Greeter;

namespace Usher.Journey.Tests;

/// <summary>A real gRPC client over TLS, the road of <c>roads/grpc</c>, and real gRPC servers: through a NodePort, and straight to a pod.</summary>
[Trait("user", "matters")]
public sealed class GrpcTests(GrpcRoad grpc) : IClassFixture<GrpcRoad>
{
    private const string Nodes = "nodes.example.org";
    private const string Pods = "pods.example.org";

    [Theory]
    [InlineData(Nodes)]
    [InlineData(Pods)]
    public async Task All_four_kinds_of_call(string host)
    {
        using var channel = Channel(await grpc.RunsAsync(), host);
        var client = new Greeter.Greeter.GreeterClient(channel);
        var stop = TestContext.Current.CancellationToken;

        Assert.Equal("hello you", (await client.GreetAsync(new Said { Text = "you" }, cancellationToken: stop)).Text);

        using var collecting = client.Collect(cancellationToken: stop);
        foreach (var word in new[] { "one", "two", "three" }) await collecting.RequestStream.WriteAsync(new Said { Text = word }, stop);
        await collecting.RequestStream.CompleteAsync();
        Assert.Equal("one two three", (await collecting).Text);

        using var splitting = client.Split(new Said { Text = "one two three" }, cancellationToken: stop);
        var words = new List<string>();
        await foreach (var said in splitting.ResponseStream.ReadAllAsync(stop)) words.Add(said.Text);
        Assert.Equal(["one", "two", "three"], words);

        using var talking = client.Talk(cancellationToken: stop);
        foreach (var line in new[] { "are you there", "really" })
        {
            await talking.RequestStream.WriteAsync(new Said { Text = line }, stop);
            Assert.True(await talking.ResponseStream.MoveNext(stop));
            Assert.Equal($"{line}?", talking.ResponseStream.Current.Text);
        }

        await talking.RequestStream.CompleteAsync();
        Assert.False(await talking.ResponseStream.MoveNext(stop));
        Assert.Equal(StatusCode.OK, talking.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_status_other_than_OK_arrives_and_the_journey_tells_it_with_the_connection()
    {
        var road = await grpc.RunsAsync();
        using var channel = Channel(road, Nodes);
        var client = new Greeter.Greeter.GreeterClient(channel);
        // The targets have their turn: each has a connection by then.
        for (var i = 0; i < 2; i++) await client.GreetAsync(new Said { Text = "first" }, cancellationToken: TestContext.Current.CancellationToken);

        var failed = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.GreetAsync(new Said { Text = "nobody" }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((StatusCode.NotFound, "nobody is here"), (failed.StatusCode, failed.Status.Detail));
        var journey = await CallAsync(road, j => j.Hop("load-balancer").Facts().Text("grpcStatus") is "5 NOT_FOUND");
        Assert.Equal(["load-balancer", "node", "service node", "endpoint node", "pod"], journey.HopNames().Where(h => h is not ("dns" or "tls" or "response")));
        var balancer = journey.Hop("load-balancer").Facts();
        Assert.Equal(
            ("HTTP/2.0", "HTTP/2.0", "GRPC", "gRPC", "5 NOT_FOUND", "nobody is here"),
            (balancer.Text("protocol"), balancer.Text("upstreamProtocol"), balancer.Text("targetProtocolVersion"), balancer.Text("requestProtocol"), balancer.Text("grpcStatus"), balancer.Text("grpcMessage")));
        Assert.StartsWith("reused (request ", balancer.Text("upstreamConnection"), StringComparison.Ordinal);
        Assert.EndsWith($" → {balancer.Text("targetBound")}", balancer.Text("upstreamEnds"), StringComparison.Ordinal);
        Assert.Contains(", over HTTP/2", journey.Hop("load-balancer").Text("decision"), StringComparison.Ordinal);
        Assert.StartsWith("web/greeter-", journey.Hop("pod").Text("name"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_access_log_calls_it_grpcs()
    {
        var road = await grpc.RunsAsync();
        using var channel = Channel(road, Pods);
        await new Greeter.Greeter.GreeterClient(channel).GreetAsync(new Said { Text = "log" }, cancellationToken: TestContext.Current.CancellationToken);

        var log = "";
        await road.UntilAsync("the call is logged", () => (log = Log(road).FirstOrDefault(l => l.Contains(Pods, StringComparison.Ordinal)) ?? "").Length > 0);
        var fields = log.Split(' ');
        Assert.Equal(("grpcs", "10.0.1.177:50051", "200", "200"), (fields[0], fields[4], fields[8], fields[9]));
        Assert.Contains($"\"POST https://{Pods}:443/greeter.Greeter/Greet HTTP/2.0\"", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_speaks_otherwise_gets_464_and_is_told_why()
    {
        var road = await grpc.RunsAsync();
        foreach (var (version, url, outcome) in new[]
        {
            ("--http1.1", $"https://{Nodes}/", "load-balancer.464.http1-request"), ("--http2", $"https://{Nodes}/", "load-balancer.464.method"),
        })
        {
            var answer = await road.CurlAsync(version, "-o", "/dev/null", "-w", "%{http_code} %{size_download}", url);
            Assert.Equal("464 0", answer.Output);
            await road.JourneysAsync(outcome, "failed=true&limit=50", all => all.Any(j => j.Text("outcome") == outcome));
        }

        using var channel = Channel(road, "old.example.org");
        await Assert.ThrowsAsync<RpcException>(async () =>
            await new Greeter.Greeter.GreeterClient(channel).GreetAsync(new Said { Text = "old" }, cancellationToken: TestContext.Current.CancellationToken));
        var journeys = await road.JourneysAsync("gRPC to HTTP1", "failed=true&limit=50", all => all.Any(j => j.Text("outcome") == "load-balancer.464.grpc-request"));
        Assert.Contains("let its protocolVersion be GRPC", journeys.First(j => j.Text("outcome") == "load-balancer.464.grpc-request").Text("problem"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_says_the_same_of_the_files_alone()
    {
        var call = JsonDocument.Parse((await Tool.UsherAsync(
            "explain", "--json", "-X", "POST", "-H", "Content-Type: application/grpc", $"https://{Nodes}/greeter.Greeter/Greet", "-f", GrpcRoad.Folder)).Output).RootElement;
        Assert.Equal(("ok", "GRPC"), (call.Text("outcome"), call.Hop("load-balancer").Facts().Text("targetProtocolVersion")));

        var page = JsonDocument.Parse((await Tool.UsherAsync("explain", "--json", $"https://{Nodes}/", "-f", GrpcRoad.Folder)).Output).RootElement;
        Assert.Equal(("464", "load-balancer.464.method", "load-balancer"), (page.Text("status"), page.Text("outcome"), page.Text("answeredBy")));
    }

    [Fact]
    public async Task By_express_links_the_call_goes_on_a_socket_of_the_pods()
    {
        await using var road = await RunningRoad.StartAsync("--express", "-f", GrpcRoad.Folder);
        await HealthyAsync(road);
        using var channel = Channel(road, Nodes);
        var said = await new Greeter.Greeter.GreeterClient(channel).GreetAsync(new Said { Text = "you" }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.StartsWith("greeter-", said.Pod, StringComparison.Ordinal);
        var journey = await CallAsync(road, _ => true);
        Assert.Equal(("express", "wire"), (journey.Hop("load-balancer").Facts().Text("link"), journey.Hop("endpoint", "node").Facts().Text("link")));
    }

    [Fact]
    public async Task Through_an_ingress_that_speaks_gRPC_to_its_pods()
    {
        using var manifests = Manifests.Empty();
        foreach (var file in Directory.EnumerateFiles(GrpcRoad.Folder, "*.yaml"))
        {
            manifests.Write(Path.GetFileName(file), (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("../../../../artifacts", Path.Combine(Tool.Root, "artifacts"), StringComparison.Ordinal));
        }

        manifests.Write("ingress.yaml", Controller);
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);
        await HealthyAsync(road);
        using var channel = Channel(road, "ingress.example.org");
        var client = new Greeter.Greeter.GreeterClient(channel);
        var stop = TestContext.Current.CancellationToken;

        Assert.Equal("hello you", (await client.GreetAsync(new Said { Text = "you" }, cancellationToken: stop)).Text);
        using var talking = client.Talk(cancellationToken: stop);
        await talking.RequestStream.WriteAsync(new Said { Text = "really" }, stop);
        Assert.True(await talking.ResponseStream.MoveNext(stop));
        Assert.Equal("really?", talking.ResponseStream.Current.Text);
        await talking.RequestStream.CompleteAsync();
        Assert.False(await talking.ResponseStream.MoveNext(stop));

        var failed = await Assert.ThrowsAsync<RpcException>(async () => await client.GreetAsync(new Said { Text = "nobody" }, cancellationToken: stop));
        Assert.Equal((StatusCode.NotFound, "nobody is here"), (failed.StatusCode, failed.Status.Detail));
        var journey = await CallAsync(road, j => j.HopNames().Contains("ingress") && j.Hop("ingress").Facts().Text("grpcStatus") is "5 NOT_FOUND");
        Assert.Equal("5 NOT_FOUND", journey.Hop("load-balancer").Facts().Text("grpcStatus"));
        Assert.Equal(("GRPC", "HTTP/2.0"), (journey.Hop("ingress").Facts().Text("backendProtocol"), journey.Hop("ingress").Facts().Text("upstreamProtocol")));
        Assert.Contains("pod", journey.HopNames());
    }

    private const string Controller = """
        apiVersion: v1
        kind: Namespace
        metadata: { name: ingress-nginx }
        ---
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: { name: nginx }
        spec: { controller: k8s.io/ingress-nginx }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: ingress-nginx-controller, namespace: ingress-nginx }
        spec:
          replicas: 1
          selector: { matchLabels: { app: ingress } }
          template:
            metadata: { labels: { app: ingress } }
            spec:
              containers:
                - name: controller
                  image: registry.k8s.io/ingress-nginx/controller:v1.15.1
                  args: [/nginx-ingress-controller, --controller-class=k8s.io/ingress-nginx, --ingress-class=nginx]
                  ports: [{ name: https, containerPort: 443 }]
                  readinessProbe: { httpGet: { path: /healthz, port: 10254 }, periodSeconds: 1 }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: ingress-nginx-controller, namespace: ingress-nginx }
        spec:
          type: NodePort
          selector: { app: ingress }
          ports: [{ name: https, port: 443, targetPort: https, nodePort: 30443 }]
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: greeter
          namespace: web
          annotations: { nginx.ingress.kubernetes.io/backend-protocol: GRPC }
        spec:
          ingressClassName: nginx
          rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: greeter, port: { name: grpc } } } }] } }]
        ---
        apiVersion: elbv2.services.k8s.aws/v1alpha1
        kind: Rule
        metadata: { name: ingress, namespace: web }
        spec:
          listenerRef: { from: { name: https } }
          priority: 30
          conditions: [{ field: host-header, hostHeaderConfig: { values: [ingress.example.org] } }]
          actions: [{ type: forward, targetGroupRef: { from: { name: ingress } } }]
        ---
        apiVersion: elbv2.services.k8s.aws/v1alpha1
        kind: TargetGroup
        metadata: { name: ingress, namespace: web }
        spec:
          name: ingress
          protocol: HTTPS
          protocolVersion: GRPC
          port: 30443
          targetType: instance
          healthCheckProtocol: HTTPS
          healthCheckIntervalSeconds: 5
          healthCheckTimeoutSeconds: 2
          targets: [{ id: i-0a1b2c3d4e5f60001 }]
        """;

    internal static Task HealthyAsync(RunningRoad road) => Until.HoldsAsync("the targets are healthy", async () =>
        (await road.TargetsAsync()).Where(t => t.Text("targetGroup") != "old").All(t => t.Text("state") == "healthy"));

    /// <summary>The journey of a call to Greet that is as wanted, once it is listed.</summary>
    private static async Task<JsonElement> CallAsync(RunningRoad road, Func<JsonElement, bool> wanted)
    {
        JsonElement? found = null;
        await Until.HoldsAsync("the call is listed", async () =>
        {
            foreach (var listed in (await road.ApiAsync("/api/journeys?limit=50")).EnumerateArray().Where(j => j.Text("url")!.EndsWith("/Greet", StringComparison.Ordinal)))
            {
                var journey = await road.ApiAsync($"/api/journeys/{listed.Text("id")}");
                if (found is null && wanted(journey)) found = journey;
            }

            return found is not null;
        });
        return found!.Value;
    }

    private static GrpcChannel Channel(RunningRoad road, string host) =>
        GrpcChannel.ForAddress($"https://{host}", new GrpcChannelOptions { HttpClient = road.Client(), DisposeHttpClient = true });

    private static string[] Log(RunningRoad road)
    {
        var file = Directory.EnumerateFiles(road.State, "alb-access.log", SearchOption.AllDirectories).FirstOrDefault();
        return file is null ? [] : File.ReadAllLines(file);
    }
}

/// <summary>The road of <c>roads/grpc</c>, once its targets are healthy.</summary>
public sealed class GrpcRoad() : SharedRoad(StartAsync)
{
    internal static string Folder { get; } = Path.Combine(Tool.Root, "tests/Journey/roads/grpc");

    private static async Task<RunningRoad> StartAsync()
    {
        var road = await RunningRoad.StartAsync("-f", Folder);
        await GrpcTests.HealthyAsync(road);
        return road;
    }
}
