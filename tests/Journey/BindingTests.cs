using System.Net;

namespace Usher.Journey.Tests;

/// <summary>The road of <c>roads/bindings</c>: TargetGroupBindings for a load balancer that somebody wrote, and an IngressClass with parameters.</summary>
public sealed class BindingTests
{
    private static readonly string Folder = Path.Combine(Tool.Root, "tests/Journey/roads/bindings");

    [Fact]
    public async Task Bound_targets_answer_the_class_s_parameters_hold_and_a_bad_Ingress_stops_no_other()
    {
        using var manifests = Manifests.Empty();
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, "road.yaml"), TestContext.Current.CancellationToken);
        manifests.Write("road.yaml", text);
        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", manifests.Path);
        await Until.HoldsAsync("the targets are healthy", async () => await road.TargetsAsync() is var targets && targets.Count == 2 + 1 + 4 && targets.All(t => t.Text("state") == "healthy"));

        // TargetGroupBinding, of both types.
        var edge = await AtAsync(road, "edge");
        Assert.Equal("200", await StatusAsync($"http://{edge}/"));
        Assert.Equal("200", await StatusAsync($"http://{edge}/nodes"));
        Assert.Equal("i-0a1b2c3d4e5f60002", Assert.Single(await road.TargetsAsync(), t => t.Text("targetGroup") == "nodes").Text("target")!.Split(':')[0]);

        // IngressClassParams: one group, whatever the annotations say.
        var shared = await AtAsync(road, "shared");
        Assert.Equal("200 200 404", $"{await StatusAsync("-H", "Host: one.example.com", $"http://{shared}/")} {await StatusAsync("-H", "Host: two.example.com", $"http://{shared}/")} {await StatusAsync($"http://{shared}/")}");

        // What is wrong with one Ingress keeps its group as it was, and the rest changes.
        manifests.Write("road.yaml", text.Replace("annotations: { alb.ingress.kubernetes.io/scheme: internal }", "annotations: { alb.ingress.kubernetes.io/success-codes: '0' }", StringComparison.Ordinal).Replace("values: [/nodes]", "values: [/workers]", StringComparison.Ordinal));
        await Until.HoldsAsync("the Ingress isn't accepted", async () => (await road.UsherAsync("status")).Output.Contains("until then IngressGroup shared stays as it was", StringComparison.Ordinal));
        Assert.Equal("200 200", $"{await StatusAsync("-H", "Host: two.example.com", $"http://{shared}/")} {await StatusAsync($"http://{edge}/workers")}");
    }

    private static async Task<IPEndPoint> AtAsync(RunningRoad road, string balancer) =>
        IPEndPoint.Parse((await road.ApiAsync("/api/road")).GetProperty("listeners").EnumerateArray().First(l => l.Text("loadBalancer") == balancer).Text("bound")!);

    private static async Task<string> StatusAsync(params string[] arguments)
    {
        var curl = await Tool.RunAsync("curl", ["-sS", "--max-time", "60", "-o", "/dev/null", "-w", "%{http_code}", .. arguments]);
        Assert.True(curl.ExitCode == 0, curl.ToString());
        return curl.Output;
    }
}
