using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>Where a journey went wrong.</summary>
public static class Stop
{
    /// <summary>The hop that the outcome names; where that tells nothing wrong itself, the last that does. Null for a journey that arrived, and where no hop knows.</summary>
    public static HopReport? In(Journey journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        if (journey.Outcome == "ok") return null;
        var named = journey.Hops.LastOrDefault(h => h.Hop.Owns(journey.Outcome) && !h.Ok) ?? journey.Hops.LastOrDefault(h => h.Hop.Owns(journey.Outcome));
        return named ?? journey.Hops.LastOrDefault(h => !h.Ok && h.Evidence != Evidence.Inferred) ?? journey.Hops.LastOrDefault(h => !h.Ok);
    }

    /// <summary>Whether nobody behind a hop had the request, as far as is known.</summary>
    public static bool IsTheEnd(Journey journey, HopReport stopped) =>
        (stopped ?? throw new ArgumentNullException(nameof(stopped))).Hop is not (Hop.Pod or Hop.Application) && ((journey ?? throw new ArgumentNullException(nameof(journey))).Status is null or >= 400) && !journey.Hops.SkipWhile(h => !ReferenceEquals(h, stopped)).Skip(1).Any(h => h.Evidence != Evidence.Inferred && h.Hop is not (Hop.Response or Hop.Browser or Hop.Application));
}
