using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>Nodes of a running road: one that loses its power, and what finds out.</summary>
public sealed class NodeTests
{
    private const string Instance = "i-0a1b2c3d4e5f60001";
    private const string Name = "ip-10-0-1-10.ec2.internal";

    [Fact]
    public async Task A_stopped_node_answers_nothing_and_the_journey_names_it_until_it_starts_again()
    {
        using var manifests = Manifests.Sample();
        manifests.Change("edge.yaml", "healthCheckIntervalSeconds: 10", "healthCheckIntervalSeconds: 5\n  healthCheckTimeoutSeconds: 2\n  healthyThresholdCount: 2\n  unhealthyThresholdCount: 3");
        manifests.Change("edge.yaml", "least_outstanding_requests", "round_robin");
        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", manifests.Path);

        var stopped = await road.UsherAsync("node", "stop", Instance);
        Assert.True(stopped.ExitCode == 0, stopped.ToString());
        Assert.Matches($@"^node +{Name} .* Ready, stopped since \d\d:\d\d:\d\d, {Instance}, us-east-1a", stopped.Output);

        // Round robin: every second request goes there, until the health check has found out.
        var lost = default(JsonElement);
        for (var i = 0; i < 4 && lost.ValueKind == JsonValueKind.Undefined; i++)
        {
            var journey = await road.TraceAsync("https://api.example.com/v1/users");
            if (journey.Text("status") == "504") lost = journey;
        }

        Assert.Equal("load-balancer", lost.Text("answeredBy"));
        var node = lost.Hop("node");
        Assert.Equal(("inferred", Name), (node.Text("evidence"), node.Text("name")));
        Assert.Contains($"node {Name} is stopped since", node.Text("decision"), StringComparison.Ordinal);

        await Until.HoldsAsync("the health check found out", async () => await TargetAsync(road) == "unhealthy");
        Assert.Contains("stopped since", (await road.UsherAsync("status")).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await road.UsherAsync("node", "start", Name)).ExitCode);
        await Until.HoldsAsync("its target is healthy again", async () => await TargetAsync(road) == "healthy");
        Assert.Equal("200", (await road.TraceAsync("https://api.example.com/v1/users")).Text("status"));
    }

    [Fact]
    public async Task Cordoning_shows_in_the_status_and_what_is_no_node_is_refused()
    {
        await using var road = await RunningRoad.StartAsync("--stand-in");

        Assert.Equal(0, (await road.UsherAsync("node", "cordon", Name)).ExitCode);
        var status = (await road.UsherAsync("status")).Output;
        Assert.Matches($@"(?m)^node +{Name} .* Ready,SchedulingDisabled, {Instance}", status);
        Assert.Matches(@"(?m)^service +shop/users  ClusterIP  10\.100\.\d+\.\d+  80/TCP \(127\.\d+\.16\.\d+:8080\) 3 of 3 ready$", status);
        // Options may stand before the verb too.
        Assert.Equal(0, (await Tool.UsherAsync("node", "--state", road.State, "uncordon", Name)).ExitCode);
        Assert.DoesNotContain("SchedulingDisabled", (await road.UsherAsync("status")).Output, StringComparison.Ordinal);

        var refused = await road.UsherAsync("node", "stop", "nobody");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"there is no node 'nobody'; the nodes are {Name}, ip-10-0-2-10.ec2.internal", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Draining_moves_the_pods_while_requests_go_on()
    {
        await using var road = await RunningRoad.StartAsync("--stand-in");

        var drained = await road.UsherAsync("node", "drain", Name);
        Assert.True(drained.ExitCode == 0, drained.ToString());
        Assert.Contains("Ready,SchedulingDisabled, drained", drained.Output, StringComparison.Ordinal);

        await Until.HoldsAsync("every pod is on the other node", async () =>
        {
            var pods = (await road.ApiAsync("/api/road")).GetProperty("pods").EnumerateArray().ToList();
            return pods.Count == 5 && pods.All(p => p.Text("address")!.StartsWith("10.0.2.", StringComparison.Ordinal) && p.GetProperty("ready").GetBoolean());
        });
        Assert.Equal("200", (await road.TraceAsync("https://api.example.com/v1/users")).Text("status"));
    }

    [Fact]
    public async Task Every_verb_takes_the_roads_options_before_it_and_behind_it()
    {
        foreach (var verb in new[] { "cordon", "uncordon", "drain", "stop", "start" })
        {
            var before = await Tool.UsherAsync("node", "--state", "/nowhere", "--api", "no address", verb, Name);
            Assert.Equal((2, "usher: --api 'no address': an address like http://127.0.0.1:7070 is wanted\n"), (before.ExitCode, before.Error));
            Assert.Equal(before, await Tool.UsherAsync("node", verb, Name, "--api", "no address", "--state", "/nowhere"));
        }
    }

    private static async Task<string?> TargetAsync(RunningRoad road) =>
        (await road.TargetsAsync()).First(t => t.Text("target")!.StartsWith(Instance, StringComparison.Ordinal)).Text("state");
}
