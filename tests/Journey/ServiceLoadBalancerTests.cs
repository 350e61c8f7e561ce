using System.Net;
using System.Text.Json;
using Usher.Model.Aws;

namespace Usher.Journey.Tests;

/// <summary>The road of <c>roads/services</c>: Network Load Balancers that the AWS Load Balancer Controller makes of Services, one before ingress-nginx's nodes and one before pods.</summary>
public sealed class ServiceLoadBalancerTests(ServiceRoad services) : IClassFixture<ServiceRoad>
{
    [Fact]
    public async Task Ingress_nginx_gets_to_know_the_client_through_its_nodes_by_the_PROXY_protocol()
    {
        var road = await services.RunsAsync();
        var http = await AtAsync(road, "k8s-ingressn-", "TCP", 80);

        var curl = await Tool.RunAsync("curl", "-sS", "--max-time", "60", "--interface", "127.0.0.9", "--connect-to", $"app.example.net:80:{http}", "http://app.example.net/v1");

        Assert.True(curl.ExitCode == 0, curl.ToString());
        Assert.Matches(@"(?i)x-real-ip\W+127\.0\.0\.9\b", curl.Output);
        var journey = await road.TraceAsync("http://app.example.net/v1", "--resolve", $"app.example.net:80:{http.Address}");
        Assert.Equal(("200", "ok", "pod"), (journey.Text("status"), journey.Text("outcome"), journey.Text("answeredBy")));
        Assert.Equal(["dns", "load-balancer", "node", "service node", "endpoint node", "ingress", "pod", "response"], journey.HopNames());
        Assert.Equal("ingress-nginx/ingress-nginx-controller", journey.Hop("load-balancer").Facts().Text("service"));
    }

    [Fact]
    public async Task Pods_are_reached_without_a_node_and_TLS_ends_with_a_certificate_of_the_account()
    {
        var road = await services.RunsAsync();
        var https = await AtAsync(road, "k8s-web-direct-", "TLS", 443);

        var curl = await Tool.RunAsync(
            "curl", "-sS", "--max-time", "60", "--cacert", road.CaCertificate, "--connect-to", $"direct.example.net:443:{https}", "-o", "/dev/null", "-w", "%{http_code}", "https://direct.example.net/");

        Assert.True(curl.ExitCode == 0, curl.ToString());
        Assert.Equal("200", curl.Output);
        var journey = await road.TraceAsync($"http://{await ExternalAsync(road, "web/direct")}/");
        Assert.Equal("dns load-balancer pod", string.Join(' ', journey.GetProperty("hops").EnumerateArray().Select(h => h.Text("hop"))));
    }

    [Fact]
    public async Task Status_and_the_welcome_tell_the_load_balancers_name()
    {
        var road = await services.RunsAsync();
        var name = AwsNames.NetworkLoadBalancerDnsName(AwsScope.Default, "k8s-ingressn-ingressn-eb2f0855d4");

        Assert.Equal(name, await ExternalAsync(road, "ingress-nginx/ingress-nginx-controller"));
        Assert.Contains($"external {name}", (await road.UsherAsync("status")).Output, StringComparison.Ordinal);
        Assert.Contains("usher trace -k https://app.example.net/ --resolve app.example.net:443:", road.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_walks_it_from_the_files()
    {
        var url = $"http://{AwsNames.NetworkLoadBalancerDnsName(AwsScope.Default, "k8s-web-direct-eef340dc06")}/";

        var told = await Tool.UsherAsync("explain", "--json", url, "-f", ServiceRoad.Folder);

        Assert.True(told.ExitCode == 0, told.ToString());
        var hop = JsonDocument.Parse(told.Output).RootElement.Hop("load-balancer");
        Assert.Equal("web/direct", hop.Facts().Text("service"));
    }

    private static async Task<string> ExternalAsync(RunningRoad road, string service) =>
        (await road.ApiAsync("/api/road")).GetProperty("services").EnumerateArray().First(s => s.Text("name") == service).Text("external")!;

    /// <summary>Where a load balancer listens, in its first zone, once a target is healthy.</summary>
    private static async Task<IPEndPoint> AtAsync(RunningRoad road, string balancer, string protocol, int port)
    {
        await Until.HoldsAsync("its targets are healthy", async () => (await road.TargetsAsync()).All(t => t.Text("state") == "healthy"));
        IEnumerable<JsonElement> listeners = (await road.ApiAsync("/api/road")).GetProperty("listeners").EnumerateArray();
        return IPEndPoint.Parse(listeners.First(l => l.Text("loadBalancer")!.StartsWith(balancer, StringComparison.Ordinal) && l.Text("protocol") == protocol && l.GetProperty("port").GetInt32() == port).Text("bound")!);
    }
}

/// <summary>The road of <c>roads/services</c>.</summary>
public sealed class ServiceRoad() : SharedRoad(() => RunningRoad.StartAsync("--stand-in", "-f", Folder))
{
    internal static string Folder { get; } = Path.Combine(Tool.Root, "tests/Journey/roads/services");
}
