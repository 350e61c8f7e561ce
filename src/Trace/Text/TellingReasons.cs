using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>The reasons that tell most: why the choice won, or, where nothing was chosen or the decision is the failure, why not.</summary>
public static class TellingReasons
{
    /// <summary>A hop's.</summary>
    public static IEnumerable<Reason> Of(HopReport hop)
    {
        ArgumentNullException.ThrowIfNull(hop);
        var chosen = hop.Reasons.Where(r => r.Chosen).Take(1).ToList();
        // Where the hop's own decision is the failure, what lost tells more than what won.
        return hop.Facts.ContainsKey("outcome") || (chosen.Count == 0 && !hop.Ok) ? Failing(hop) : chosen;
    }

    /// <summary>What won on the way, and what lost last: a failing decision ends with its cause.</summary>
    private static IEnumerable<Reason> Failing(HopReport hop)
    {
        var lost = hop.Reasons.Where(r => !r.Chosen).TakeLast(3).ToHashSet();
        return hop.Reasons.Where(r => r.Chosen || lost.Contains(r)).Take(8);
    }
}
