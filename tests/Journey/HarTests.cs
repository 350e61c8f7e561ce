using System.Text.Json;
using Microsoft.Playwright;
using Usher.Journey.Tests.Dashboard;
using Usher.Tests;

namespace Usher.Journey.Tests;

/// <summary>HTTP archives of journeys.</summary>
[Trait("user", "matters")]
public sealed class HarTests(SampleRoad sample, InstalledBrowser installed) : IDisposable
{
    private const string Api = "https://api.example.com/v1/users";
    private readonly Manifests folder = Manifests.Empty();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--verbose")]
    public async Task A_traced_request_is_an_entry_with_what_the_client_saw(string flag)
    {
        var road = await sample.RunsAsync();
        folder.Write("out.har", new string('x', 1_000_000));

        var ended = await road.UsherAsync("trace", Api + "?a=1&b=%20c", "-H", "Cookie: k=v", flag, "--har", folder.FileOf("out.har"));

        Assert.True(ended is { ExitCode: 0, Error: "" }, ended.ToString());
        Assert.Contains("✓ ok", ended.Output, StringComparison.Ordinal);
        var entry = Assert.Single(HarSchema.Check(await ReadAsync("out.har")));
        var (request, response, timings) = (entry.GetProperty("request"), entry.GetProperty("response"), entry.GetProperty("timings"));
        Assert.Equal((Api + "?a=1&b=%20c", "200"), (request.Text("url"), response.Text("status")));
        Assert.Equal(["a=1", "b= c"], request.GetProperty("queryString").EnumerateArray().Select(p => $"{p.Text("name")}={p.Text("value")}"));
        Assert.False(request.TryGetProperty("postData", out _));
        Assert.Equal("k", Assert.Single(request.GetProperty("cookies").EnumerateArray()).Text("name"));
        Assert.All(new[] { "dns", "connect", "ssl", "wait" }, t => Assert.True(timings.GetProperty(t).GetDouble() > 0, timings.ToString()));
        var names = request.GetProperty("headers").EnumerateArray().Select(h => h.Text("name")).ToList();
        var content = response.GetProperty("content");
        Assert.Equal(content.GetProperty("size").GetInt32(), content.Text("text")!.Length);
        Assert.StartsWith("[", content.Text("text"), StringComparison.Ordinal);
        if (flag == "--http1.1")
        {
            Assert.Equal(("HTTP/1.1", "OK"), (request.Text("httpVersion"), response.Text("statusText")));
            Assert.Contains("Host", names);
            Assert.True(request.GetProperty("headersSize").GetInt32() > 60 && response.GetProperty("headersSize").GetInt32() > 60);
        }
        else
        {
            Assert.Equal("HTTP/2.0", request.Text("httpVersion"));
            Assert.Equal([":method", ":authority", ":scheme", ":path"], names.Take(4));
            Assert.Equal(-1, request.GetProperty("headersSize").GetInt32());
        }

        Assert.Contains(entry.Text("serverIPAddress"), road.LoadBalancer);
        Assert.Equal("ok", entry.GetProperty("_usher").Text("outcome"));
        Assert.Contains(response.GetProperty("headers").EnumerateArray(), h => h.Text("name") == "Server-Timing" && h.Text("value")!.Contains("ingress;", StringComparison.Ordinal));

        // The same journey once more, by its id, to standard output and without what only its client knew.
        var again = await road.UsherAsync("journeys", entry.GetProperty("_usher").Text("id")!, "--har", "-");
        var known = Assert.Single(HarSchema.Check(again.Output));
        Assert.Equal(entry.GetProperty("_usher").Text("id"), known.GetProperty("_usher").Text("id"));
        Assert.Equal(("200", "-1"), (known.GetProperty("response").Text("status"), known.GetProperty("response").Text("bodySize")));
        Assert.True(known.GetProperty("timings").GetProperty("dns").GetDouble() > 0);
    }

    [Fact]
    public async Task What_was_posted_is_in_it()
    {
        var road = await sample.RunsAsync();
        var ended = await road.UsherAsync("trace", "-d", "{}", "-H", "Content-Type: application/json", "https://api.example.com/v1/nothing", "--http1.1", "--har", "-");
        var request = Assert.Single(HarSchema.Check(ended.Output)).GetProperty("request");
        Assert.Equal(("POST", "application/json", "{}"), (request.Text("method"), request.GetProperty("postData").Text("mimeType"), request.GetProperty("postData").Text("text")));
        Assert.Equal("2", request.Text("bodySize"));
        Assert.Contains(request.GetProperty("headers").EnumerateArray(), h => h.Text("name") == "Content-Length" && h.Text("value") == "2");
    }

    [Fact]
    public async Task One_that_nobody_answers_is_an_entry_too()
    {
        var road = await sample.RunsAsync();
        var ended = await road.UsherAsync("trace", "https://nobody.example.com/", "--har", "-");
        Assert.Equal(6, ended.ExitCode);
        var entry = Assert.Single(HarSchema.Check(ended.Output));
        Assert.Equal(("0", "unknown"), (entry.GetProperty("response").Text("status"), entry.GetProperty("request").Text("httpVersion")));
        Assert.Contains("NXDOMAIN", entry.GetProperty("response").Text("_error"), StringComparison.Ordinal);
        Assert.Equal(-1, entry.GetProperty("timings").GetProperty("connect").GetDouble());
    }

