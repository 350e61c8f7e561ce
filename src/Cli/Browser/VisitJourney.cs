using System.Globalization;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Cli.Browser;

/// <summary>The page's own journey with what the browser measured as its last hop, counted from the start of the navigation.</summary>
internal static class VisitJourney
{
    internal static Journey Of(
        PageLoad load, IReadOnlyList<Journey> journeys, string visit, string chromium, string screenshot, IReadOnlyList<string> problems)
    {
        var origin = DateTimeOffset.FromUnixTimeMilliseconds((long)load.TimeOrigin).AddTicks((long)(load.TimeOrigin % 1 * TimeSpan.TicksPerMillisecond));
        var requests = journeys.OrderBy(j => j.StartedAt).ToList();
        // A redirect's own journeys come before that of the page which was shown.
        var page = requests.LastOrDefault(j => SameTarget(j.Url, load.Navigation.Url) && j.Method == "GET")
            ?? new Journey { Id = "unknown", Method = "GET", Url = load.Navigation.Url, Outcome = "ok", Status = load.Navigation.Status, Hops = [] };
        var shift = page.StartedAt is { } started ? (started - origin).TotalMilliseconds : 0;
        // A connection that the browser opened before the navigation began: then that is the first act.
        var lead = Math.Max(0, -shift);
        return page with
        {
            Visit = visit,
            StartedAt = origin.AddMilliseconds(-lead),
            DurationMs = Math.Max(load.Navigation.Load + lead, page.DurationMs + shift + lead ?? 0),
            Hops = [.. page.Hops.Select(h => Shifted(h, shift + lead)), BrowserHop(load, requests, chromium, screenshot, problems) with { StartMs = lead }],
        };
    }

    /// <summary>Path and query: the port may be a mapped one.</summary>
    internal static bool SameTarget(string one, string other) =>
        Uri.TryCreate(one, UriKind.Absolute, out var a) && Uri.TryCreate(other, UriKind.Absolute, out var b) && a.PathAndQuery == b.PathAndQuery && a.Scheme == b.Scheme;

    private static HopReport Shifted(HopReport hop, double shift)
    {
        foreach (var passed in hop.Facts["hops"] as JsonArray ?? [])
        {
            Shift(passed, "firstByteMs");
            Shift(passed, "lastByteMs");
        }

        return hop with
        {
            StartMs = hop.StartMs + shift,
            Response = hop.Response is { } response ? response with { AtMs = response.AtMs + shift, EndMs = response.EndMs + shift } : null,
        };

        void Shift(JsonNode? facts, string name)
        {
            if (facts?[name] is { } at) facts[name] = Math.Round(at.GetValue<double>() + shift, 3);
        }
    }

    private static HopReport BrowserHop(
        PageLoad load, IReadOnlyList<Journey> requests, string chromium, string screenshot, IReadOnlyList<string> problems)
    {
        var n = load.Navigation;
        return new HopReport
        {
            Step = Hop.Browser.Step(),
            Hop = Hop.Browser,
            Name = Path.GetFileName(chromium),
            Evidence = Evidence.Measured,
            StartMs = 0,
            DurationMs = n.Load,
            Ok = problems.Count == 0,
            Decision = string.Create(CultureInfo.InvariantCulture,
                $"page loaded in {n.Load:0.0} ms, first paint at {load.FirstContentfulPaint ?? load.FirstPaint ?? 0:0.0} ms, {(load.Resources.Count == 0 ? "1 request" : $"{1 + load.Resources.Count} requests")}"),
            Facts = new JsonObject
            {
                ["protocol"] = n.Protocol,
                ["domainLookupMs"] = Round(n.DomainLookupEnd - n.DomainLookupStart),
                ["connectMs"] = Round(n.ConnectEnd - n.ConnectStart),
                ["tlsMs"] = n.SecureConnectionStart > 0 ? Round(n.ConnectEnd - n.SecureConnectionStart) : null,
                ["requestStartMs"] = Round(n.RequestStart),
                ["responseStartMs"] = Round(n.ResponseStart),
                ["responseEndMs"] = Round(n.ResponseEnd),
                ["domInteractiveMs"] = Round(n.DomInteractive),
                ["domContentLoadedMs"] = Round(n.DomContentLoaded),
                ["loadMs"] = Round(n.Load),
                ["firstPaintMs"] = load.FirstPaint is { } paint ? Round(paint) : null,
                ["firstContentfulPaintMs"] = load.FirstContentfulPaint is { } content ? Round(content) : null,
                ["serverTiming"] = n.ServerTiming.Count == 0 ? null : new JsonArray([.. n.ServerTiming.Select(t => (JsonNode)Metric(t))]),
                ["screenshot"] = screenshot,
                ["problems"] = new JsonArray([.. problems.Select(p => (JsonNode)p)]),
                ["resources"] = new JsonArray([.. load.Resources.Select(r => (JsonNode)Resource(r, requests))]),
            },
        };
    }

    private static JsonObject Metric(ServerTimingMetric metric) => new() { ["name"] = metric.Name, ["description"] = metric.Description, ["durationMs"] = metric.Duration };

    private static JsonObject Resource(ResourceTiming resource, IReadOnlyList<Journey> requests) => new()
    {
        ["url"] = resource.Url,
        ["initiator"] = resource.Initiator,
        ["protocol"] = resource.Protocol,
        ["status"] = resource.Status,
        ["startMs"] = Round(resource.Start),
        ["responseStartMs"] = Round(resource.ResponseStart),
        ["endMs"] = Round(resource.End),
        ["transferSize"] = resource.TransferSize,
        ["journey"] = requests.FirstOrDefault(j => SameTarget(j.Url, resource.Url))?.Id,
    };

    private static double Round(double ms) => Math.Round(ms, 1);
}
