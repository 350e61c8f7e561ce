using System.Globalization;
using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary><c>usher explain</c>, on the running road and on files.</summary>
public sealed class ExplainTests(SampleRoad sample, StandInRoad standIns)
{
    private static readonly string[] Road =
        ["dns", "tls", "load-balancer", "node", "service node", "endpoint node", "ingress", "service clusterIP", "endpoint clusterIP", "pod"];

    [Fact]
    public async Task The_running_road_and_its_files_give_the_same_decisions()
    {
        var road = await sample.RunsAsync();
        const string url = "https://api.example.com/v1/users";

        var running = await road.UsherAsync("explain", url, "--json");
        var files = await Tool.UsherAsync("explain", url, "--json", "-f", Path.Combine(Tool.Root, "samples/shop"));

        Assert.True(running.ExitCode == 0, running.ToString());
        Assert.True(files.ExitCode == 0, files.ToString());
        var (one, other) = (JsonDocument.Parse(running.Output).RootElement, JsonDocument.Parse(files.Output).RootElement);
        Assert.Equal(Road, one.HopNames());
        Assert.Equal(Road, other.HopNames());
        foreach (var journey in new[] { one, other })
        {
            Assert.Equal(("explained", "ok", "pod"), (journey.Text("id"), journey.Text("outcome"), journey.Text("answeredBy")));
            Assert.All(journey.GetProperty("hops").EnumerateArray(), h => Assert.Equal("inferred", h.Text("evidence")));
            Assert.Null(journey.Text("durationMs"));
        }

        foreach (var (hop, fact) in new[] { ("load-balancer", "ruleArn"), ("load-balancer", "targetGroup"), ("ingress", "ingress"), ("ingress", "rulePath"), ("ingress", "service") })
        {
            Assert.Equal(one.Hop(hop).Facts().Text(fact), other.Hop(hop).Facts().Text(fact));
        }
    }

    [Theory]
    [InlineData(0, "ok", "https://app.example.org/api/admin")]
    [InlineData(0, "ok", "http://app.example.org/")]
    [InlineData(4, "load-balancer.404.fixed-response", "https://any.example.org/", "-H", "Host: x.example.org")]
    [InlineData(4, "ingress.404.no-route", "https://internal.example.org/")]
    [InlineData(5, "ingress.503.no-endpoints", "https://app.example.org/empty")]
    [InlineData(5, "load-balancer.503.no-weight", "https://zero.example.org/")]
    [InlineData(6, "dns.nxdomain", "https://nothing.example.org/")]
    [InlineData(6, "load-balancer.connect-failed", "https://app.example.org:9443/")]
    public async Task The_exit_code_tells_how_it_would_end(int exitCode, string outcome, params string[] arguments)
    {
        var road = await standIns.RunsAsync();

        var ended = await road.UsherAsync("explain", ["--json", .. arguments]);
        var files = await Tool.UsherAsync(["explain", "--json", "-f", StandInRoad.Folder, .. arguments]);

        Assert.True(ended.ExitCode == exitCode, ended.ToString());
        Assert.Equal(outcome, JsonDocument.Parse(ended.Output).RootElement.Text("outcome"));
        Assert.True(files.ExitCode == exitCode, files.ToString());
        Assert.Equal(outcome, JsonDocument.Parse(files.Output).RootElement.Text("outcome"));
    }

