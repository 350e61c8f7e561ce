using System.Text.RegularExpressions;

namespace Usher.Journey.Tests;

/// <summary>The road of <c>roads/udp</c>: a Network Load Balancer for datagrams, before a NodePort and before a pod itself; the pods are DNS servers, and dig is the client.</summary>
[Trait("user", "matters")]
public sealed class DatagramTests(DatagramRoad datagrams) : IClassFixture<DatagramRoad>
{
    [Theory]
    [InlineData("+notcp", "UDP")]
    [InlineData("+tcp", "TCP")]
    public async Task One_listener_takes_both_and_the_pod_sees_its_node(string transport, string told)
    {
        var road = await datagrams.RunsAsync();

        var dig = await DigAsync($"127.{road.Network}.0.1", 5300, transport);

        // The node stands in for the client, as with externalTrafficPolicy Cluster.
        Assert.Matches($@"^""dns-[0-9a-z]+-[0-9a-z]{{5}} over {told} for 127\.{road.Network}\.1\.[12]""$", dig.Output.Trim());
    }

    [Theory]
    [InlineData("127.{0}.0.2", 5301, "direct over UDP for 127.0.0.1")]
    [InlineData("127.{0}.1.2", 30053, @"dns-[0-9a-z]+-[0-9a-z]{{5}} over UDP for 127.{0}.1.2")]
    [InlineData("127.{0}.16.1", 8053, @"dns-[0-9a-z]+-[0-9a-z]{{5}} over UDP for 127.0.0.1")]
    [InlineData("127.{0}.64.1", 5353, "direct over UDP for 127.0.0.1")]
    public async Task Datagrams_reach_a_pod_by_a_listener_a_node_a_virtual_IP_and_its_own_address(string at, int port, string told)
    {
        var road = await datagrams.RunsAsync();

        var dig = await DigAsync(string.Format(null, at, road.Network), port, "+notcp");

        Assert.Matches($"^\"{string.Format(null, told, road.Network)}\"$", dig.Output.Trim());
    }

    [Fact]
    public async Task Journeys_tell_each_relay_of_a_flow_and_why_one_led_nowhere()
    {
        var road = await datagrams.RunsAsync();
        await DigAsync($"127.{road.Network}.0.1", 5300, "+notcp", "-b", "127.0.0.1#40054");
        await DigAsync($"127.{road.Network}.0.1", 5302, "+notcp");
        await DigAsync($"127.{road.Network}.0.1", 5303, "+notcp");

        var journeys = await road.JourneysAsync("all three are listed", "limit=100", j => new[] { 5300, 5302, 5303 }.All(p => j.Any(i => i.Text("url")!.EndsWith($":{p}", StringComparison.Ordinal))));
        var answered = journeys.First(j => j.Text("url") == $"udp://127.{road.Network}.0.1:5300" && j.Hop("load-balancer").Facts().Text("client") == "127.0.0.1:40054");
        Assert.Equal(("UDP", "ok", "pod"), (answered.Text("method"), answered.Text("outcome"), answered.Text("answeredBy")));
        Assert.Equal(["load-balancer", "node", "service node", "endpoint node"], answered.HopNames());
        Assert.Equal("load-balancer.dropped.port-unreachable", journeys.First(j => j.Text("url")!.EndsWith(":5302", StringComparison.Ordinal)).Text("outcome"));
        Assert.Equal("load-balancer.dropped.no-registered-target", journeys.First(j => j.Text("url")!.EndsWith(":5303", StringComparison.Ordinal)).Text("outcome"));

        var printed = await road.UsherAsync("journeys", answered.Text("id")!);
        Assert.Contains("datagrams: 1 in · 1 out", printed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_pods_are_replaced_a_client_that_never_stops_is_led_to_new_ones()
    {
        using var manifests = Manifests.Empty();
        foreach (var file in Directory.EnumerateFiles(DatagramRoad.Folder)) File.Copy(file, manifests.FileOf(Path.GetFileName(file)));
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);
        var first = await AskAsync();
        Assert.True(first.Success);
        Assert.Equal(first.Value, (await AskAsync()).Value);

        manifests.Change("kubernetes.yaml", "metadata: { labels: { app: dns } }", "metadata: { labels: { app: dns, version: next } }");

        // The same port all the time, so that its flow never ends by itself: without being forgotten it would lead to nobody.
        await Until.HoldsAsync("the flow leads to a new pod", async () => await AskAsync() is { Success: true } now && now.Groups["set"].Value != first.Groups["set"].Value);

        // Which pod answered, and of which ReplicaSet it is; no success where nobody did.
        async Task<Match> AskAsync() => Regex.Match((await DigAsync($"127.{road.Network}.16.1", 8053, "+notcp", "-b", $"127.{road.Network}.0.9#40053")).Output, "(?m)^\"(?<set>dns-[0-9a-z]+)-[0-9a-z]+ over UDP");
    }

    private static Task<Ended> DigAsync(string at, int port, params string[] arguments) =>
        Tool.RunAsync("dig", [$"@{at}", "-p", $"{port}", "+short", "+tries=1", "+time=5", .. arguments, "pod.example.net", "TXT"]);
}

/// <summary>The road of <c>roads/udp</c>, whose pods are processes.</summary>
public sealed class DatagramRoad() : SharedRoad(() => RunningRoad.StartAsync("-f", Folder))
{
    internal static string Folder { get; } = Path.Combine(Tool.Root, "tests/Journey/roads/udp");
}
