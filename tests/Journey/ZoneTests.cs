using System.Net;

namespace Usher.Journey.Tests;

/// <summary>The sample's load balancer has a node in each zone of the default nodes.</summary>
[Trait("user", "matters")]
public sealed class ZoneTests(SampleRoad sample)
{
    [Fact]
    public async Task Each_zones_address_answers_and_its_journey_tells_the_zone()
    {
        var road = await sample.RunsAsync();
        foreach (var (zone, address) in new[] { ("us-east-1a", $"127.{road.Network}.0.1"), ("us-east-1b", $"127.{road.Network}.0.2") })
        {
            var path = $"/{Guid.NewGuid():n}";
            var curl = await Tool.RunAsync(
                "curl", ["-sS", "--max-time", "20", "--cacert", road.CaCertificate, "-o", "/dev/null", "-w", "%{http_code} %{remote_ip}", "--connect-to", $":443:{address}:8443", $"https://api.example.com{path}"]);
            Assert.Equal($"404 {address}", curl.Output);

            var listed = await road.JourneysAsync("the request is listed", "limit=200", all => all.Any(j => j.Text("url")!.EndsWith(path, StringComparison.Ordinal)));
            var journey = await road.ApiAsync($"/api/journeys/{listed.First(j => j.Text("url")!.EndsWith(path, StringComparison.Ordinal)).Text("id")}");
            var facts = journey.GetProperty("hops").EnumerateArray().First(h => h.Text("hop") == "load-balancer").GetProperty("facts");
            Assert.Equal((zone, $"{address}:8443"), (facts.Text("zone"), facts.Text("bound")));
        }
    }

    [Fact]
    public async Task The_road_names_each_address_with_its_zone()
    {
        var road = await sample.RunsAsync();

        var status = await road.UsherAsync("status");

        foreach (var (zone, last) in new[] { ("us-east-1a", 1), ("us-east-1b", 2) })
        {
            Assert.Contains($"listener  shop-edge HTTPS:443  127.{road.Network}.0.{last}:8443, {zone}\n", status.Output, StringComparison.Ordinal);
            Assert.Contains($"  load balancer  shop-edge HTTPS:443 at 127.{road.Network}.0.{last}:8443 ({zone})\n", road.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_trace_goes_to_an_address_that_the_name_server_gave_it()
    {
        var road = await sample.RunsAsync();

        var journey = await road.TraceAsync("https://api.example.com/v1/users");

        var (dns, balancer) = (Facts("dns"), Facts("load-balancer"));
        var answers = dns.GetProperty("answers").EnumerateArray().Select(a => a.GetString()!).ToList();
        Assert.Equal(road.LoadBalancer, answers.Order(StringComparer.Ordinal));
        Assert.Equal(answers[0], IPEndPoint.Parse(balancer.Text("bound")!).Address.ToString());

        System.Text.Json.JsonElement Facts(string hop) => journey.GetProperty("hops").EnumerateArray().First(h => h.Text("hop") == hop).GetProperty("facts");
    }
}
