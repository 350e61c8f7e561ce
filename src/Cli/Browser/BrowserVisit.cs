using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Playwright;
using Usher.Cli.Client;
using Usher.Cli.Commands;
using Usher.Cli.Har;
using Usher.Cli.Running;
using Usher.Model.Journeys;

namespace Usher.Cli.Browser;

/// <summary>
/// <c>usher trace --browser</c>: a real browser loads the page over the road.
/// <list type="number">
/// <item>Find where the host leads, and let the browser trust the road's certificate.</item>
/// <item>Load the page; its user agent carries the visit's id, so that the road knows which requests belong together.</item>
/// <item>Take the browser's own timing and a screenshot.</item>
/// <item>Join them with the journeys of the page's requests.</item>
/// </list>
/// </summary>
internal static class BrowserVisit
{
    private const string Collect = """
        () => {
          const n = performance.getEntriesByType('navigation')[0];
          const paint = name => performance.getEntriesByName(name)[0]?.startTime ?? null;
          return JSON.stringify({
            timeOrigin: performance.timeOrigin,
            firstPaint: paint('first-paint'),
            firstContentfulPaint: paint('first-contentful-paint'),
            navigation: {
              url: n.name, protocol: n.nextHopProtocol, status: n.responseStatus,
              domainLookupStart: n.domainLookupStart, domainLookupEnd: n.domainLookupEnd,
              connectStart: n.connectStart, secureConnectionStart: n.secureConnectionStart, connectEnd: n.connectEnd,
              requestStart: n.requestStart, responseStart: n.responseStart, responseEnd: n.responseEnd,
              domInteractive: n.domInteractive, domContentLoaded: n.domContentLoadedEventEnd, load: n.loadEventEnd, transferSize: n.transferSize,
              serverTiming: n.serverTiming.map(t => ({ name: t.name, description: t.description, duration: t.duration })) },
            resources: performance.getEntriesByType('resource').map(r => ({
              url: r.name, initiator: r.initiatorType, protocol: r.nextHopProtocol, status: r.responseStatus,
              start: r.startTime, responseStart: r.responseStart, end: r.responseEnd, transferSize: r.transferSize })),
          });
        }
        """;

    internal static async Task<int> RunAsync(
        RoadClient road, RequestLine request, string? screenshot, HarFile? har, bool json, bool verbose, CancellationToken cancellationToken)
    {
        var chromium = InstalledChromium.Find();
        var visit = Guid.NewGuid().ToString("n")[..12];
        var file = Path.GetFullPath(screenshot ?? Path.Combine(road.StateFolder ?? Path.GetTempPath(), "screenshots", $"{visit}.png"));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);

        // 1.
        var report = await road.RoadAsync(cancellationToken);
        var switches = await SwitchesAsync(request, report, cancellationToken);

        // 2 and 3.
        var problems = new List<string>();
        var recorded = har is null ? null : Path.Combine(Path.GetTempPath(), $"usher-{visit}.har");
        var load = await LoadAsync(chromium, switches, visit, request.Url.OriginalString, file, recorded, problems);
        if (load is null) throw new UserException($"the browser could not load {request.Url.OriginalString}: {string.Join("; ", problems)}", ExitCodes.NoAnswer);

        // 4.
        var journeys = await road.JourneysAsync(200, new Dictionary<string, string> { ["visit"] = visit }, cancellationToken);
        var page = VisitJourney.Of(load, journeys, visit, chromium, file, problems);
        if (recorded is not null)
        {
            await har!.WriteAsync(BrowserHar.Join(await File.ReadAllTextAsync(recorded, cancellationToken), [page, .. journeys.Where(j => j.Id != page.Id)]), cancellationToken);
            File.Delete(recorded);
        }

        if (har is { IsOutput: true }) return ExitCodes.OfStatus(page.Status);
        await JourneyOutput.PrintAsync(page, json, verbose);
        if (!json) await VisitText.PrintAsync(load, journeys, file, problems);
        return ExitCodes.OfStatus(page.Status);
    }

    private static async Task<List<string>> SwitchesAsync(RequestLine request, RoadReport report, CancellationToken cancellationToken)
    {
        // Chromium takes no name server as a switch, so the road's own answer is handed to it; its DNS is then inferred.
        var switches = new List<string> { "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run" };
        var answer = await DnsLookup.AskAsync(IPEndPoint.Parse(report.Dns), request.Url.IdnHost, cancellationToken);
        if (answer.Addresses.Count == 0) return switches;
        var rules = report.Listeners
            .Where(l => IPEndPoint.Parse(l.Bound).Address.Equals(answer.Addresses[0]))
            .Select(l => $"MAP {request.Url.IdnHost}:{l.Port} {l.Bound}")
            .Append($"MAP {request.Url.IdnHost} {answer.Addresses[0]}");
        switches.Add($"--host-resolver-rules={string.Join(',', rules)}");

        var https = report.Listeners.FirstOrDefault(l => l.Protocol == "HTTPS" && IPEndPoint.Parse(l.Bound).Address.Equals(answer.Addresses[0]));
        if (https is null || !File.Exists(report.CaCertificate)) return switches;
        using var authority = X509CertificateLoader.LoadCertificateFromFile(report.CaCertificate);
        var hash = await LeafKey.HashAsync(IPEndPoint.Parse(https.Bound), request.Url.IdnHost, authority, cancellationToken);
        if (hash is not null) switches.Add($"--ignore-certificate-errors-spki-list={hash}");
        return switches;
    }

    private static async Task<PageLoad?> LoadAsync(
        string chromium, List<string> switches, string visit, string url, string screenshot, string? har, List<string> problems)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = chromium,
            Args = switches,
            // Chromium's sandbox refuses to run as root.
            ChromiumSandbox = Environment.UserName != "root",
        });
        var plain = await browser.NewContextAsync();
        var agent = await (await plain.NewPageAsync()).EvaluateAsync<string>("navigator.userAgent");
        await plain.CloseAsync();
        await using var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            UserAgent = $"{agent} {Visits.Token(visit)}",
            // Written when the context closes.
            RecordHarPath = har,
            RecordHarContent = har is null ? null : HarContentPolicy.Embed,
        });
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type == "error") problems.Add($"console: {message.Text}");
        };
        page.PageError += (_, error) => problems.Add($"script: {error}");
        page.RequestFailed += (_, failed) => problems.Add($"{failed.Url}: {failed.Failure}");
        try
        {
            await page.GotoAsync(url, new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle, Timeout = 30_000 });
        }
        catch (PlaywrightException e)
        {
            problems.Add(e.Message.Split('\n')[0]);
            return null;
        }

        await page.ScreenshotAsync(new PageScreenshotOptions { Path = screenshot, FullPage = true });
        return JsonSerializer.Deserialize(await page.EvaluateAsync<string>(Collect), PageLoadJson.Default.PageLoad);
    }
}