    [Fact]
    public async Task A_failure_is_told_with_the_way_out()
    {
        var ended = await (await standIns.RunsAsync()).UsherAsync("explain", "--json", "https://app.example.org/empty");

        Assert.Contains("has no ready endpoint; look at its selector", JsonDocument.Parse(ended.Output).RootElement.Text("problem"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_written_node_the_default_ones_carry_the_road()
    {
        using var manifests = Manifests.Sample();
        var documents = File.ReadAllText(manifests.FileOf("kubernetes.yaml")).Split("\n---\n");
        manifests.Write("kubernetes.yaml", string.Join("\n---\n", documents.Where(d => !d.Contains("kind: Node\n", StringComparison.Ordinal))));

        var files = await Tool.UsherAsync("explain", "https://api.example.com/v1/users", "--json", "-f", manifests.Path);

        Assert.True(files.ExitCode == 0, files.ToString());
        var journey = JsonDocument.Parse(files.Output).RootElement;
        Assert.Equal(Road, journey.HopNames());
        Assert.StartsWith("i-0a1b2c3d4e5f6000", journey.Hop("node").Facts().Text("instanceId"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://app.example.org/api/admin", "443:127.{0}.0.1", 0, "ok", null)]
    // A name that no zone has, at the load balancer that has its rule.
    [InlineData("https://other.example.net/", "443:127.{0}.0.1", 6, "tls.name-mismatch", null)]
    [InlineData("https://app.example.org:9443/", "9443:127.{0}.0.1", 6, "load-balancer.connect-failed", null)]
    [InlineData("https://app.example.org/", "443:127.{0}.0.9", 6, "road.nothing-listens", "nothing of this road listens at 127.{0}.0.9:8443")]
    // Another port's address counts for nothing.
    [InlineData("https://app.example.org/api/admin", "444:192.0.2.1", 0, "ok", null)]
    public async Task An_address_that_is_given_takes_the_place_of_dns(string url, string given, int exitCode, string outcome, string? problem)
    {
        var road = await standIns.RunsAsync();
        foreach (var (network, ended) in new[]
        {
            (road.Network, await road.UsherAsync("explain", "--json", url, "--resolve", Given(road.Network))),
            (18, await Tool.UsherAsync("explain", "--json", "-f", StandInRoad.Folder, url, "--resolve", Given(18))),
        })
        {
            Assert.True(ended.ExitCode == exitCode, ended.ToString());
            var journey = JsonDocument.Parse(ended.Output).RootElement;
            Assert.Equal(outcome, journey.Text("outcome"));
            if (problem is not null) Assert.Equal(string.Format(CultureInfo.InvariantCulture, problem, network), journey.Text("problem"));
            Assert.Equal(!given.StartsWith("444", StringComparison.Ordinal), journey.Hop("dns").Text("decision")!.StartsWith("nobody was asked: the client was told that ", StringComparison.Ordinal));
        }

        string Given(int network) => $"{new Uri(url).Host}:{string.Format(CultureInfo.InvariantCulture, given, network)}";
    }

    [Fact]
    public async Task Every_header_is_looked_at()
    {
        var road = await standIns.RunsAsync();

        var explained = await road.UsherAsync("explain", "--json", "-H", "X-Canary: no", "-H", "X-Canary: yes", "https://app.example.org/api/x");

        Assert.True(explained.ExitCode == 0, explained.ToString());
        Assert.Equal("30", JsonDocument.Parse(explained.Output).RootElement.Hop("load-balancer").Facts().Text("rulePriority"));
    }

    [Fact]
    public async Task Without_a_road_and_without_files_there_is_nothing_to_decide_on()
    {
        var state = Directory.CreateTempSubdirectory("usher-test-").FullName;
        try
        {
            var ended = await Tool.UsherAsync("explain", "https://api.example.com/", "--state", state);

            Assert.True(ended.ExitCode == 6, ended.ToString());
            var line = Assert.Single(ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.StartsWith("usher: no road is running", line, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    [Theory]
    [InlineData("nothing://x", 2)]
    [InlineData("https://api.example.com/ --resolve nothing://x", 2)]
    [InlineData("https://api.example.com/ -f /nowhere", 1)]
    public async Task What_is_wrong_with_the_command_is_told(string arguments, int exitCode)
    {
        var ended = await Tool.UsherAsync(["explain", .. arguments.Split(' ')]);

        Assert.True(ended.ExitCode == exitCode, ended.ToString());
        Assert.Contains(exitCode == 2 ? "'nothing://x'" : "/nowhere", ended.Error, StringComparison.Ordinal);
    }
}
