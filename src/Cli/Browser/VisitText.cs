using System.Globalization;
using Usher.Model.Journeys;

namespace Usher.Cli.Browser;

/// <summary>The visit as a list: the page's requests in the order in which they reached the road.</summary>
internal static class VisitText
{
    internal static async Task PrintAsync(PageLoad load, IReadOnlyList<Journey> journeys, string screenshot, IReadOnlyList<string> problems)
    {
        await Console.Out.WriteLineAsync($"\nThe visit: {(journeys.Count == 1 ? "1 request" : $"{journeys.Count} requests")} over the road");
        var navigation = DateTimeOffset.FromUnixTimeMilliseconds((long)load.TimeOrigin);
        // A browser may connect before its navigation begins.
        var origin = journeys.Select(j => j.StartedAt).OfType<DateTimeOffset>().Append(navigation).Min();
        foreach (var journey in journeys.OrderBy(j => j.StartedAt))
        {
            var start = journey.StartedAt is { } at ? (at - origin).TotalMilliseconds : 0;
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"  {start,7:0.0} ms  {journey.Status?.ToString(CultureInfo.InvariantCulture) ?? "---"}  {journey.DurationMs,7:0.0} ms  {journey.Method} {journey.Url}  {journey.Id}"));
        }

        foreach (var problem in problems) await Console.Out.WriteLineAsync($"  ✗ {problem}");
        await Console.Out.WriteLineAsync($"  screenshot: {screenshot}");
    }
}
