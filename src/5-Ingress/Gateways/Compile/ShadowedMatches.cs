using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>Matches that never take a request, since an older route's, or one that comes first by name, is the same for the same host. The Gateway API has no condition for that, so it is a warning.</summary>
internal static class ShadowedMatches
{
    /// <summary>Warns of those of all listeners, once for each pair.</summary>
    internal static void Warn(CompileContext context, IEnumerable<ListenerPlan> listeners)
    {
        var pairs = listeners.SelectMany(l => l.Routes.All.Where(t => t.Shadowed.Length > 0), (l, t) => (Listener: l, Table: t)).SelectMany(p => p.Table.Shadowed, (p, s) => (p.Listener, s.Loser, s.Winner));
        foreach (var same in pairs.GroupBy(p => (p.Loser.Route, p.Loser.RuleIndex, p.Loser.MatchIndex, p.Loser.Host, Winner: p.Winner.Route)))
        {
            var (_, loser, winner) = same.First();
            if (context.State.Find(loser.Route) is not { } resource || context.State.Find(winner.Route) is not { } other) continue;
            var field = FormattableString.Invariant($"spec.rules[{loser.RuleIndex}]");
            var place = other.Origin.Place(FormattableString.Invariant($"spec.rules[{winner.RuleIndex}]"));
            context.Warnings.Add(resource.Key, resource.Origin, field,
                $"the match {loser.Words} at {string.Join(", ", same.Select(s => $"listener {s.Listener.Name}").Distinct(StringComparer.Ordinal))} is one of {winner.Route}{place} too, which keeps it: {Precedence.Why(winner, loser)}. Requests go to {To(winner)}, none to {To(loser)}");
        }
    }

    private static string To(RuleMatch match) => match.Rule.Backends is { IsEmpty: false } backends ? string.Join(", ", backends.Select(b => b.Backend.Label)) : match.Rule.Redirect is null ? "no backend" : "its redirect";
}
