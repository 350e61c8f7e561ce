using System.Collections.Frozen;
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

    /// <summary>So few are tried one by one sooner than they are looked up.</summary>
    private const int Few = 6;

    private readonly Index? index;
    private readonly ImmutableArray<RuleMatch> given;

    private MatchTable(ImmutableArray<RuleMatch> given)
    {
        this.given = given;
        Ordered = given.Length == 1 ? given : given.Sort(Precedence.Compare);
        foreach (var match in given) ReadsHeaders |= match.ReadsHeaders;
        if (given.Length > Few) index = new Index(Ordered);
    }

    /// <summary>All of them, in order.</summary>
    internal ImmutableArray<RuleMatch> Ordered { get; }

    /// <summary>Whether any reads request headers.</summary>
    internal bool ReadsHeaders { get; }

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
        if (index is not null) return index.Find(facts, path);
        foreach (var match in Ordered)
        {
            if (match.Path.Takes(path) && RequestMatch.Takes(match, facts)) return match;
        }

        return null;
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
                reasons.Add(match.Label, false, lack ?? $"takes it too, but comes after {winner!.Label}: {Precedence.Why(winner, match)}");
            }
            else if (winner is not null)
            {
                break;
            }
        }

        if (told > MostTold) reasons.Add("others", false, FormattableString.Invariant($"{Ordered.Length - MostTold - (winner is null ? 0 : 1)} more matches aren't told one by one"));
        return winner;
    }

    /// <summary>The matches by path.</summary>
    private sealed class Index
    {
        private readonly FrozenDictionary<string, RuleMatch[]> exact;
        private readonly FrozenDictionary<string, RuleMatch[]>.AlternateLookup<ReadOnlySpan<char>> byPrefix;
        private readonly RuleMatch[] others;

        internal Index(ImmutableArray<RuleMatch> ordered)
        {
            // A gRPC match's order isn't its path's.
            var byPath = ordered.Where(m => m.Route.Kind != "GRPCRoute").ToList();
            exact = Group(byPath, PathMatchKind.Exact);
            byPrefix = Group(byPath, PathMatchKind.PathPrefix).GetAlternateLookup<ReadOnlySpan<char>>();
            others = [.. ordered.Where(m => m.Route.Kind == "GRPCRoute" || m.Path.Kind == PathMatchKind.RegularExpression)];
        }

        internal RuleMatch? Find(RequestFacts facts, string path)
        {
            if (exact.TryGetValue(path, out var very) && First(very, facts) is { } first) return first;
            foreach (var other in others)
            {
                if (other.Path.Takes(path) && RequestMatch.Takes(other, facts)) return other;
            }

            for (var length = path.Length; length >= 0; length = length == 0 ? -1 : path.LastIndexOf('/', length - 1))
            {
                if (byPrefix.TryGetValue(path.AsSpan(0, length), out var under) && First(under, facts) is { } found) return found;
            }

            return null;
        }

        private static RuleMatch? First(RuleMatch[] matches, RequestFacts facts)
        {
            foreach (var match in matches)
            {
                if (RequestMatch.Takes(match, facts)) return match;
            }

            return null;
        }

        private static FrozenDictionary<string, RuleMatch[]> Group(List<RuleMatch> matches, PathMatchKind kind) =>
            matches.Where(m => m.Path.Kind == kind).GroupBy(m => m.Path.Value, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
    }
}
