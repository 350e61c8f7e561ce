using System.Collections.Immutable;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// A listener's rules by what a request brings, so that finding the first that holds costs as much as there are rules that come near, and not as there are rules. Looked up are
/// exact hosts and the ends of wildcard hosts, and for each of those the paths of its rules (<see cref="PathIndex"/>). What has neither, regular expressions above all, is
/// tried in order. The index proposes and the rule's own conditions decide, so it finds the very rule that a search in order does.
/// </summary>
internal sealed class RuleIndex
{
    private readonly ImmutableArray<RulePlan> rules;
    private readonly PathIndex anyHost;
    private readonly Dictionary<string, PathIndex>? exact;
    private readonly Dictionary<string, PathIndex>.AlternateLookup<ReadOnlySpan<char>> ends;
    private readonly int longestEnd;

    /// <summary>Arranges rules that are in the order in which they are tried.</summary>
    internal RuleIndex(ImmutableArray<RulePlan> rules)
    {
        this.rules = rules;
        var (anywhere, byHost, byEnd) = (new List<int>(), new RulesByKey(StringComparer.OrdinalIgnoreCase), new RulesByKey(StringComparer.OrdinalIgnoreCase));
        for (var i = 0; i < rules.Length; i++)
        {
            var hosts = rules.Length <= PathIndex.Few ? null : Hosts(rules[i]);
            if (hosts is null) anywhere.Add(i);
            foreach (var host in hosts ?? []) (host.IsLiteral ? byHost : byEnd).Add(host.HostKey, i);
        }

        anyHost = new PathIndex(rules, anywhere);
        if (byHost.Count > 0) exact = byHost.ToDictionary(b => b.Key, b => new PathIndex(rules, b.Value), StringComparer.OrdinalIgnoreCase);
        if (byEnd.Count == 0) return;
        ends = byEnd.ToDictionary(b => b.Key, b => new PathIndex(rules, b.Value), StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        longestEnd = byEnd.Keys.Max(k => k.Length);
    }

    /// <summary>The first rule whose conditions all hold; null when none does.</summary>
    internal RulePlan? First(RequestFacts facts)
    {
        var best = rules.Length;
        if (exact is not null && exact.TryGetValue(facts.Host, out var same)) best = same.First(facts, best);
        if (longestEnd > 0) best = ByEnd(facts, best);
        best = anyHost.First(facts, best);
        return best == rules.Length ? null : rules[best];
    }

    private int ByEnd(RequestFacts facts, int best)
    {
        var host = facts.Host.AsSpan();
        for (var dot = Math.Max(0, host.Length - longestEnd); dot < host.Length; dot++)
        {
            var next = host[dot..].IndexOf('.');
            if (next < 0) return best;
            dot += next;
            if (ends.TryGetValue(host[dot..], out var rest)) best = rest.First(facts, best);
        }

        return best;
    }

    /// <summary>The hosts under which a rule is found; null where one of them is a regular expression, or says nothing of how a host ends.</summary>
    private static List<WildcardPattern>? Hosts(RulePlan rule)
    {
        if (rule.Conditions.OfType<HostCondition>().FirstOrDefault() is not { } condition) return null;
        var hosts = condition.Values.OfType<WildcardPattern>().Where(p => p.HostKey.Length > 0).ToList();
        return hosts.Count == condition.Values.Length ? hosts : null;
    }
}
