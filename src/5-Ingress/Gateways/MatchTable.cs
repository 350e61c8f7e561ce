using System.Collections.Immutable;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>
/// The matches of one listener for one host. What they mean is their order: the first that takes the request wins. What is looked at is less: those of the very path, the expressions, then those of each prefix that the path has,
/// the longest first; that is the same order, and costs by the path's length and not by the number of matches.
/// </summary>
internal sealed class MatchTable
{
    /// <summary>The most matches of which is told why they lost.</summary>
    private const int MostTold = 100;

    private readonly PathTrie<RuleMatch>? paths;
    private readonly RuleMatch[] expressions = [];
    private readonly ImmutableArray<RuleMatch> given;
    private ImmutableArray<(RuleMatch Loser, RuleMatch Winner)>? shadowed;

    private MatchTable(ImmutableArray<RuleMatch> given)
    {
        this.given = given;
        Ordered = given.Length == 1 ? given : given.Sort(Precedence.Compare);
        foreach (var match in given) ReadsHeaders |= match.ReadsHeaders;
        // A gRPC match's order isn't its path's.
        if (given.Length <= RouteIndex.Few || given.Any(m => m.Route.Kind == "GRPCRoute")) return;
        paths = new PathTrie<RuleMatch>();
        foreach (var match in Ordered)
        {
            if (match.Path.Kind == PathMatchKind.Exact) paths.AddExact(match.Path.Value, match);
            else if (match.Path.Kind == PathMatchKind.PathPrefix) paths.AddPrefix(match.Path.Value, match);
        }

        expressions = [.. Ordered.Where(m => m.Path.Kind == PathMatchKind.RegularExpression)];
    }

    /// <summary>All of them, in order.</summary>
    internal ImmutableArray<RuleMatch> Ordered { get; }

    /// <summary>Whether any reads request headers.</summary>
    internal bool ReadsHeaders { get; }

    /// <summary>Matches that another route's first takes everything from, since it is the same.</summary>
    internal ImmutableArray<(RuleMatch Loser, RuleMatch Winner)> Shadowed => shadowed ??= Shadows();

    internal static MatchTable Of(IEnumerable<RuleMatch> matches) => new([.. matches]);

    /// <summary>Whether it was made of these very matches.</summary>
    internal bool IsOf(List<RuleMatch> matches)
    {
        if (matches.Count != given.Length) return false;
        for (var i = 0; i < given.Length; i++)
        {
            if (!ReferenceEquals(matches[i], given[i])) return false;
        }

        return true;
    }

    /// <summary>The match that takes a request, or null.</summary>
    /// <param name="facts">The request.</param>
    /// <param name="path">Its path as matches see it.</param>
    /// <param name="reasons">Takes each match and why it won or lost.</param>
    internal RuleMatch? Find<TReasons>(RequestFacts facts, string path, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (TReasons.Wanted) return Tell(facts, path, reasons);
        if (paths is not null) return Find(paths, facts, path);
        foreach (var match in Ordered)
        {
            if (match.Path.Takes(path) && RequestMatch.Takes(match, facts)) return match;
        }

        return null;
    }

    private ImmutableArray<(RuleMatch Loser, RuleMatch Winner)> Shadows()
    {
        if (given.Length < 2 || given.All(m => m.Route == given[0].Route)) return [];
        var first = new Dictionary<string, RuleMatch>(StringComparer.Ordinal);
        return [.. Ordered.Where(m => !first.TryAdd(m.Wants, m) && first[m.Wants].Route != m.Route).Select(m => (m, first[m.Wants]))];
    }

    private RuleMatch? Tell<TReasons>(RequestFacts facts, string path, TReasons reasons) where TReasons : struct, IReasonSink
    {
        RuleMatch? winner = null;
        var told = 0;
        foreach (var match in Ordered)
        {
            var lack = RequestMatch.Lacks(match, facts, path);
            if (winner is null && lack is null)
            {
                winner = match;
                reasons.Add(match.Label, true, "takes the request, and is the first in order that does");
            }
            else if (told++ < MostTold)
            {
                reasons.Add(match.Label, false, lack ?? $"takes it too, but comes after {winner!.Label}: {Precedence.Why(winner, match)}", notable: lack is null && match.Route != winner!.Route);
            }
            else if (winner is not null)
            {
                break;
            }
        }

        if (told > MostTold) reasons.Add("others", false, FormattableString.Invariant($"{Ordered.Length - MostTold - (winner is null ? 0 : 1)} more matches aren't told one by one"));
        return winner;
    }

    /// <summary>What trying them in order finds: those of the very path, the expressions, then the prefixes, the longer before the shorter.</summary>
    private RuleMatch? Find(PathTrie<RuleMatch> paths, RequestFacts facts, string path)
    {
        var tried = false;
        foreach (var match in paths.Find(path))
        {
            if (!tried && match.Path.Kind == PathMatchKind.PathPrefix)
            {
                tried = true;
                if (Expression(facts, path) is { } found) return found;
            }

            if (RequestMatch.Takes(match, facts)) return match;
        }

        return tried ? null : Expression(facts, path);
    }

    private RuleMatch? Expression(RequestFacts facts, string path)
    {
        foreach (var match in expressions)
        {
            if (match.Path.Takes(path) && RequestMatch.Takes(match, facts)) return match;
        }

        return null;
    }
}