    [Theory]
    [InlineData("no/such/folder.har", "--har ")]
    [InlineData("", "--har ")]
    [InlineData("-", "--har - and --json both write to standard output")]
    public async Task What_cant_be_written_is_said_before_anything_is_sent(string file, string error)
    {
        var road = await sample.RunsAsync();
        var path = "/har-unwritable-" + Guid.NewGuid().ToString("n");
        var ended = await road.UsherAsync("trace", "https://api.example.com" + path, "--json", "--har", file == "-" ? file : folder.FileOf(file));
        Assert.True(ended is { ExitCode: 2, Output: "" }, ended.ToString());
        Assert.StartsWith("usher: " + error, ended.Error, StringComparison.Ordinal);
        Assert.Single(ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(await road.JourneysAsync("nothing was sent", $"path={path}", _ => true));

        // Nor is anything left of a file that got no archive.
        var none = await road.UsherAsync("journeys", "ffffffffffff", "--har", folder.FileOf("none.har"));
        Assert.NotEqual(0, none.ExitCode);
        Assert.False(File.Exists(folder.FileOf("none.har")));
    }

    [Fact]
    public async Task A_browsers_visit_has_all_its_requests_with_their_journeys_and_the_pages_times()
    {
        var road = await sample.RunsAsync();
        var ended = await road.UsherAsync("trace", "--browser", "https://api.example.com/", "--har", folder.FileOf("visit.har"));
        Assert.True(ended.ExitCode == 0, ended.ToString());

        var text = await ReadAsync("visit.har");
        var entries = HarSchema.Check(text);
        Assert.Equal(["https://api.example.com/", "https://api.example.com/v1/users"], entries.Select(e => e.GetProperty("request").Text("url")).Where(u => !u!.EndsWith("favicon.ico", StringComparison.Ordinal)));
        Assert.All(entries.Take(2), e => Assert.Equal(new Uri(e.GetProperty("request").Text("url")!).AbsolutePath, new Uri(e.GetProperty("_usher").Text("url")!).AbsolutePath));
        Assert.Equal("browser", entries[0].GetProperty("_usher").HopNames()[^1]);
        var page = Assert.Single(JsonDocument.Parse(text).RootElement.GetProperty("log").GetProperty("pages").EnumerateArray());
        Assert.True(page.GetProperty("pageTimings").GetProperty("onLoad").GetDouble() > 0);
        Assert.All(entries, e => Assert.Equal(page.Text("id"), e.Text("pageref")));
    }

    [Fact]
    public async Task A_browser_replays_an_archive_without_the_road()
    {
        var road = await sample.RunsAsync();
        await road.UsherAsync("trace", Api, "--har", folder.FileOf("replay.har"));
        var entry = Assert.Single(HarSchema.Check(await ReadAsync("replay.har")));

        await using var context = await (await installed.BrowserAsync()).NewContextAsync();
        var page = await context.NewPageAsync();
        await page.RouteFromHARAsync(folder.FileOf("replay.har"), new PageRouteFromHAROptions { NotFound = HarNotFound.Abort });
        var answer = await page.GotoAsync(Api);

        Assert.Equal(200, answer!.Status);
        Assert.Equal(entry.GetProperty("response").GetProperty("content").Text("text"), await answer.TextAsync());
        Assert.Contains("ingress;", (await answer.AllHeadersAsync())["server-timing"], StringComparison.Ordinal);
        var timing = await page.EvaluateAsync<int>("performance.getEntriesByType('navigation')[0].serverTiming.length");
        Assert.True(timing >= 5, $"{timing} metrics");
        await Assert.ThrowsAnyAsync<PlaywrightException>(() => page.GotoAsync("https://api.example.com/other"));
    }

    [Fact]
    public async Task A_browsers_developer_tools_open_an_archive()
    {
        var road = await sample.RunsAsync();
        await road.UsherAsync("trace", Api, "--har", folder.FileOf("tools.har"));

        await using var context = await (await installed.BrowserAsync()).NewContextAsync();
        var tools = await context.NewPageAsync();
        await tools.GotoAsync("devtools://devtools/bundled/devtools_app.html");
        await tools.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = "Network" }).First.ClickAsync();
        // What "Import HAR file" opens.
        await tools.Locator("input[type=file]").First.SetInputFilesAsync(folder.FileOf("tools.har"));

        var row = tools.Locator(".network-log-grid tbody tr", new PageLocatorOptions { HasText = "users" });
        await Assertions.Expect(row).ToContainTextAsync("200");
        await Assertions.Expect(row).ToContainTextAsync("fetch");
        await row.Locator("td").First.ClickAsync();
        await tools.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = "Timing", Exact = true }).ClickAsync();
        var timing = tools.Locator(".network-timing-table");
        foreach (var told in new[] { "DNS lookup", "SSL", "load-balancer — shop-edge", "pod — shop/users-" }) await Assertions.Expect(timing).ToContainTextAsync(told);
    }

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(folder.FileOf(name), TestContext.Current.CancellationToken);
}
