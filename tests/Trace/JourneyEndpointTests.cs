using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Tests;

public sealed class JourneyEndpointTests
{
    private readonly TestRoad records = new();

    [Fact]
    public async Task Journeys_are_listed_the_newest_first_and_found_by_id()
    {
        await using var api = await TestApi.StartAsync();
        foreach (var id in new[] { "1-a", "1-b", "1-c" }) api.Log.Add(Numbered(id, id == "1-b" ? 500 : 200));
        Assert.Equal(["1-c", "1-b", "1-a"], await IdsAsync(api, "/api/journeys"));
        Assert.Equal(["1-c"], await IdsAsync(api, "/api/journeys?limit=1"));
        Assert.Equal(["1-b"], await IdsAsync(api, "/api/journeys?failed=true"));
        Assert.Empty(await IdsAsync(api, "/api/journeys?visit=none"));

        var one = JsonNode.Parse(await api.Client.GetStringAsync(new Uri("/api/journeys/1-b", UriKind.Relative)))!;
        Assert.Equal("pod.500", one["outcome"]!.ToString());
        Assert.Equal("load-balancer", one["hops"]![0]!["hop"]!.ToString());
        var text = await api.Client.GetStringAsync(new Uri("/api/journeys/1-b", UriKind.Relative));
        Assert.Contains("→", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/journeys?limit=0", 400, "limit is 0, but must be 1 to 1000")]
    [InlineData("/api/journeys?limit=x", 400, "limit is x")]
    [InlineData("/api/journeys?failed=maybe", 400, "failed is maybe")]
    [InlineData("/api/journeys?status=6xx", 400, "status is 6xx, but must be statuses")]
    [InlineData("/api/journeys/export?statuz=500", 400, "statuz isn't known; failed, visit, status, hop, path, slower, generation are")]
    [InlineData("/api/journeys/follow?limit=3", 400, "limit isn't known")]
    [InlineData("/api/journeys/1-unknown", 404, "no journey 1-unknown")]
    [InlineData("/api/journeys/abcdef", 404, "no journey abcdef")]
    public async Task Bad_questions_are_told_what_is_wrong(string path, int status, string why)
    {
        await using var api = await TestApi.StartAsync();
        using var answer = await api.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(why, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ids_end_is_enough_where_no_other_ends_so()
    {
        await using var api = await TestApi.StartAsync();
        foreach (var id in new[] { "1-67891233-aaaaaaaaaaaaaaaaaa111111", "1-67891233-aaaaaaaaaaaaaaaaab111111", "1-67891233-aaaaaaaaaaaaaaaaab222222" }) api.Log.Add(Numbered(id, 200));

        Assert.Equal("1-67891233-aaaaaaaaaaaaaaaaab222222", JsonNode.Parse(await api.Client.GetStringAsync(new Uri("/api/journeys/b222222", UriKind.Relative)))!["id"]!.ToString());
        using var both = await api.Client.GetAsync(new Uri("/api/journeys/111111", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, both.StatusCode);
        Assert.Contains("111111 is the end of 2 journeys' ids: 1-67891233-aaaaaaaaaaaaaaaaab111111, 1-67891233-aaaaaaaaaaaaaaaaaa111111", JsonNode.Parse(await both.Content.ReadAsStringAsync())!["error"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_kept_is_exported_the_oldest_first()
    {
        await using var api = await TestApi.StartAsync();
        foreach (var (id, status) in new[] { ("1-a", 200), ("1-b", 500), ("1-c", 200) }) api.Log.Add(Numbered(id, status));

        Assert.Equal(["1-a", "1-b", "1-c"], await ExportedAsync("/api/journeys/export"));
        Assert.Equal(["1-b"], await ExportedAsync("/api/journeys/export?failed=true"));

        async Task<IEnumerable<string>> ExportedAsync(string path) =>
            (await api.Client.GetStringAsync(new Uri(path, UriKind.Relative))).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!["id"]!.ToString());
    }

    [Fact]
    public async Task Journeys_are_followed_as_they_end()
    {
        await using var api = await TestApi.StartAsync();
        api.Log.Add(Numbered("1-before", 500));
        using var answer = await api.Client.GetAsync(new Uri("/api/journeys/follow?status=5xx", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.ToString());
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        foreach (var (id, status) in new[] { ("1-a", 200), ("1-b", 500), ("1-c", 503) }) api.Log.Add(Numbered(id, status));
        foreach (var wanted in new[] { "1-b", "1-c" })
        {
            var line = await lines.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.Equal(wanted, JsonNode.Parse(line!)!["id"]!.ToString());
        }
    }

    [Fact]
    public async Task A_report_gets_its_journey()
    {
        await using var api = await TestApi.StartAsync();
        var now = TimeProvider.System.GetTimestamp();
        var record = new RequestRecord
        {
            Hop = Hop.LoadBalancer, Generation = records.Generation, Downstream = TestRoad.Client, RequestOnConnection = 1,
            StartedAt = now + 1_000, StartedOn = TimeProvider.System.GetUtcNow(), Protocol = "HTTP/1.1", Method = "GET", Target = "/", Host = "x",
            JourneyId = "1-mine", Status = 200, UpstreamStatus = 200, FirstByteAt = now + 2_000, EndedAt = now + 3_000,
        };
        api.Log.Add(record);

        // As little as a client may send: what is left out has its default.
        using var answer = await api.ReportAsync($$"""
            { "method": "GET", "url": "http://x/", "local": "127.0.0.1:40112", "remote": "127.18.0.1:8443",
              "dns": { "name": "x", "server": "127.0.0.1:5300" },
              "times": { "frequency": {{TimeProvider.System.TimestampFrequency}}, "start": {{now}}, "lastByte": {{now + 4_000}} } }
            """);
        var journey = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), JourneyJson.Default.Journey)!;
        Assert.Equal(("1-mine", "http://x/"), (journey.Id, journey.Url));
    }

    [Fact]
    public async Task A_report_without_a_record_is_not_found()
    {
        await using var api = await TestApi.StartAsync();
        using var answer = await api.ReportAsync("""
            { "method": "GET", "url": "http://x/", "local": "127.0.0.1:1", "remote": "127.0.0.1:2", "times": { "frequency": 1000, "start": 5 } }
            """);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("127.0.0.1:1 → 127.0.0.1:2", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no client report")]
    [InlineData("[]", "no client report")]
    [InlineData("null", "empty")]
    [InlineData("""{ "url": "http://x/", "times": { "frequency": 1, "start": 1 } }""", "method")]
    [InlineData("""{ "method": "GET", "url": "http://x/", "times": { "frequency": 0, "start": 1 } }""", "times.frequency is 0")]
    [InlineData("""{ "method": "GET", "url": "http://x/", "times": { "frequency": 1, "start": 0 } }""", "times.start is 0")]
    [InlineData("""{ "method": "GET", "url": "http://x/", "local": "here", "times": { "frequency": 1, "start": 1 } }""", "local is here")]
    [InlineData("""{ "method": "GET", "url": "http://x/", "requestOnConnection": 0, "times": { "frequency": 1, "start": 1 } }""", "requestOnConnection is 0")]
    [InlineData("""{ "method": "GET", "url": "http://x/", "dns": { "name": "x", "answers": null }, "times": { "frequency": 1, "start": 1 } }""", "dns.answers is null")]
    [InlineData("""{ "method": null, "url": "http://x/", "times": { "frequency": 1, "start": 1 } }""", "method is null")]
    [InlineData("""{ "method": "GET", "url": "http://x/", "times": null }""", "times is null")]
    [InlineData("""{ "method": "GET", "url": "http://x/", "failure": { "at": null, "message": "" }, "times": { "frequency": 1, "start": 1 } }""", "failure.at is null")]
    [InlineData("""{ "method": "GET", "url": "http://x/", "failure": { "at": "dns" }, "times": { "frequency": 1, "start": 1 } }""", "failure.message is null")]
    [InlineData("""{ "method": "GET", "url": "http://x/", "failure": { "at": "moon", "message": "" }, "times": { "frequency": 1, "start": 1 } }""", "failure.at is moon")]
    public async Task A_bad_report_is_told_what_is_wrong(string json, string why)
    {
        await using var api = await TestApi.StartAsync();
        using var answer = await api.ReportAsync(json);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(why, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private RequestRecord Numbered(string id, int status)
    {
        var record = records.LoadBalancer();
        (record.JourneyId, record.Status, record.UpstreamStatus) = (id, status, status);
        // This API's clock is the system's.
        record.EndedAt = TimeProvider.System.GetTimestamp();
        return record;
    }

    private static async Task<IEnumerable<string>> IdsAsync(TestApi api, string path) =>
        JsonNode.Parse(await api.Client.GetStringAsync(new Uri(path, UriKind.Relative)))!.AsArray().Select(j => j!["id"]!.ToString());
}
