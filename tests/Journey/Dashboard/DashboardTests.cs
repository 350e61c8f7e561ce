using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Usher.Journey.Tests.Dashboard;

/// <summary>The pages of a running road in a real browser: each page, and each of its controls.</summary>
[Trait("user", "matters")]
public sealed partial class DashboardTests(SampleRoad sample, InstalledBrowser browser)
{
    [Fact]
    public async Task The_map_leads_to_each_station_and_what_stands_there()
    {
        var road = await sample.RunsAsync();
        await road.TraceAsync("https://api.example.com/v1/users");
        await using var pages = await Pages.OpenAsync(browser, road);
        await pages.GoAsync("/");
        var page = pages.Page;
        await Expect(page.Locator(".map a.card .title")).ToHaveTextAsync(["Route 53 1", "Certificates 2", "Load balancer 3", "Nodes 4", "Ingress 5", "Services 6", "Pods 7"]);
        await Expect(page.Locator(".map a.card").Nth(2)).ToContainTextAsync("2 of 2 targets healthy");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Newest failures" })).ToBeVisibleAsync();

        await page.Locator(".map a.card").Nth(2).ClickAsync();
        var panel = page.Locator(".panel");
        await Expect(panel.GetByText("shop-edge HTTPS:443").First).ToBeVisibleAsync();
        await Expect(panel.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", LiveRates());
        await panel.GetByRole(AriaRole.Button, new() { Name = "Configuration" }).ClickAsync();
        await panel.GetByText("TargetGroup shop/shop-nodes", new() { Exact = false }).First.ClickAsync();
        await Expect(panel.Locator("details[open] pre")).ToContainTextAsync("path: /healthz");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Decisions" }).ClickAsync();
        await Expect(panel.GetByText("rule 10 (host api.example.com)", new() { Exact = false }).First).ToBeVisibleAsync();
        await panel.GetByRole(AriaRole.Button, new() { Name = "Log" }).ClickAsync();
        await Expect(panel.Locator("pre.log")).ToContainTextAsync("GET https://api.example.com:443/v1/users HTTP/");

        await page.Locator(".map a.card").Nth(6).ClickAsync();
        await Expect(panel.Locator("h2")).ToContainTextAsync("Pods");
        await Expect(panel.GetByRole(AriaRole.Combobox)).ToBeVisibleAsync();
        await panel.GetByRole(AriaRole.Link, new() { Name = "Close Pods" }).ClickAsync();
        await Expect(panel).ToHaveCountAsync(0);
        Assert.Empty(pages.Problems);
    }

    [Fact]
    public async Task A_journey_is_found_by_a_filter_opened_and_saved_as_one_file()
    {
        var road = await sample.RunsAsync();
        var sent = await road.TraceAsync("https://api.example.com/a-page-that-is-not-there");
        var id = sent.Text("id")!;
        await using var pages = await Pages.OpenAsync(browser, road, new BrowserNewContextOptions { Permissions = ["clipboard-read", "clipboard-write"] });
        await pages.GoAsync("/journeys");
        var page = pages.Page;

        await page.GetByLabel("Status").FillAsync("404");
        await page.GetByLabel("Path").FillAsync("/a-page-*");
        await page.GetByLabel("Stopped at or answered by").SelectOptionAsync("pod");
        await page.GetByLabel("failed only").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(FilteredUrl());
        await page.GetByRole(AriaRole.Row).Filter(new() { HasText = id[^8..] }).GetByRole(AriaRole.Link).ClickAsync();

        await Expect(page.Locator(".verdict")).ToContainTextAsync("pod.404");
        await Expect(page.Locator(".verdict")).ToContainTextAsync("What to do");
        await page.Locator(".waterfall summary").Filter(new() { HasText = "load-balancer" }).First.ClickAsync();
        await Expect(page.Locator(".waterfall details[open] .reasons").First).ToContainTextAsync("host is api.example.com");
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Changes of headers and addresses" })).ToContainTextAsync("X-Amzn-Trace-Id");
        await page.GetByText("The journey as usher trace --json prints it").ClickAsync();
        await Expect(page.Locator("details[open] > pre")).ToContainTextAsync(id);
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy the link" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Copied" })).ToBeVisibleAsync();
        Assert.Equal(page.Url, await page.EvaluateAsync<string>("navigator.clipboard.readText()"));

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Save as one HTML file" }).ClickAsync());
        Assert.Equal($"journey-{id}.html", download.SuggestedFilename);
        await using var alone = await (await browser.BrowserAsync()).NewContextAsync(new BrowserNewContextOptions { Offline = true, JavaScriptEnabled = false });
        var file = Path.Combine(road.State, "saved.html");
        await download.SaveAsAsync(file);
        var saved = await alone.NewPageAsync();
        await saved.GotoAsync($"file://{file}");
        await Expect(saved.Locator(".waterfall .work").First).ToBeVisibleAsync();
        await Expect(saved.Locator(".verdict")).ToContainTextAsync(id);
        Assert.Empty(pages.Problems);
    }

    [Fact]
    public async Task The_form_explains_a_request_and_says_what_is_wrong_with_it()
    {
        var road = await sample.RunsAsync();
        await using var pages = await Pages.OpenAsync(browser, road);
        await pages.GoAsync("/explain");
        var page = pages.Page;

        await page.GetByLabel("URL", new() { Exact = true }).FillAsync("https://api.example.com/v1/users");
        await page.GetByLabel("Headers, one a line").FillAsync("no header");
        await page.GetByRole(AriaRole.Button, new() { Name = "Explain" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Headers has the line no header, but each must be a name, a colon and a value");

        await page.GetByLabel("Headers, one a line").FillAsync("Accept: application/json\nX-Other: b");
        await page.GetByLabel("take any certificate (curl's -k)").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Explain" }).ClickAsync();
        await Expect(page.Locator(".verdict")).ToContainTextAsync("to be answered by pod, explained, not sent");
        await Expect(page.Locator(".waterfall details[open]").Filter(new() { HasText = "load-balancer" })).ToContainTextAsync("rule 10");
        Assert.Empty(pages.Problems);
    }

    [Fact]
    public async Task A_change_is_told_with_its_fields_and_the_failures_since()
    {
        using var manifests = Manifests.Sample();
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);
        await using var pages = await Pages.OpenAsync(browser, road);
        await pages.GoAsync("/changes");
        var page = pages.Page;
        await Expect(page.Locator(".generations > li")).ToContainTextAsync("the road begins with");

        manifests.Change("edge.yaml", "statusCode: HTTP_301", "statusCode: HTTP_302");
        var change = page.Locator(".generations > li").Filter(new() { HasText = "Listener shop/shop-edge-http changed" });
        await Expect(change).ToBeVisibleAsync();
        await road.TraceAsync("https://api.example.com/a-page-that-is-not-there");
        await Expect(change).ToContainTextAsync("1 requests, 1 got a 4xx");
        await change.Locator("summary").First.ClickAsync();
        await change.GetByText("changed Listener shop/shop-edge-http").ClickAsync();
        await Expect(change.GetByRole(AriaRole.Row).Filter(new() { HasText = "statusCode" })).ToContainTextAsync("\"HTTP_301\"\"HTTP_302\"");
        await change.GetByRole(AriaRole.Link, new() { Name = "The failed journeys of this generation" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "a-page-that-is-not-there" })).ToHaveCountAsync(1);

        // What can't run is said on every page, until it is mended.
        manifests.Change("kubernetes.yaml", "replicas: 3", "replicass: 3");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("spec.replicass: unknown field");
        manifests.Change("kubernetes.yaml", "replicass: 3", "replicas: 3");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        Assert.Empty(pages.Problems);
    }

    [Fact]
    public async Task Targets_are_told_over_time_and_certificates_with_their_end()
    {
        var road = await sample.RunsAsync();
        await using var pages = await Pages.OpenAsync(browser, road);
        await pages.GoAsync("/targets");
        var page = pages.Page;
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "i-0a1b2c3d4e5f60001:30080" });
        await Expect(row).ToContainTextAsync("healthy");
        await Expect(row.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", Healthy());
        await page.GetByLabel("Group or target").FillAsync("60002");
        await Expect(row).ToHaveCountAsync(0);
        await page.GetByLabel("Group or target").FillAsync("");
        await page.GetByLabel("only those that aren't healthy").CheckAsync();
        await Expect(page.GetByText("0 of 2 targets")).ToBeVisibleAsync();
        await page.GetByLabel("Stretch").SelectOptionAsync("60");
        await Expect(page.GetByText("over the last 60 minutes")).ToBeVisibleAsync();

        await pages.GoAsync("/certificates");
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "api.example.com" })).ToContainTextAsync("ISSUED");
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "api.example.com" })).ToContainTextAsync("in 198 d, renewed from");
        Assert.Empty(pages.Problems);
    }

    [Fact]
    public async Task A_browsers_visit_is_one_picture()
    {
        var road = await sample.RunsAsync();
        var journey = await road.TraceAsync("--browser", "https://api.example.com/");
        await using var pages = await Pages.OpenAsync(browser, road);
        await pages.GoAsync($"/journeys/{journey.Text("id")}");

        await pages.Page.GetByRole(AriaRole.Link, new() { Name = "The whole visit" }).ClickAsync();

        await Expect(pages.Page.Locator("table.visit tbody tr")).ToHaveCountAsync(2);
        await Expect(pages.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "/v1/users" }).Locator("i.hop-pod")).ToHaveCountAsync(1);
        Assert.Empty(pages.Problems);
    }

    [Fact]
    public async Task A_long_list_has_few_rows_in_the_page_and_older_ones_come_when_asked_for()
    {
        await using var road = await RunningRoad.StartAsync();
        using (var client = road.Client())
        {
            for (var i = 0; i < 300; i++) (await client.GetAsync(new Uri("https://api.example.com/v1/users"), TestContext.Current.CancellationToken)).Dispose();
        }

        await using var pages = await Pages.OpenAsync(browser, road);
        await pages.GoAsync("/journeys");
        var page = pages.Page;
        await Expect(page.GetByText("200 newest")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show older ones" }).ClickAsync();
        await Expect(page.GetByText("300 newest, all that are kept")).ToBeVisibleAsync();
        Assert.InRange(await page.GetByRole(AriaRole.Row).CountAsync(), 10, 100);

        await page.Locator(".scroll.list").EvaluateAsync("e => e.scrollTo(0, e.scrollHeight)");
        var oldest = (await road.JourneysAsync("all are listed", "limit=1000", all => all.Count == 300))[^1].Text("id")!;
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = oldest[^8..] })).ToBeVisibleAsync();
        Assert.InRange(await page.GetByRole(AriaRole.Row).CountAsync(), 10, 100);
        Assert.Empty(pages.Problems);
    }

    [GeneratedRegex("^requests a second over the last [0-9]+ s, at most [0-9.]+$")]
    private static partial Regex LiveRates();

    [GeneratedRegex(@"/journeys\?status=404&hop=pod&path=%2Fa-page-(\*|%2A)&failed=true$")]
    private static partial Regex FilteredUrl();

    [GeneratedRegex("healthy for [0-9]+ (s|min)$")]
    private static partial Regex Healthy();
}
