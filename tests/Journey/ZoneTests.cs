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
                "curl", ["-sS", "--max-time", "60", "--cacert", road.CaCertificate, "-o", "/dev/null", "-w", "%{http_code} %{remote_ip}", "--connect-to", $":443:{address}:8443", $"https://api.example.com{path}"]);
            Assert.Equal($"404 {address}", curl.Output);

            var listed = await road.JourneysAsync("the request is listed", "limit=200", all => all.Any(j => j.Text("url")!.EndsWith(path, StringComparison.Ordinal)));
            var journey = await road.ApiAsync($"/api/journeys/{listed.First(j => j.Text("url")!.EndsWith(path, StringComparison.Ordinal)).Text("id")}");
            var facts = journey.GetProperty("hops").EnumerateArray().First(h => h.Text("hop") == "load-balancer").GetProperty("facts");
            Assert.Equal((zone, $"{address}:8443"), (facts.Text("zone"), facts.Text("bound")));
        }
    }

    [Fact]
    public async Task A_zone_whose_node_loses_its_power_leaves_DNS_and_comes_back_with_it()
    {
        using var manifests = Manifests.Sample();
        manifests.Change("edge.yaml", "healthCheckIntervalSeconds: 10", "healthCheckIntervalSeconds: 5\n  healthCheckTimeoutSeconds: 2\n  healthyThresholdCount: 2\n  unhealthyThresholdCount: 2");
        manifests.Change("edge.yaml", "{ key: load_balancing.algorithm.type, value: least_outstanding_requests }", "{ key: load_balancing.cross_zone.enabled, value: \"false\" }");
        // Else the other node's checks would come to ingress pods of this one too.
        manifests.Change("kubernetes.yaml", "  type: NodePort\n", "  type: NodePort\n  externalTrafficPolicy: Local\n");
        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", manifests.Path);
        await Until.HoldsAsync("both zones are healthy", async () => await AnswersAsync(road) == "1 2");

        Assert.Equal(0, (await road.UsherAsync("node", "stop", "i-0a1b2c3d4e5f60001")).ExitCode);
        await Until.HoldsAsync("its zone is out of DNS", async () => await AnswersAsync(road) == "2");
        Assert.Contains(
            $"HTTPS:443  127.{road.Network}.0.1:8443, us-east-1a, out of DNS: target group shop-nodes has 0 of 1 targets healthy in us-east-1a and wants 1 for DNS",
            (await road.UsherAsync("status")).Output, StringComparison.Ordinal);
        var journey = await road.TraceAsync("https://api.example.com/v1/users");
        Assert.Equal("us-east-1b", journey.Hop("load-balancer").GetProperty("facts").Text("zone"));
        Assert.Equal("i-0a1b2c3d4e5f60002:30080", journey.Hop("load-balancer").GetProperty("facts").Text("target"));
        Assert.Equal("us-east-1a", journey.Hop("dns").GetProperty("facts").GetProperty("unhealthyZones")[0].GetString());

        // Who kept the other address gets no target of the healthy zone there.
        var kept = await Tool.RunAsync(
            "curl", ["-sS", "--max-time", "60", "--cacert", road.CaCertificate, "-o", "/dev/null", "-w", "%{http_code}", "--connect-to", $":443:127.{road.Network}.0.1:8443", "https://api.example.com/v1/users"]);
        Assert.Equal("504", kept.Output);

        Assert.Equal(0, (await road.UsherAsync("node", "start", "i-0a1b2c3d4e5f60001")).ExitCode);
        await Until.HoldsAsync("both zones are in DNS again", async () => await AnswersAsync(road) == "1 2");
    }

    [Fact]
    public async Task A_zone_that_comes_and_goes_under_load_loses_no_request()
    {
        using var manifests = Manifests.Sample();
        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", manifests.Path);
        await using var kept = Load.On(road, new Uri("https://api.example.com/v1/users"));
        await using var fresh = Load.On(road, new Uri("https://api.example.com/v1/users"), workers: 2, newConnections: true);

        manifests.Write("more.yaml", """
            apiVersion: v1
            kind: Node
            metadata: { name: ip-10-0-3-10.ec2.internal, labels: { topology.kubernetes.io/zone: us-east-1c } }
            spec: { providerID: aws:///us-east-1c/i-0a1b2c3d4e5f60003 }
            status: { addresses: [{ type: InternalIP, address: 10.0.3.10 }] }
            """);
        await Until.HoldsAsync("the new zone is answered", async () => await AnswersAsync(road) == "1 2 3");
        var curl = await Tool.RunAsync(
            "curl", ["-sS", "--max-time", "60", "--cacert", road.CaCertificate, "-o", "/dev/null", "-w", "%{http_code}", "--connect-to", $":443:127.{road.Network}.0.3:8443", "https://api.example.com/v1/users"]);
        Assert.Equal("200", curl.Output);
        await kept.MoreAsync(road, 20);

        File.Delete(manifests.FileOf("more.yaml"));
        await Until.HoldsAsync("the zone is gone", async () => await AnswersAsync(road) == "1 2");
        await kept.MoreAsync(road, 20);
        await fresh.MoreAsync(road, 5);
        await kept.StopAsync();
        await fresh.StopAsync();
        Assert.Empty(kept.Failures);
        Assert.Empty(fresh.Failures);
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

    /// <summary>The last numbers of the addresses that dig is given.</summary>
    private static async Task<string> AnswersAsync(RunningRoad road)
    {
        var dig = await Tool.RunAsync("dig", ["@127.0.0.1", "-p", $"{road.Dns.Port}", "+tries=1", "+time=60", "+short", "api.example.com", "A"]);
        return string.Join(' ', dig.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(a => a[(a.LastIndexOf('.') + 1)..]).Order(StringComparer.Ordinal));
    }
}
