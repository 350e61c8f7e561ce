using System.Text.Json.Nodes;
using Usher.Cli.Browser;
using Usher.Model.Journeys;
using Usher.Trace.Har;

namespace Usher.Cli.Har;

/// <summary>The archive that a browser recorded of a visit, with the road's journeys in its entries. Everything else in it is the browser's own: the page's timings, headers, sizes, security.</summary>
internal static class BrowserHar
{
    /// <summary>Reads the archive, and joins each request over the road with its journey.</summary>
    internal static JsonObject Join(string recorded, IReadOnlyList<Journey> journeys)
    {
        var archive = JsonNode.Parse(recorded)!.AsObject();
        var left = journeys.OrderBy(j => j.StartedAt).ToList();
        foreach (var entry in archive["log"]!["entries"]!.AsArray().OfType<JsonObject>())
        {
            // Playwright adds the handshake to the time twice: it is in connect.
            var timings = entry["timings"]!.AsObject();
            entry["time"] = Math.Round(timings.Where(t => t.Key != "ssl").Sum(t => Math.Max(0, t.Value!.GetValue<double>())), 3);
            var (method, url) = (entry["request"]!["method"]!.ToString(), entry["request"]!["url"]!.ToString());
            // Requests for one and the same are in the same order on both sides.
            if (left.FirstOrDefault(j => j.Method == method && VisitJourney.SameTarget(j.Url, url)) is not { } journey) continue;
            left.Remove(journey);
            HarEntry.Attach(entry, journey);
        }

        archive["log"]!["comment"] = $"recorded by the browser; each entry's _usher is the journey that {HarLog.Creator()["name"]} {HarLog.Creator()["version"]} tells of it";
        return archive;
    }
}
