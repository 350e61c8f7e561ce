using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>The road of <c>roads/gates</c>: a rollout that waits for the targets of its new pods.</summary>
public sealed class ReadinessGateTests
{
    private static readonly string Folder = Path.Combine(Tool.Root, "tests/Journey/roads/gates");

    [Fact]
    public async Task A_rollout_goes_on_once_the_new_pods_targets_are_healthy_and_stops_while_they_are_not()
    {
        using var manifests = Manifests.Empty();
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, "road.yaml"), TestContext.Current.CancellationToken);
        manifests.Write("road.yaml", text);
        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", manifests.Path);
        await Until.HoldsAsync("the first pods serve", async () => await AnswersAsync(road) is "example.com/game:1");

        // Made before there was a binding, they have no gate.
        var first = await PodsAsync(road);
        Assert.Equal([(true, null), (true, null)], first.Select(p => (p.Ready, p.Gates)));

        // The second version doesn't answer health checks.
        manifests.Write("road.yaml", text.Replace("game:1, ports: [{ containerPort: 8080 }, { containerPort: 9000 }]", "game:2, ports: [{ containerPort: 8080 }]", StringComparison.Ordinal));
        await Until.HoldsAsync("the new pod's target is unhealthy", async () => (await road.TargetsAsync()).Any(t => t.Text("state") == "unhealthy"));
        await Until.HoldsAsync("the new pod says so", async () => (await PodsAsync(road)).Any(p => p.Message?.Contains("Target.", StringComparison.Ordinal) == true));
        var pods = await PodsAsync(road);
        Assert.Equal(first, pods.Where(p => p.Gates is null));
        var stuck = Assert.Single(pods, p => p.Gates is not null);
        Assert.Equal((false, "0/1"), (stuck.Ready, stuck.Gates));
        var group = (await road.TargetsAsync())[0].Text("targetGroup");
        Assert.StartsWith($"the status of pod readiness gate \"target-health.elbv2.k8s.aws/{group}\" is not \"True\", but False (Target.", stuck.Message, StringComparison.Ordinal);
        for (var i = 0; i < 6; i++) Assert.Equal("example.com/game:1", await AnswersAsync(road));
        var status = (await road.UsherAsync("status")).Output;
        Assert.Matches(@"(?m)^workload  Deployment arcade/game  2/2 ready, 1 up to date, 2 available: 1 out of 2 new replicas have been updated; pod game-\S+: the status of pod readiness gate ", status);
        Assert.Matches(@"(?m)^service   arcade/game  .* 2 of 3 ready$", status);
        Assert.Matches(@"(?m)^pod       arcade/game-\S+  .* Running, not ready, 0/1 readiness gates open, .*: the status of pod readiness gate ", status);
        Assert.Matches(@"(?m)^target    \S+ \S+  unhealthy, 0 outstanding, Target\.\w+: ", status);

        // The third does.
        manifests.Write("road.yaml", text.Replace("game:1", "game:3", StringComparison.Ordinal));
        var healthy = new HashSet<string>();
        await Until.HoldsAsync("the rollout is complete", async () =>
        {
            var before = await PodsAsync(road);
            foreach (var target in await road.TargetsAsync()) if (target.Text("state") == "healthy") healthy.Add(target.Text("target")!.Split(':')[0]);
            Assert.True(before.Count(p => p.Ready) >= 2, "two pods are ready at any time");
            Assert.All(before.Where(p => p.Ready), p => Assert.Contains(p.Address, healthy));
            return before.Count == 2 && before.All(p => p is { Ready: true, Gates: "1/1" }) && await AnswersAsync(road) is "example.com/game:3";
        });
        Assert.Contains("workload  Deployment arcade/game  2/2 ready, 2 up to date, 2 available: ", (await road.UsherAsync("status")).Output, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<(string Name, string Address, bool Ready, string? Gates, string? Message)>> PodsAsync(RunningRoad road) =>
    [
        .. (await road.ApiAsync("/api/road")).GetProperty("pods").EnumerateArray()
            .Where(p => p.Text("name")!.StartsWith("arcade/game-", StringComparison.Ordinal) && p.Text("status") != "Terminating")
            .Select(p => (p.Text("name")!, p.Text("address")!.Split(' ')[0], p.GetProperty("ready").GetBoolean(), p.Text("readinessGates"), p.Text("message"))),
    ];

    /// <summary>The image of the pod that answers; the status when it isn't 200.</summary>
    private static async Task<string?> AnswersAsync(RunningRoad road)
    {
        var listener = (await road.ApiAsync("/api/road")).GetProperty("listeners").EnumerateArray().First();
        var curl = await Tool.RunAsync("curl", "-sS", "--max-time", "60", "-w", "\n%{http_code}", $"http://{listener.Text("bound")}/");
        Assert.True(curl.ExitCode == 0, curl.ToString());
        var lines = curl.Output.Trim().Split('\n');
        return lines[^1] == "200" ? JsonDocument.Parse(string.Concat(lines[..^1])).RootElement.Text("image") : lines[^1];
    }
}
