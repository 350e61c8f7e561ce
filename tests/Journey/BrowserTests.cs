using System.Buffers.Binary;

namespace Usher.Journey.Tests;

/// <summary><c>usher trace --browser</c> with the Chromium that is installed.</summary>
[Trait("user", "matters")]
public sealed class BrowserTests(SampleRoad sample)
{
    [Fact]
    public async Task A_page_is_loaded_over_the_road_and_its_requests_are_one_visit()
    {
        var road = await sample.RunsAsync();

        var journey = await road.TraceAsync("--browser", "https://api.example.com/");

        Assert.Equal(("ok", "pod"), (journey.Text("outcome"), journey.Text("answeredBy")));
        Assert.Equal(["dns", "tls", "load-balancer", "node", "service node", "endpoint node", "ingress", "service clusterIP", "endpoint clusterIP", "pod"], journey.HopNames().Take(10));
        Assert.Equal("browser", journey.HopNames()[^1]);
        var browser = journey.Hop("browser");
        Assert.Equal((10, "measured"), (browser.GetProperty("step").GetInt32(), browser.Text("evidence")));
        var facts = browser.Facts();
        Assert.Equal("h2", facts.Text("protocol"));
        Assert.Empty(facts.GetProperty("problems").EnumerateArray());
        Assert.True(facts.Number("responseStartMs") > 0);
        Assert.True(facts.Number("loadMs") >= facts.Number("domContentLoadedMs"));
        Assert.True(facts.Number("domContentLoadedMs") >= facts.Number("responseStartMs"));
        Assert.True(facts.Number("firstContentfulPaintMs") > 0);

        // What the page fetched is a journey of the same visit.
        var resource = Assert.Single(facts.GetProperty("resources").EnumerateArray());
        Assert.Equal(("https://api.example.com/v1/users", "fetch", "200"), (resource.Text("url"), resource.Text("initiator"), resource.Text("status")));
        var visit = journey.Text("visit");
        Assert.Matches("^[0-9a-f]{12}$", visit);
        var visited = await road.JourneysAsync("both are listed", $"visit={visit}", all => all.Count == 2);
        Assert.Equal(["https://api.example.com/v1/users", "https://api.example.com/"], visited.Select(j => j.Text("url")));
        Assert.Equal([resource.Text("journey"), journey.Text("id")], visited.Select(j => j.Text("id")));
        Assert.All(visited, j => Assert.Equal(visit, j.Text("visit")));
        var listed = await road.UsherAsync("journeys", "--limit", "1000");
        Assert.All(visited, j => Assert.Contains(j.Text("id")!, listed.Output, StringComparison.Ordinal));

        // Later requests of a connection are counted from their own start.
        Assert.StartsWith("reused", visited[0].Hop("load-balancer").Facts().Text("connection"), StringComparison.Ordinal);
        var screenshot = facts.Text("screenshot")!;
        Assert.Equal(Path.Combine(road.State, "screenshots", $"{visit}.png"), screenshot);
        Assert.True(IsPicture(await File.ReadAllBytesAsync(screenshot, TestContext.Current.CancellationToken)));
    }

    /// <summary>A PNG of at least 640 by 480 (PNG specification, §11.2.2).</summary>
    private static bool IsPicture(ReadOnlySpan<byte> file) =>
        file.Length > 5_000 && file[0] == 0x89 && file[1..4].SequenceEqual("PNG"u8)
            && BinaryPrimitives.ReadInt32BigEndian(file[16..]) >= 640 && BinaryPrimitives.ReadInt32BigEndian(file[20..]) >= 480;
}
