using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Usher.Journey.Tests.Dashboard;

/// <summary>The pages for everybody: axe-core finds nothing, in light and dark and on a phone; and a keyboard is enough.</summary>
[Trait("user", "matters")]
public sealed class DashboardAccessibilityTests(SampleRoad sample, InstalledBrowser browser)
{
    [Theory]
    [InlineData(1400, ColorScheme.Light)]
    [InlineData(1400, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public async Task No_page_shuts_anybody_out(int width, ColorScheme colours)
    {
        var road = await sample.RunsAsync();
        var (arrived, failed) = (await road.TraceAsync("https://api.example.com/v1/users"), await road.TraceAsync("https://api.example.com/a-page-that-is-not-there"));
        await using var pages = await Pages.OpenAsync(browser, road, new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 }, ColorScheme = colours, ReducedMotion = ReducedMotion.Reduce });
        var found = new List<string>();
        string[] paths =
        [
            "/", "/road/load-balancer", "/road/pod", "/journeys", "/journeys?status=404", $"/journeys/{arrived.Text("id")}", $"/journeys/{failed.Text("id")}", "/journeys/unknown",
            "/explain?url=https%3A%2F%2Fapi.example.com%2Fv1%2Fusers", "/explain?url=no", "/changes", "/targets", "/certificates", "/visits/none", "/no-such-page",
        ];
        foreach (var path in paths)
        {
            await pages.GoAsync(path);
            await Expect(pages.Page.Locator("h1")).ToBeVisibleAsync();
            found.AddRange((await pages.AccessibilityAsync(await browser.Axe)).Select(v => $"{path}: {v}"));
            // Nothing is wider than the page: only what scrolls by itself may be.
            if (!await pages.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth")) found.Add($"{path}: wider than {width}");
        }

        Assert.Empty(found);
    }

    [Fact]
    public async Task A_keyboard_is_enough_and_a_chosen_theme_stays()
    {
        var road = await sample.RunsAsync();
        await using var pages = await Pages.OpenAsync(browser, road);
        await pages.GoAsync("/");
        var page = pages.Page;

        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        var skip = page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" });
        await skip.FocusAsync();
        await Expect(skip).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("main")).ToBeFocusedAsync();
        await page.Locator(".map a.card").Nth(3).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".panel h2")).ToContainTextAsync("Nodes");
        var configuration = page.GetByRole(AriaRole.Button, new() { Name = "Configuration" });
        await configuration.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Expect(configuration).ToHaveAttributeAsync("aria-pressed", "true");

        var theme = page.GetByRole(AriaRole.Button, new() { Name = "Switch between light and dark" });
        await theme.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await pages.GoAsync("/targets");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    [Fact]
    public async Task Without_the_token_there_is_a_form_for_it()
    {
        var road = await sample.RunsAsync();
        await using var pages = await Pages.OpenAsync(browser, road);
        await pages.Page.Context.ClearCookiesAsync();

        await pages.Page.GotoAsync($"{pages.Address}/journeys");
        Assert.Empty(await pages.AccessibilityAsync(await browser.Axe));
        await pages.Page.GetByLabel("Token").FillAsync("wrong");
        await pages.Page.GetByRole(AriaRole.Button, new() { Name = "Open" }).ClickAsync();
        await Expect(pages.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("That is not this road's token");
    }
}
