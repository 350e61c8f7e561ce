using System.Collections.Immutable;

namespace Usher.LoadBalancer;

/// <summary>
/// Finds a listener's rules that no request gets to, because one before them takes all that they would (<see cref="RuleCover"/>). A rule is compared with those alone that have its host or one over it, and its path or what
/// that begins with; of those with a bounded number. So it costs as much as there are rules, and not as there are pairs of them.
/// </summary>
internal sealed class CoverIndex
{
    /// <summary>So many rules of one host and one beginning of a path are compared with those behind them; of the rules with further conditions half as many.</summary>
    internal const int Compared = 64;

    private readonly ImmutableArray<RulePlan> rules;
    private readonly Dictionary<string, CoverPaths> byHost = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CoverPaths>.AlternateLookup<ReadOnlySpan<char>> hosts;

    private CoverIndex(ImmutableArray<RulePlan> rules)
    {
        this.rules = rules;
        hosts = byHost.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>How often two rules were compared.</summary>
    internal int Comparisons { get; private set; }

    /// <summary>The rules that no request gets to, each with the first that takes all of theirs.</summary>
    /// <param name="rules">In the order in which they are tried.</param>
    internal static IReadOnlyList<(RulePlan First, RulePlan Later)> Unreached(ImmutableArray<RulePlan> rules) => Unreached(rules, out _);

    internal static IReadOnlyList<(RulePlan First, RulePlan Later)> Unreached(ImmutableArray<RulePlan> rules, out int comparisons)
    {
        var index = new CoverIndex(rules);
        var found = new List<(RulePlan, RulePlan)>();
        for (var i = 0; i < rules.Length; i++)
        {
            // The default rule is for what is left, be that nothing.
            if (rules[i].IsDefault) continue;
            var first = index.First(rules[i]);
            // What such a rule takes, the one before it takes.
            if (first < rules.Length) found.Add((rules[first], rules[i]));
            else index.Add(i);
        }

        comparisons = index.Comparisons;
        return found;
    }

    private void Add(int rule)
    {
        var condition = rules[rule].Conditions.OfType<HostCondition>().FirstOrDefault();
        if (condition is null) Paths("").Add(rule, rules[rule]);
        else foreach (var value in condition.Values) Paths(value is WildcardPattern pattern ? pattern.HostKey : value.Text).Add(rule, rules[rule]);
    }

    private CoverPaths Paths(string host)
    {
        if (!byHost.TryGetValue(host, out var paths)) byHost.Add(host, paths = new CoverPaths());
        return paths;
    }

    /// <summary>The place of the first rule that covers this one; the number of all when there is none.</summary>
    private int First(RulePlan rule)
    {
        // What covers it covers its first host and its first path.
        var best = FirstAt("", rule, rules.Length);
        switch (rule.Conditions.OfType<HostCondition>().FirstOrDefault()?.Values.FirstOrDefault())
        {
            case WildcardPattern pattern:
                if (pattern.IsLiteral) best = FirstAt(pattern.Tail, rule, best);
                for (var dot = pattern.Tail.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = pattern.Tail.IndexOf('.', dot + 1)) best = FirstAt(pattern.Tail.AsSpan(dot), rule, best);
                break;
            case { } regex:
                best = FirstAt(regex.Text, rule, best);
                break;
        }

        return best;
    }

    private int FirstAt(ReadOnlySpan<char> host, RulePlan rule, int best)
    {
        if (!hosts.TryGetValue(host, out var paths)) return best;
        foreach (var candidates in paths.Over(rule))
        {
            foreach (var candidate in candidates)
            {
                if (candidate >= best) break;
                Comparisons++;
                if (!RuleCover.Covers(rules[candidate], rule, ofPaths: true)) continue;
                best = candidate;
                break;
            }
        }

        return best;
    }
}
