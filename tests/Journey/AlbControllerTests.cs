using System.Net;
using System.Text.Json;
using Usher.Model.Aws;

namespace Usher.Journey.Tests;

/// <summary>The road of <c>roads/alb</c>: load balancers that the AWS Load Balancer Controller makes of Ingresses, with stand-ins as pods.</summary>
public sealed class AlbControllerTests(AlbRoad alb) : IClassFixture<AlbRoad>
{
    [Fact]
    public async Task Requests_go_to_ready_pods_and_the_journey_names_the_Ingress()
    {
        var road = await alb.RunsAsync();
        var pods = await AtAsync(road, "arcade-pods", "HTTP");

        var pod = new HashSet<string>();
        await Until.HoldsAsync("both pods answer", async () => pod.Add(await AnswerAsync("-w", "%{http_code}", $"http://{pods}/any/path")) && pod.Count > 1);
        Assert.All(pod, answer => Assert.EndsWith("200", answer, StringComparison.Ordinal));
        Assert.Equal("closed 503", await AnswerAsync("-w", " %{http_code}", $"http://{pods}/closed"));

        var traced = await road.TraceAsync("http://games.example.com/x", "--resolve", $"games.example.com:80:{pods.Address}");
        var hop = traced.Hop("load-balancer");
        Assert.Equal("arcade/pods", hop.Facts().Text("ingress"));
        Assert.StartsWith("rule 2 (path /*) of Ingress arcade/pods → target group k8s-arcade-game-", hop.Text("decision"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_are_asked_at_the_NodePort_and_what_no_rule_takes_is_404()
    {
        var nodes = await AtAsync(await alb.RunsAsync(), "arcade-nodes", "HTTP");

        Assert.EndsWith("200", await AnswerAsync("-w", "%{http_code}", "-H", "Host: nodes.example.com", $"http://{nodes}/"), StringComparison.Ordinal);
        Assert.Equal("404", await AnswerAsync("-w", "%{http_code}", "-H", "Host: nodes.example.com", $"http://{nodes}/more"));
        Assert.Equal("404", await AnswerAsync("-w", "%{http_code}", $"http://{nodes}/"));
    }

    [Fact]
    public async Task Plain_requests_are_redirected_and_calls_reach_a_pod_over_HTTP_2_with_a_certificate_of_the_account()
    {
        var road = await alb.RunsAsync();
        var (http, https) = (await AtAsync(road, "arcade-calls", "HTTP"), await AtAsync(road, "arcade-calls", "HTTPS"));

        Assert.Equal("301 https://calls.example.com:443/hello.Greeter/Say", await AnswerAsync("-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "-H", "Host: calls.example.com", $"http://{http}/hello.Greeter/Say"));
        // A stand-in knows no call but the health check: 12 is UNIMPLEMENTED.
        var call = await Tool.RunAsync(
            "curl", "-sS", "--max-time", "60", "--http2", "--cacert", road.CaCertificate, "--connect-to", $"calls.example.com:443:{https}", "-H", "Content-Type: application/grpc", "-H", "TE: trailers",
            "-d", "", "-o", "/dev/null", "-D", "-", "https://calls.example.com/hello.Greeter/Say");
        Assert.True(call.ExitCode == 0, call.ToString());
        Assert.Contains("grpc-status: 12", call.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("no certificate for host calls.example.com is on this road", road.Errors + road.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_walks_it_from_the_files_and_names_the_Ingress()
    {
        var url = $"http://{AwsNames.LoadBalancerDnsName(AwsScope.Default, "arcade-nodes", isInternal: true)}/";

        var files = await Tool.UsherAsync("explain", "--json", url, "-H", "Host: nodes.example.com", "-f", AlbRoad.Folder);
        var running = await (await alb.RunsAsync()).UsherAsync("explain", url, "--json", "-H", "Host: nodes.example.com");

        foreach (var told in new[] { files, running })
        {
            Assert.True(told.ExitCode == 0, told.ToString());
            var hop = JsonDocument.Parse(told.Output).RootElement.Hop("load-balancer");
            Assert.Equal("arcade/nodes", hop.Facts().Text("ingress"));
            Assert.StartsWith("rule 1 (host nodes.example.com; path /) of Ingress arcade/nodes → target group k8s-arcade-game-", hop.Text("decision"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_path_that_two_Ingresses_claim_is_told_at_its_line_and_by_explain()
    {
        var told = await Tool.UsherAsync(
            "explain", "--json", $"http://{AwsNames.LoadBalancerDnsName(AwsScope.Default, "order", isInternal: true)}/x/y", "-H", "Host: www.example.com", "-f", Path.Combine(Tool.Root, "tests/Journey/roads/alb-order"));

        Assert.True(told.ExitCode == 0, told.ToString());
        Assert.Contains(
            "road.yaml:46: Ingress default/second: spec.rules[0].http.paths[0]: /x Prefix gets no request at HTTP:80: Ingress default/first /x Prefix (", told.Error, StringComparison.Ordinal);
        Assert.Contains("road.yaml:30) takes all that it would, and comes first: group.order 20 after 10\n", told.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        var reasons = JsonDocument.Parse(told.Output).RootElement.Hop("load-balancer").GetProperty("reasons").EnumerateArray().ToList();
        Assert.Equal(
            [(true, "rule 1 (Ingress default/first /x Prefix)"), (false, "rule 2 (Ingress default/second /x Prefix)")], reasons.Take(2).Select(r => (r.GetProperty("chosen").GetBoolean(), r.Text("candidate"))));
        Assert.Equal("matches too, and comes later: group.order 20 after 10", reasons[1].Text("why"));
    }

    private static async Task<string> AnswerAsync(params string[] arguments)
    {
        var curl = await Tool.RunAsync("curl", ["-sS", "--max-time", "60", .. arguments]);
        Assert.True(curl.ExitCode == 0, curl.ToString());
        return curl.Output;
    }

    /// <summary>Where a load balancer listens, in its first zone.</summary>
    private static async Task<IPEndPoint> AtAsync(RunningRoad road, string balancer, string protocol)
    {
        IEnumerable<JsonElement> listeners = (await road.ApiAsync("/api/road")).GetProperty("listeners").EnumerateArray();
        return IPEndPoint.Parse(listeners.First(l => l.Text("loadBalancer") == balancer && l.Text("protocol") == protocol).Text("bound")!);
    }
}

/// <summary>The road of <c>roads/alb</c>.</summary>
public sealed class AlbRoad() : SharedRoad(() => RunningRoad.StartAsync("--stand-in", "-f", Folder))
{
    internal static string Folder { get; } = Path.Combine(Tool.Root, "tests/Journey/roads/alb");
}
