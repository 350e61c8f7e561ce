using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>The reasons that tell most: why the choice won, or, where nothing was chosen or the decision is the failure, why not; and those that are notable.</summary>
internal static class TellingReasons
{
    /// <summary>So many notable reasons are told; the others with all reasons.</summary>
    private const int MostNotable = 5;

    internal static IEnumerable<Reason> Of(HopReport hop)
    {
        var chosen = hop.Reasons.Where(r => r.Chosen).Take(1).ToList();
        // Where the hop's own decision is the failure, what lost tells more than what won.
        return hop.Facts.ContainsKey("outcome") || (chosen.Count == 0 && !hop.Ok) ? Failing(hop) : WithNotable(hop, chosen.FirstOrDefault());
    }

    /// <summary>The notable ones, of a hop that did as it should.</summary>
    internal static IEnumerable<Reason> Notable(HopReport hop) => hop.Reasons.Where(r => r.Notable).Take(MostNotable);

    /// <summary>How many reasons aren't told, and what tells them, where notable ones are among them; else null.</summary>
    /// <param name="hop">The hop.</param>
    /// <param name="told">How many are told.</param>
    internal static string? Left(HopReport hop, int told) =>
        hop.Reasons.Count(r => r.Notable) > MostNotable && hop.Reasons.Count - told is > 0 and var left ? $"{left} more {(left == 1 ? "reason" : "reasons")}: --verbose" : null;

    private static IEnumerable<Reason> WithNotable(HopReport hop, Reason? chosen)
    {
        var notable = Notable(hop).ToHashSet(ReferenceEqualityComparer.Instance);
        return hop.Reasons.Where(r => ReferenceEquals(r, chosen) || notable.Contains(r));
    }

    /// <summary>What won on the way, and what lost last: a failing decision ends with its cause.</summary>
    private static IEnumerable<Reason> Failing(HopReport hop)
    {
        var lost = hop.Reasons.Where(r => !r.Chosen).TakeLast(3).ToHashSet();
        return hop.Reasons.Where(r => r.Chosen || r.Notable || lost.Contains(r)).Take(8);
    }
}
