namespace Usher.Journey.Tests;

/// <summary>Saving a manifest changes the running road, or nothing at all.</summary>
public sealed class ReloadTests
{
    private const string Image = "          image: shop/users:1\n";
    private static readonly Uri Users = new("https://api.example.com/v1/users");

    [Fact]
    public async Task A_saved_change_runs_and_a_wrong_one_is_refused_whole_while_the_road_goes_on()
    {
        using var manifests = Manifests.Sample();
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);
        Assert.Equal("301", (await road.CurlAsync("-o", "/dev/null", "-w", "%{http_code}", "http://api.example.com/")).Output);

        manifests.Change("edge.yaml", "statusCode: HTTP_301", "statusCode: HTTP_302");
        await road.UntilAsync("the change runs", () => road.Output.Contains("generation 2 runs", StringComparison.Ordinal));
        Assert.Matches(@"generation 2 runs after \d+ ms: changed Listener shop/shop-edge-http\b", road.Output);
        Assert.Equal("302", (await road.CurlAsync("-o", "/dev/null", "-w", "%{http_code}", "http://api.example.com/")).Output);

        // What is wrong in two files is told at once, each with its line, and nothing changes.
        manifests.Change("kubernetes.yaml", "replicas: 3", "replicass: 3");
        manifests.Change("edge.yaml", "priority: 10", "priority: ten");
        await road.UntilAsync("the change is refused", () => road.Errors.Contains("was refused with 2 errors; the road goes on as it was", StringComparison.Ordinal));
        Assert.Contains($"kubernetes.yaml:{manifests.LineOf("kubernetes.yaml", "replicass")}: Deployment shop/users: spec.replicass: unknown field", road.Errors, StringComparison.Ordinal);
        Assert.Contains($"edge.yaml:{manifests.LineOf("edge.yaml", "priority: ten")}: Rule shop/api-host: spec.priority: found \"ten\"", road.Errors, StringComparison.Ordinal);
        var status = await road.ApiAsync("/api/road");
        Assert.Equal(2, status.GetProperty("generation").GetInt32());
        Assert.Equal(2, status.GetProperty("refused").GetArrayLength());
        Assert.Equal("200", (await road.CurlAsync("-o", "/dev/null", "-w", "%{http_code}", Users.ToString())).Output);

