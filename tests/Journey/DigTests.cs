namespace Usher.Journey.Tests;

/// <summary>The road's name server as dig sees it.</summary>
[Trait("user", "matters")]
public sealed class DigTests(SampleRoad sample)
{
    [Theory]
    [InlineData("+notcp")]
    [InlineData("+tcp")]
    public async Task The_name_leads_to_the_load_balancers_node_in_each_zone(string transport)
    {
        var road = await sample.RunsAsync();

        var dig = await AskAsync(road, transport, "+short", "api.example.com", "A");

        Assert.True(dig.ExitCode == 0, dig.ToString());
        Assert.Equal(road.LoadBalancer, dig.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_name_that_is_not_there_is_NXDOMAIN_with_the_zones_SOA()
    {
        var road = await sample.RunsAsync();

        var dig = await AskAsync(road, "nothing.example.com", "A");

        Assert.Contains("status: NXDOMAIN", dig.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^;; flags:.*\baa\b", dig.Output);
        Assert.Matches(@"(?m)^example\.com\.\s+\d+\s+IN\s+SOA\s", dig.Output);
    }

    private static Task<Ended> AskAsync(RunningRoad road, params string[] arguments) =>
        Tool.RunAsync("dig", ["@127.0.0.1", "-p", $"{road.Dns.Port}", "+tries=1", "+time=60", .. arguments]);
}
