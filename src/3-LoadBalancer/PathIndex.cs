using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Some rules of a listener by their paths: exact ones, and what stands before the first wildcard of the others.</summary>
internal sealed class PathIndex
{
    /// <summary>So few rules are tried in order sooner than they are looked up.</summary>
    internal const int Few = 8;

    private readonly ImmutableArray<RulePlan> rules;
    private readonly int[] others;
    private readonly Dictionary<string, List<int>>? exact;
    private readonly Dictionary<string, List<int>>.AlternateLookup<ReadOnlySpan<char>> heads;
    private readonly int[] lengths = [];

    /// <summary>Arranges some of a listener's rules, given by their places, in order.</summary>
    internal PathIndex(ImmutableArray<RulePlan> rules, List<int> some)
    {
        this.rules = rules;
        if (some.Count <= Few)
        {
            others = [.. some];
            return;
        }

        var (rest, byPath, byHead) = (new List<int>(), new RulesByKey(StringComparer.Ordinal), new RulesByKey(StringComparer.Ordinal));
        foreach (var rule in some)
        {
            var patterns = Patterns(rules[rule]);
            if (patterns is null) rest.Add(rule);
            foreach (var pattern in patterns ?? []) (pattern.IsLiteral ? byPath : byHead).Add(pattern.Head, rule);
        }

        others = [.. rest];
        if (byPath.Count > 0) exact = byPath;
        if (byHead.Count == 0) return;
        heads = byHead.GetAlternateLookup<ReadOnlySpan<char>>();
        lengths = [.. byHead.Keys.Select(k => k.Length).Distinct().Order()];
    }

    /// <summary>The place of the first rule before <paramref name="best"/> whose conditions all hold; else <paramref name="best"/>.</summary>
    internal int First(RequestFacts facts, int best)
    {
        if (exact is not null && exact.TryGetValue(facts.Path, out var same)) best = First(CollectionsMarshal.AsSpan(same), facts, best);
        foreach (var length in lengths)
        {
            if (length > facts.Path.Length) break;
            if (heads.TryGetValue(facts.Path.AsSpan(0, length), out var longer)) best = First(CollectionsMarshal.AsSpan(longer), facts, best);
        }

        return First(others, facts, best);
    }

    private int First(ReadOnlySpan<int> candidates, RequestFacts facts, int best)
    {
        foreach (var candidate in candidates)
        {
            if (candidate >= best) break;
            if (rules[candidate].Holds(facts)) return candidate;
        }

        return best;
    }

    /// <summary>The paths under which a rule is found; null where one of them is a regular expression or begins with a wildcard.</summary>
    private static List<WildcardPattern>? Patterns(RulePlan rule)
    {
        if (rule.Conditions.OfType<PathCondition>().FirstOrDefault() is not { } condition) return null;
        var patterns = condition.Values.OfType<WildcardPattern>().Where(p => p.Head.Length > 0).ToList();
        return patterns.Count == condition.Values.Length ? patterns : null;
    }
}
