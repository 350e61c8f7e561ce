using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary><c>samples/gateway</c>: a Gateway behind a load balancer and under a name that nobody has written.</summary>
public sealed class GatewayTests(GatewayRoad shared) : IClassFixture<GatewayRoad>
{
    [Fact]
    public async Task A_request_goes_by_the_name_the_load_balancer_and_the_Gateway_to_a_pod()
    {
        var road = await shared.RunsAsync();

        var traced = await road.TraceAsync("http://shop.example.com/cart", "-H", "x-tester: yes");

        Assert.Equal(200, traced.GetProperty("status").GetInt32());
        Assert.Equal("HTTPRoute shop/shop", traced.Hop("dns").Facts().Text("externalDns"));
        Assert.StartsWith("k8s-infra-publiced-", traced.Hop("load-balancer").Text("name"), StringComparison.Ordinal);
        var ingress = traced.Hop("ingress");
        Assert.Contains("HTTPRoute shop/shop rule testers (shop.example.com, PathPrefix /, header x-tester: yes) → Service shop/shop-v2:80", ingress.Text("decision"), StringComparison.Ordinal);
        Assert.Equal(("infra/public", "http", "shop/shop"), (ingress.Facts().Text("gateway"), ingress.Facts().Text("listener"), ingress.Facts().Text("route")));
        Assert.Contains(ingress.GetProperty("reasons").EnumerateArray(), r => r.Text("candidate")!.Contains("rule everybody", StringComparison.Ordinal) && r.Text("why")!.EndsWith("it matches more headers (1, 0)", StringComparison.Ordinal));
        Assert.StartsWith("shop-v2-", traced.Hop("pod").Facts().Text("pod"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_and_a_header_of_the_Gateways_reach_those_they_are_for()
    {
        var road = await shared.RunsAsync();

        var moved = await road.TraceAsync("http://shop.example.com/basket/7?a=b");
        Assert.Equal((301, "ingress"), (moved.GetProperty("status").GetInt32(), moved.Text("answeredBy")));
        Assert.Equal("http://shop.example.com/cart/7?a=b", moved.Hop("ingress").Facts().Text("location"));

        var curl = await Tool.RunAsync("curl", "-sS", "--max-time", "60", "--connect-to", $"shop.example.com:80:{road.Http}", "http://shop.example.com/cart");
        Assert.Equal("public", JsonDocument.Parse(curl.Output).RootElement.GetProperty("headers").Text("x-edge"));
    }

    [Fact]
    public async Task What_isnt_accepted_is_told_and_stops_nothing()
    {
        var road = await shared.RunsAsync();
        Assert.Contains("not accepted: ", road.Errors, StringComparison.Ordinal);
        Assert.Contains("HTTPRoute shop/elsewhere: spec.parentRefs[0]: Accepted is False, NoMatchingListenerHostname", road.Errors, StringComparison.Ordinal);

        var status = await road.UsherAsync("status", "--conditions");

        Assert.Contains("Name:         elsewhere\nNamespace:    shop\nKind:         HTTPRoute\nStatus:\n  parent infra/public:\n    Conditions:\n", status.Output, StringComparison.Ordinal);
        Assert.Contains("      Observed Generation:   1\n      Reason:                NoMatchingListenerHostname\n      Status:                False\n      Type:                  Accepted\n", status.Output, StringComparison.Ordinal);
    }
}

/// <summary>The road of <c>samples/gateway</c>.</summary>
public sealed class GatewayRoad() : SharedRoad(() => RunningRoad.StartAsync("-f", Path.Combine(Tool.Root, "samples", "gateway")));
