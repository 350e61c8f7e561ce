namespace Usher.Journey.Tests;

/// <summary>What <c>kubectl get -o yaml</c> says of a cluster runs as it is: controllers make anew what they had made there.</summary>
public sealed class DumpTests
{
    [Fact]
    public async Task A_dump_of_a_cluster_runs_and_settles()
    {
        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", Path.Combine(Tool.Root, "tests/Journey/roads/dump"));

        var report = await road.ApiAsync("/api/road");
        Assert.All(report.GetProperty("workloads").EnumerateArray(), w => Assert.Equal("done", w.Text("state")));
        var pods = report.GetProperty("pods").EnumerateArray().Select(p => p.Text("name")!).ToList();
        Assert.Equal(5, pods.Count);
        Assert.Contains("default/debug", pods);
        Assert.Single(pods, p => p.StartsWith("default/web-", StringComparison.Ordinal));
        Assert.DoesNotContain("default/web-7c5ddbdf54-4kx8p", pods);
        Assert.Contains("Pod kube-system/kube-apiserver-kind-control-plane", Assert.Single(report.GetProperty("notAccepted").EnumerateArray()).GetString(), StringComparison.Ordinal);

        var answer = await road.CurlAsync("http://web.example.com/");
        Assert.Contains("\"image\": \"nginx:1.27\"", answer.Output, StringComparison.Ordinal);
    }
}
