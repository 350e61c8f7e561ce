using Usher.Model.Journeys;
using Usher.Trace.Text;

namespace Usher.Dashboard.Waterfalls;

/// <summary>Something that a hop changed on the way of a request or its answer.</summary>
/// <param name="Hop">Who.</param>
/// <param name="Way"><c>out</c> or <c>back</c>.</param>
/// <param name="What"><c>address</c>, <c>added</c>, <c>removed</c> or <c>rewritten</c>.</param>
/// <param name="Name">The header's name; of an address which one.</param>
/// <param name="Value">The new value; null for what was removed.</param>
public sealed record WayChange(string Hop, string Way, string What, string Name, string? Value);

/// <summary>Collects what was changed on the way: addresses that kube-proxy translated, and headers.</summary>
public static class WayChanges
{
    /// <summary>A journey's, on the way out in its order, then on the way back.</summary>
    public static IReadOnlyList<WayChange> Of(Journey journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        return [.. journey.Hops.SelectMany(hop => Addresses(journey, hop).Concat(Request(hop))), .. journey.Hops.Reverse().SelectMany(Response)];
    }

    /// <summary>A Service's front is one address, its endpoint another: that is the translation of the destination. Masquerading is that of the source.</summary>
    private static IEnumerable<WayChange> Addresses(Journey journey, HopReport hop)
    {
        if (hop.Hop != Model.Journeys.Hop.Service) yield break;
        var endpoint = journey.Hops.SkipWhile(h => !ReferenceEquals(h, hop)).Skip(1).FirstOrDefault();
        if (endpoint is { Hop: Model.Journeys.Hop.Endpoint } && endpoint.At == hop.At && hop.Facts["declared"] is { } front && endpoint.Facts["declared"] is { } chosen)
        {
            yield return new WayChange(hop.Label(), "out", "address", $"destination {front}", $"{chosen}");
        }

        if (hop.Facts["masqueradedAs"] is { } source) yield return new WayChange(hop.Label(), "out", "address", "source", $"{source}");
    }

    private static IEnumerable<WayChange> Request(HopReport hop) => hop.Request is not { } request ? [] : Headers(hop, "out", request.Added, request.Rewritten, request.Removed);

    private static IEnumerable<WayChange> Response(HopReport hop) => hop.Response is not { } response ? [] : Headers(hop, "back", response.Added, response.Rewritten, response.Removed);

    private static IEnumerable<WayChange> Headers(HopReport hop, string way, IReadOnlyDictionary<string, string> added, IReadOnlyDictionary<string, string> rewritten, IReadOnlyList<string> removed) =>
    [
        .. added.Select(h => new WayChange(hop.Label(), way, "added", h.Key, h.Value)),
        .. rewritten.Select(h => new WayChange(hop.Label(), way, "rewritten", h.Key, h.Value)),
        .. removed.Select(name => new WayChange(hop.Label(), way, "removed", name, null)),
    ];
}
