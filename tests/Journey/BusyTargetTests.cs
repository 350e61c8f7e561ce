using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>Least outstanding requests over the whole road: a target that is busy gets no more while another is idle.</summary>
public sealed class BusyTargetTests
{
    [Fact]
    public async Task A_node_whose_requests_hang_gets_no_more_of_them()
    {
        await using var road = await RunningRoad.StartAsync("--stand-in");
        using var client = road.Client();
        var hanging = new List<(GatedContent Content, Task<HttpResponseMessage> Answer)>();
        for (var i = 0; i < 4; i++)
        {
            var content = new GatedContent("{}");
            hanging.Add((content, client.PostAsync(new Uri("https://api.example.com/hangs"), content, TestContext.Current.CancellationToken)));
            var sent = i + 1;
            await Until.HoldsAsync($"{sent} requests hang", async () => (await OutstandingAsync(road)).Values.Sum() == sent);
        }

        // Each went where fewer were.
        Assert.Equal([2, 2], (await OutstandingAsync(road)).Values);

        // One ends: its node is from now on the one with fewer.
        hanging[0].Content.Open();
        Assert.Equal(200, (int)(await hanging[0].Answer).StatusCode);
        await Until.HoldsAsync("3 requests hang", async () => (await OutstandingAsync(road)).Values.Sum() == 3);
        var free = (await OutstandingAsync(road)).MinBy(t => t.Value).Key;
        for (var i = 0; i < 10; i++) Assert.Equal("200", (await road.CurlAsync("-o", "/dev/null", "-w", "%{http_code}", "https://api.example.com/goes-on")).Output);

        var goesOn = (JsonElement journey) => journey.Text("url")!.EndsWith("/goes-on", StringComparison.Ordinal);
        var journeys = await road.JourneysAsync("all ten are listed", "limit=50", all => all.Count(goesOn) == 10);
        Assert.All(journeys.Where(goesOn), j => Assert.Equal(free, j.Hop("load-balancer").Facts().Text("target")));
        foreach (var (content, answer) in hanging)
        {
            content.Open();
            using var response = await answer;
            Assert.Equal(200, (int)response.StatusCode);
        }
    }

    private static async Task<IReadOnlyDictionary<string, int>> OutstandingAsync(RunningRoad road) =>
        (await road.TargetsAsync()).ToDictionary(t => t.Text("target")!, t => t.GetProperty("outstanding").GetInt32());
}
