using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;
using Usher.Cli.Browser;
using Usher.Tests;

[assembly: AssemblyFixture(typeof(Usher.Journey.Tests.Dashboard.InstalledBrowser))]

namespace Usher.Journey.Tests.Dashboard;

/// <summary>One Chromium, and axe-core, for all tests of the pages.</summary>
public sealed class InstalledBrowser : IAsyncDisposable
{
    private readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> started = new(StartAsync);
    private readonly Lazy<Task<string>> axe = new(async () =>
        await File.ReadAllTextAsync(Path.Combine(await NpmPackage.InstallAsync(Path.Combine(Checkout.Root, "tests", "Journey", "Dashboard", "axe")), "node_modules", "axe-core", "axe.min.js")));

    /// <summary>The script.</summary>
    internal Task<string> Axe => axe.Value;

    /// <summary>The browser.</summary>
    internal async Task<IBrowser> BrowserAsync() => (await started.Value).Browser;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!started.IsValueCreated || !started.Value.IsCompletedSuccessfully) return;
        var (playwright, browser) = await started.Value;
        await browser.CloseAsync();
        playwright.Dispose();
    }

    private static async Task<(IPlaywright, IBrowser)> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        // Chromium's sandbox refuses to run as root.
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = InstalledChromium.Find(), ChromiumSandbox = Environment.UserName != "root" });
        return (playwright, browser);
    }
}

/// <summary>The pages of a road in a browser, signed in. What goes wrong in the browser, and what it asks of anybody else, is kept.</summary>
internal sealed class Pages : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly ConcurrentQueue<string> problems = new();

    private Pages(IBrowserContext context, IPage page, string address) => (this.context, Page, Address) = (context, page, address);

    /// <summary>The page.</summary>
    internal IPage Page { get; }

    /// <summary>The road's API.</summary>
    internal string Address { get; }

    /// <summary>Errors of scripts and of the console, and requests to elsewhere.</summary>
    internal IReadOnlyCollection<string> Problems => problems;

    /// <summary>Opens the link that the road printed.</summary>
    internal static async Task<Pages> OpenAsync(InstalledBrowser installed, RunningRoad road, BrowserNewContextOptions? options = null)
    {
        var (address, token) = await road.AnnouncedAsync();
        Assert.Contains($"{address}/?token={token}", road.Output, StringComparison.Ordinal);
        var context = await (await installed.BrowserAsync()).NewContextAsync(options);
        context.SetDefaultTimeout((float)Tool.Limit.TotalMilliseconds);
        var page = await context.NewPageAsync();
        var pages = new Pages(context, page, address);
        page.Console += (_, message) => pages.Note(message.Type is "error" or "warning", message.Text);
        page.PageError += (_, error) => pages.Note(true, error);
        page.Request += (_, request) => pages.Note(!request.Url.StartsWith(address, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal), request.Url);
        await page.GotoAsync($"{address}/?token={token}");
        return pages;
    }

    /// <summary>Goes to a page, and waits until it is there: it is drawn once it is alive.</summary>
    internal async Task GoAsync(string path)
    {
        await Page.GotoAsync(Address + path);
        await Page.Locator("h1").WaitForAsync();
    }

    /// <summary>What axe-core finds on the page as it is, a line a rule.</summary>
    internal async Task<IReadOnlyList<string>> AccessibilityAsync(string axe)
    {
        // Through the debugger's door: the page's own policy lets no script in that isn't its own.
        var told = await Page.EvaluateAsync<JsonElement>($"() => {{ {axe}; return axe.run(document, {{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }}); }}");
        Assert.NotEqual(0, told.GetProperty("passes").GetArrayLength());
        return [.. told.GetProperty("violations").EnumerateArray().Select(v => $"{v.GetProperty("id").GetString()}: {v.GetProperty("nodes")[0].GetProperty("html").GetString()} {v.GetProperty("nodes")[0].GetProperty("failureSummary").GetString()}")];
    }

    public ValueTask DisposeAsync() => new(context.CloseAsync());

    private void Note(bool isProblem, string what)
    {
        if (isProblem) problems.Enqueue(what);
    }
}
