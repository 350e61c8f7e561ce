using System.Text.Json;
using Usher.Model.Aws;

namespace Usher.Journey.Tests;

/// <summary>The road of <c>roads/frontend-nlb</c>: a Network Load Balancer in front of the load balancer that the AWS Load Balancer Controller made of Ingresses.</summary>
public sealed class FrontendNlbRoadTests(FrontendNlbRoad front) : IClassFixture<FrontendNlbRoad>
{
    private static readonly string Nlb = AwsNames.NetworkLoadBalancerDnsName(AwsScope.Default, "shop-nlb");

    [Fact]
    public async Task A_request_by_its_name_passes_both_and_reaches_a_pod()
    {
        var road = await front.RunsAsync();
        await HealthyAsync(road);

        var journey = await road.TraceAsync("https://shop.example.com:8443/x");

        Assert.Equal(("200", "ok", "pod"), (journey.Text("status"), journey.Text("outcome"), journey.Text("answeredBy")));
        Assert.Equal(["dns", "load-balancer", "tls", "load-balancer", "pod", "response"], journey.HopNames());
        Assert.Equal(Nlb, journey.Hop("dns").Facts().Text("aliasTarget"));
        Told(journey);
        var plain = await road.TraceAsync($"http://{Nlb}/x", "-H", "Host: shop.example.com");
        Assert.Equal(["dns", "load-balancer", "load-balancer", "pod", "response"], plain.HopNames());
    }

    [Fact]
    public async Task Explain_walks_through_both_from_the_files()
    {
        var told = await Tool.UsherAsync("explain", "--json", "https://shop.example.com:8443/x", "-f", FrontendNlbRoad.Folder);

        Assert.True(told.ExitCode == 0, told.ToString());
        var explained = JsonDocument.Parse(told.Output).RootElement;
        Assert.Equal(["dns", "load-balancer", "tls", "load-balancer", "pod"], explained.HopNames());
        Told(explained);
    }

    [Fact]
    public async Task A_status_with_both_names_leads_external_dns_past_it()
    {
        var road = await front.RunsAsync();

        var journey = await road.TraceAsync("http://inside.example.com/");

        Assert.Equal(["dns", "load-balancer", "pod", "response"], journey.HopNames());
        Assert.Equal("shop", journey.Hop("load-balancer").Text("name"));
    }

    [Fact]
    public async Task The_road_lists_its_listeners_and_its_target()
    {
        var road = await front.RunsAsync();
        await HealthyAsync(road);

        var listeners = (await road.ApiAsync("/api/road")).GetProperty("listeners").EnumerateArray().Where(l => l.Text("loadBalancer") == "shop-nlb");

        Assert.Equal(["TCP:80", "TCP:8443"], listeners.Select(l => $"{l.Text("protocol")}:{l.Text("port")}").Distinct().Order(StringComparer.Ordinal));
        Assert.Contains("shop-nlb", road.Output, StringComparison.Ordinal);
    }

    private static void Told(JsonElement journey)
    {
        var (first, second) = (journey.Hops("load-balancer").First(), journey.Hops("load-balancer").Last());
        Assert.Equal("shop-nlb", first.Text("name"));
        Assert.Equal("shop/front, shop/inside", first.Facts().Text("ingress"));
        Assert.Matches("^TCP:8443 → target group k8s-shop-[0-9a-f]{10} → app/shop/[0-9a-f]{16} .*:443, by the flow's hash of ", first.Text("decision"));
        Assert.Equal(("shop", "shop/front"), (second.Text("name"), second.Facts().Text("ingress")));
    }

    /// <summary>Once the load balancer behind is healthy at each of its nodes.</summary>
    private static Task HealthyAsync(RunningRoad road) => Until.HoldsAsync("the load balancer behind is healthy", async () =>
        (await road.TargetsAsync()).Where(t => t.Text("target")!.StartsWith("app/shop/", StringComparison.Ordinal)).ToList() is { Count: > 0 } targets
        && targets.TrueForAll(t => t.Text("state") == "healthy"));
}

/// <summary>The road of <c>roads/frontend-nlb</c>.</summary>
public sealed class FrontendNlbRoad() : SharedRoad(() => RunningRoad.StartAsync("--stand-in", "-f", Folder))
{
    internal static string Folder { get; } = Path.Combine(Tool.Root, "tests/Journey/roads/frontend-nlb");
}