        // Mended, it runs; a comment changes no object.
        manifests.Change("kubernetes.yaml", "replicass: 3", "replicas: 3");
        manifests.Change("edge.yaml", "priority: ten", "priority: 11 # was ten");
        await road.UntilAsync("the mended change runs", () => road.Output.Contains(": changed Rule shop/api-host", StringComparison.Ordinal));
        Assert.Equal(0, (await road.ApiAsync("/api/road")).GetProperty("refused").GetArrayLength());
        manifests.Change("edge.yaml", " # was ten", "");
        await road.UntilAsync("the comment is gone", () => road.Output.Contains(": no object changed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_file_in_the_folder_and_one_that_goes_are_changes()
    {
        using var manifests = Manifests.Sample();
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);

        Directory.CreateDirectory(manifests.FileOf("more"));
        manifests.Write("more/extra.yaml", "apiVersion: v1\nkind: Service\nmetadata: { name: extra, namespace: shop }\nspec: { selector: { app: users }, ports: [{ port: 80, targetPort: http }] }\n");
        await road.UntilAsync("the new file runs", () => road.Output.Contains(": added Service shop/extra", StringComparison.Ordinal));
        Directory.Delete(manifests.FileOf("more"), recursive: true);
        await road.UntilAsync("the file is gone", () => road.Output.Contains(": removed Service shop/extra", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_file_that_cannot_run_is_refused_once_and_runs_when_what_it_lacks_comes()
    {
        using var manifests = Manifests.Sample();
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);

        manifests.Write("late.yaml", "apiVersion: elbv2.services.k8s.aws/v1alpha1\nkind: TargetGroup\nmetadata: { name: late, namespace: shop }\nspec: { name: late, protocol: HTTP, port: 30080, targetType: instance, targets: [{ id: i-0a1b2c3d4e5f60009 }] }\n");
        await road.UntilAsync("it is refused", () => road.Errors.Contains("was refused with 1 error", StringComparison.Ordinal));
        manifests.Write("node.yaml", "apiVersion: v1\nkind: Node\nmetadata: { name: late }\nspec: { providerID: aws:///us-east-1a/i-0a1b2c3d4e5f60009 }\nstatus: { addresses: [{ type: InternalIP, address: 10.0.9.9 }] }\n");
        await road.UntilAsync("it runs", () => road.Output.Contains(": added Node late, TargetGroup shop/late", StringComparison.Ordinal));

        Assert.Single(road.Errors.Split('\n'), line => line.Contains("no node's spec.providerID ends in it", StringComparison.Ordinal));
        Assert.Equal(0, (await road.ApiAsync("/api/road")).GetProperty("refused").GetArrayLength());
    }

    [Fact]
    public async Task Who_has_a_host_and_path_keeps_them_when_another_comes_that_is_first_by_name()
    {
        using var manifests = Manifests.Sample();
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);

        manifests.Write("more.yaml", """
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: a-newcomer, namespace: shop, annotations: { nginx.ingress.kubernetes.io/temporal-redirect: "https://elsewhere.example.com/" } }
            spec:
              ingressClassName: nginx
              rules: [{ host: api.example.com, http: { paths: [{ path: /v1/users, pathType: Prefix, backend: { service: { name: users, port: { name: http } } } }] } }]
            """);

        await road.UntilAsync("the newcomer is there", () => road.Output.Contains(": added Ingress shop/a-newcomer", StringComparison.Ordinal));
        Assert.Equal("200", (await road.CurlAsync("-o", "/dev/null", "-w", "%{http_code}", Users.ToString())).Output);
        Assert.Contains("those of Ingress shop/api (", road.Errors, StringComparison.Ordinal);
        Assert.Contains("which keeps them: it was on the road before the other came", road.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fifty_reloads_under_load_lose_no_request()
    {
        const int reloads = 50;
        using var manifests = Manifests.Sample();
        PodsWait(manifests);
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);
        await using var kept = Load.On(road, Users);
        await using var fresh = Load.On(road, Users, workers: 2, newConnections: true);
        var original = File.ReadAllText(manifests.FileOf("edge.yaml"));
        var routes = File.ReadAllText(manifests.FileOf("kubernetes.yaml"));
        for (var i = 2; i < reloads + 2; i++)
        {
            // In turn: another rule at the listener, another route at the ingress, another number of pods.
            switch (i % 3)
            {
                case 0: manifests.Write("edge.yaml", original.Replace("priority: 10", $"priority: {i}", StringComparison.Ordinal)); break;
                case 1: manifests.Write("kubernetes.yaml", routes.Replace("          - path: /v1/users\n", $"          - path: /v1/{i}\n            pathType: Prefix\n            backend: {{ service: {{ name: users, port: {{ name: http }} }} }}\n          - path: /v1/users\n", StringComparison.Ordinal)); break;
                default: manifests.Write("kubernetes.yaml", routes.Replace("replicas: 3", $"replicas: {4 - (i / 3 % 2)}", StringComparison.Ordinal)); break;
            }

            // The controllers' steps have generations of their own in between.
            var applied = i - 1;
            await road.UntilAsync($"reload {i} runs", () => Applied(road) >= applied || road.Errors.Contains("was refused", StringComparison.Ordinal));
            Assert.DoesNotContain("was refused", road.Errors, StringComparison.Ordinal);
            await kept.MoreAsync(road, 10);
        }

        await kept.StopAsync();
        await fresh.StopAsync();
        TestContext.Current.SendDiagnosticMessage("{0} requests on kept and {1} on new connections over {2} reloads", kept.Count, fresh.Count, reloads);
        Assert.Empty(kept.Failures);
        Assert.Empty(fresh.Failures);
    }

    /// <summary>As on EKS, a pod that goes waits until nobody sends it anything.</summary>
    private static void PodsWait(Manifests manifests)
    {
        manifests.Change("kubernetes.yaml", Image, Image + "          lifecycle: { preStop: { sleep: { seconds: 10 } } }\n");
        manifests.Change("kubernetes.yaml", "terminationGracePeriodSeconds: 10\n", "terminationGracePeriodSeconds: 30\n");
        manifests.StayReady();
    }

    private const string Upstream = "    nginx.ingress.kubernetes.io/service-upstream: \"true\"\n";

    private static int Applied(RunningRoad road) => road.Output.Split('\n').Count(l => l.StartsWith("generation ", StringComparison.Ordinal) && l.Contains(" runs after ", StringComparison.Ordinal));

    [Fact]
    public async Task A_rolling_update_whose_pods_wait_before_they_stop_loses_no_request()
    {
        using var manifests = Manifests.Sample();
        PodsWait(manifests);
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);

        var (kept, fresh) = await RollAsync(road, manifests);

        Assert.Empty(kept.Failures);
        Assert.Empty(fresh.Failures);
        Assert.True(kept.Count + fresh.Count > 100, $"{kept.Count} + {fresh.Count} requests");
    }

    [Fact]
    public async Task The_same_update_without_that_wait_loses_some_and_the_journeys_say_why()
    {
        const int most = 6;
        using var manifests = Manifests.Sample();
        // The ingress would try another endpoint, and lose nothing.
        manifests.Change("kubernetes.yaml", Upstream, Upstream + "    nginx.ingress.kubernetes.io/proxy-next-upstream: \"off\"\n");
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);

        // Only a new connection meets a pod that has stopped, and the ingress keeps those that it has. Forty requests at a time want more of them whenever a pod closes its own;
        // still each has luck in three of four, so that a single update may lose nothing.
        var failures = new List<string>();
        var problems = new List<string>();
        var (updates, requests) = (0, 0);
        while (updates < most && !problems.Exists(p => p.Contains("terminat", StringComparison.Ordinal) && p.Contains("preStop", StringComparison.Ordinal)))
        {
            var (kept, fresh) = await RollAsync(road, manifests, ++updates, clients: 40, TimeSpan.FromMilliseconds(200));
            failures.AddRange([.. kept.Failures, .. fresh.Failures]);
            requests += kept.Count + fresh.Count;
            problems = [.. (await road.ApiAsync("/api/journeys?limit=1000&failed=true")).EnumerateArray().Select(j => j.Text("problem")!)];
        }

        TestContext.Current.SendDiagnosticMessage("{0} of {1} requests failed without preStop in {2} update(s)", failures.Count, requests, updates);
        Assert.NotEmpty(failures);
        Assert.All(failures, f => Assert.Equal("502", f));
        Assert.True(problems.Exists(p => p.Contains("terminat", StringComparison.Ordinal) && p.Contains("preStop", StringComparison.Ordinal)), string.Join('\n', problems.Distinct()));
    }

    /// <summary>Changes the pods' template under load, and waits until only new pods are left.</summary>
    /// <param name="road">A road of these manifests.</param>
    /// <param name="manifests">The sample's.</param>
    /// <param name="update">How many updates there were, with this one.</param>
    /// <param name="clients">How many keep their connections; four more open a new one for each request.</param>
    /// <param name="period">From one request of a client to its next.</param>
    private static async Task<(Load Kept, Load Fresh)> RollAsync(RunningRoad road, Manifests manifests, int update = 1, int clients = 4, TimeSpan? period = null)
    {
        var before = await PodsAsync(road);
        Assert.Equal(3, before.Count);
        await using var kept = Load.On(road, Users, clients, period: period);
        await using var fresh = Load.On(road, Users, workers: 4, newConnections: true);
        await kept.MoreAsync(road, 20);
        manifests.Change("kubernetes.yaml", $"value: {(update == 1 ? "users" : $"users-{update}")} }}", $"value: users-{update + 1} }}");
        await Until.HoldsAsync("three new pods are ready and the old ones are gone", async () =>
        {
            var now = await PodsAsync(road);
            return now.Count == 3 && !now.Keys.Intersect(before.Keys).Any() && now.Values.All(ready => ready);
        });
        await kept.MoreAsync(road, 20);
        return (kept, fresh);
    }

    private static async Task<IReadOnlyDictionary<string, bool>> PodsAsync(RunningRoad road) => (await road.ApiAsync("/api/road")).GetProperty("pods").EnumerateArray()
        .Where(p => p.Text("name")!.StartsWith("shop/users-", StringComparison.Ordinal))
        .ToDictionary(p => p.Text("name")!, p => p.GetProperty("ready").GetBoolean());
}
