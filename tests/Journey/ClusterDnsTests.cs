namespace Usher.Journey.Tests;

/// <summary>The cluster's DNS of a running road, asked with dig; what it answers is connected to.</summary>
public sealed class ClusterDnsTests(SampleRoad sample)
{
    private const string Headless =
        """
        apiVersion: v1
        kind: Service
        metadata: { name: users-pods, namespace: shop }
        spec: { clusterIP: None, selector: { app: users }, ports: [{ name: http, port: 8080, targetPort: http }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: db, namespace: shop }
        spec: { clusterIP: None, selector: { app: db }, ports: [{ name: sql, port: 5432 }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: api, namespace: shop }
        spec: { type: ExternalName, externalName: api.example.com }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: db-0, namespace: shop, labels: { app: db } }
        spec:
          hostname: db-0
          subdomain: db
          containers: [{ name: db, image: "postgres:18", ports: [{ name: sql, containerPort: 5432 }] }]
        """;

    [Theory]
    [InlineData("+notcp")]
    [InlineData("+tcp")]
    public async Task A_services_name_leads_to_its_virtual_ip_and_the_virtual_ip_answers(string transport)
    {
        var road = await sample.RunsAsync();

        var address = Assert.Single(await LinesAsync(road, transport, "users.shop.svc.cluster.local", "A"));
        var port = Assert.Single(await LinesAsync(road, transport, "_http._tcp.users.shop.svc.cluster.local", "SRV")).Split(' ');
        var name = Assert.Single(await LinesAsync(road, transport, "-x", address));

        Assert.Equal($"127.{road.Network}.16.10:8053", road.ClusterDns.ToString());
        Assert.Equal("users.shop.svc.cluster.local.", port[3]);
        Assert.Equal("users.shop.svc.cluster.local.", name);
        var users = await Tool.RunAsync("curl", "-sS", "--max-time", "60", $"http://{address}:{port[2]}/v1/users");
        Assert.Contains("\"email\"", users.Output, StringComparison.Ordinal);
        Assert.Contains($"cluster's DNS {road.ClusterDns}", (await road.UsherAsync("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_roads_own_zones_are_answered_and_others_are_not_asked_for()
    {
        var road = await sample.RunsAsync();

        Assert.Equal(road.LoadBalancer, (await LinesAsync(road, "api.example.com", "A")).Order(StringComparer.Ordinal));
        Assert.Contains("status: SERVFAIL", (await DigAsync(road, "www.example.org", "A")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_headless_services_name_leads_to_the_pods_that_are_ready()
    {
        using var manifests = Manifests.Sample();
        manifests.Write("headless.yaml", Headless);
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);

        var pods = await LinesAsync(road, "users-pods.shop.svc.cluster.local", "A");
        Assert.Equal(3, pods.Length);
        Assert.All(pods, p => Assert.StartsWith($"127.{road.Network}.64.", p, StringComparison.Ordinal));
        var db = Assert.Single(await LinesAsync(road, "db-0.db.shop.svc.cluster.local", "A"));
        Assert.Equal("db-0.db.shop.svc.cluster.local.", Assert.Single(await LinesAsync(road, "-x", db)));
        Assert.Equal("5432 db-0.db.shop.svc.cluster.local.", Assert.Single(await LinesAsync(road, "_sql._tcp.db.shop.svc.cluster.local", "SRV"))[6..]);

        Assert.Equal([.. road.LoadBalancer, "api.example.com."], (await LinesAsync(road, "api.shop.svc.cluster.local", "A")).Order(StringComparer.Ordinal));

        // A pod that is held doesn't answer its readiness probe.
        var pod = (await road.TraceAsync("https://api.example.com/v1/users")).Hop("pod").Facts();
        var declared = pod.Text("declared")!.Split(':')[0];
        var itself = $"{declared.Replace('.', '-')}.users-pods.shop.svc.cluster.local";
        var held = Assert.Single(await LinesAsync(road, itself, "A"));
        var process = pod.GetProperty("processId").GetInt32();
        Machine.Signal(process, Machine.Stop);
        try
        {
            await Until.HoldsAsync("the pod is left out", async () => !(await LinesAsync(road, "users-pods.shop.svc.cluster.local", "A")).Contains(held));
            Assert.Contains("status: NXDOMAIN", (await DigAsync(road, itself, "A")).Output, StringComparison.Ordinal);
        }
        finally
        {
            Machine.Signal(process, Machine.Continue);
        }

        await Until.HoldsAsync("the pod is back", async () => (await LinesAsync(road, "users-pods.shop.svc.cluster.local", "A")).Contains(held));
    }

    private static async Task<string[]> LinesAsync(RunningRoad road, params string[] arguments)
    {
        var ended = await DigAsync(road, ["+short", .. arguments]);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static Task<Ended> DigAsync(RunningRoad road, params string[] arguments) =>
        Tool.RunAsync("dig", [$"@{road.ClusterDns.Address}", "-p", $"{road.ClusterDns.Port}", "+tries=1", "+time=60", .. arguments]);
}
