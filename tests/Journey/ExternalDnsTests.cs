using System.Net;
using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>The road of <c>roads/external-dns</c>: no record set is written, an Ingress of class alb and a Service have names all the same.</summary>
public sealed class ExternalDnsTests(ExternalDnsRoad shared) : IClassFixture<ExternalDnsRoad>
{
    [Fact]
    public async Task An_Ingress_resolves_and_answers_and_the_journey_says_whose_the_record_is()
    {
        var road = await shared.RunsAsync();
        Assert.Equal(road.LoadBalancer.Order(), (await AnswersAsync(road.Dns, "shop.example.com", "A")).Order());
        Assert.Equal(road.LoadBalancer.Order(), (await AnswersAsync(road.Dns, "www.example.com", "A")).Order());
        Assert.Empty(await AnswersAsync(road.Dns, "www.example.com", "AAAA"));
        Assert.Equal("\"heritage=external-dns,external-dns/owner=shop-cluster,external-dns/resource=ingress/shop/web\"", Assert.Single(await AnswersAsync(road.Dns, "a-shop.example.com", "TXT")));
        Assert.Empty(await AnswersAsync(road.Dns, "shop.example.org", "A"));
        Assert.Contains("external-dns makes no record set shop.example.org: external-dns's --domain-filter leaves the name out", road.Errors, StringComparison.Ordinal);

        var traced = await road.TraceAsync("https://shop.example.com/");

        Assert.Equal(200, traced.GetProperty("status").GetInt32());
        var dns = traced.Hop("dns");
        Assert.Equal("Ingress shop/web", dns.Facts().Text("externalDns"));
        Assert.Contains("made by external-dns for Ingress shop/web", dns.Text("decision"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Services_internal_name_is_its_virtual_IP_where_it_is_on_this_machine()
    {
        var road = await shared.RunsAsync();
        var address = Assert.Single(await AnswersAsync(road.Dns, "web.internal.example.com", "A"));

        var curl = await Tool.RunAsync("curl", "-sS", "--max-time", "60", "-o", "/dev/null", "-w", "%{http_code}", $"http://{new IPEndPoint(IPAddress.Parse(address), 8080)}/");

        Assert.Equal("200", curl.Output);
    }

    [Theory]
    [InlineData("https://w.example.com/")]
    [InlineData("https://any.apps.example.com/")]
    public async Task A_certificate_of_the_account_is_for_the_names_that_it_makes_of_Ingresses_behind_the_load_balancer(string url)
    {
        var files = await Tool.UsherAsync("explain", "--json", url, "-f", Path.Combine(Tool.Root, "tests/Journey/roads/nlb-tls"));

        Assert.True(files.ExitCode == 0, files.ToString());
        Assert.Equal("ok", JsonDocument.Parse(files.Output).RootElement.Text("outcome"));
        Assert.Contains("it is taken to be in the account, for *.apps.example.com and w.example.com", files.Error, StringComparison.Ordinal);
    }

    private static async Task<string[]> AnswersAsync(IPEndPoint server, string name, string type)
    {
        var dig = await Tool.RunAsync("dig", $"@{server.Address}", "-p", $"{server.Port}", "+short", name, type);
        Assert.True(dig.ExitCode == 0, dig.ToString());
        return dig.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

/// <summary>The road of <c>roads/external-dns</c>.</summary>
public sealed class ExternalDnsRoad() : SharedRoad(() => RunningRoad.StartAsync("--stand-in", "-f", Path.Combine(Tool.Root, "tests/Journey/roads/external-dns")));
