using Usher.Model.Journeys;

namespace Usher.Dashboard.Waterfalls;

/// <summary>A visit of a browser as one picture: its requests below each other in one time, each with the hops that had it.</summary>
/// <param name="Began">When its first request began.</param>
/// <param name="TotalMs">From there to the end of the last.</param>
/// <param name="Requests">In the order in which they began.</param>
public sealed record VisitPicture(DateTimeOffset Began, double TotalMs, IReadOnlyList<VisitRequest> Requests)
{
    private static readonly Hop[] Shown = [Hop.Dns, Hop.Tls, Hop.LoadBalancer, Hop.Node, Hop.Ingress, Hop.Pod];

    /// <summary>A visit's; null where nothing of it is kept.</summary>
    public static VisitPicture? Of(IEnumerable<Journey> journeys)
    {
        var inOrder = journeys.Where(j => j.StartedAt is not null).OrderBy(j => j.StartedAt).ToList();
        if (inOrder.Count == 0) return null;
        var began = inOrder[0].StartedAt!.Value;
        var requests = inOrder.ConvertAll(j => Request(j, (j.StartedAt!.Value - began).TotalMilliseconds));
        return new VisitPicture(began, requests.Max(r => r.FromMs + r.DurationMs), requests);
    }

    private static VisitRequest Request(Journey journey, double from)
    {
        // Each hop has the request from when it came until the next has it; then comes the way back.
        var starts = Shown.Select(hop => journey.Hops.FirstOrDefault(h => h.Hop == hop && h.StartMs is not null)).OfType<HopReport>().OrderBy(h => h.StartMs).ToList();
        var parts = new List<VisitPart>();
        for (var i = 0; i < starts.Count; i++)
        {
            var hop = starts[i];
            var end = i + 1 < starts.Count ? Math.Min(starts[i + 1].StartMs!.Value, hop.StartMs!.Value + (hop.DurationMs ?? 0)) : hop.StartMs!.Value + (hop.DurationMs ?? 0);
            parts.Add(new VisitPart(hop.Hop, hop.StartMs.Value, end));
        }

        var total = Math.Max(journey.DurationMs ?? 0, parts.Count == 0 ? 0 : parts[^1].ToMs);
        if (parts.Count > 0 && parts[^1].ToMs < total) parts.Add(new VisitPart(Hop.Response, parts[^1].ToMs, total));
        return new VisitRequest(journey, from, total, parts);
    }
}

/// <summary>A request of a visit.</summary>
/// <param name="Journey">Its journey.</param>
/// <param name="FromMs">When it began, from the visit's beginning.</param>
/// <param name="DurationMs">How long it took.</param>
/// <param name="Parts">Who had it when, from its own beginning.</param>
public sealed record VisitRequest(Journey Journey, double FromMs, double DurationMs, IReadOnlyList<VisitPart> Parts);

/// <summary>A stretch in which a hop had a request.</summary>
/// <param name="Hop">Who.</param>
/// <param name="FromMs">From the request's beginning.</param>
/// <param name="ToMs">Until when.</param>
public sealed record VisitPart(Hop Hop, double FromMs, double ToMs);
