using System.Collections.Immutable;
using System.Net;

namespace Usher.LoadBalancer;

/// <summary>
/// Whether one rule takes every request that another would. Each of its conditions has to follow from one of the other's, value by value; what isn't sure, as what a regular expression matches, isn't so. So it is true only
/// where it is, and false for some rules of which it is true.
/// </summary>
internal static class RuleCover
{
    /// <param name="first">The rule that is tried first.</param>
    /// <param name="later">The one that is tried later.</param>
    /// <param name="ofPaths">Whether requests without a path don't count: CONNECT and <c>OPTIONS *</c>, which <c>/*</c> doesn't match.</param>
    internal static bool Covers(RulePlan first, RulePlan later, bool ofPaths)
    {
        foreach (var condition in first.Conditions)
        {
            if (!TakesAll(condition, ofPaths) && !Follows(condition, later)) return false;
        }

        return true;
    }

    /// <summary>Whether any path matches a pattern.</summary>
    internal static bool TakesAllPaths(ValuePattern value) => value is WildcardPattern { IsPrefix: true, Head: "" or "/" };

    private static bool TakesAll(ConditionPlan condition, bool ofPaths) =>
        condition is PathCondition path && path.Values.Any(v => TakesAllPaths(v) && (ofPaths || v is WildcardPattern { Head: "" }));

    private static bool Follows(ConditionPlan condition, RulePlan later)
    {
        foreach (var given in later.Conditions)
        {
            if (Follows(condition, given)) return true;
        }

        return false;
    }

    private static bool Follows(ConditionPlan condition, ConditionPlan given) => (condition, given) switch
    {
        (HostCondition wanted, HostCondition found) => All(wanted.Values, found.Values, Covers),
        (PathCondition wanted, PathCondition found) => All(wanted.Values, found.Values, Covers),
        (HeaderCondition wanted, HeaderCondition found) => wanted.Name.Equals(found.Name, StringComparison.OrdinalIgnoreCase) && All(wanted.Values, found.Values, Covers),
        (MethodCondition wanted, MethodCondition found) => All(wanted.Values, found.Values, (w, f) => w == f),
        (QueryCondition wanted, QueryCondition found) => All(wanted.Values, found.Values, Covers),
        (SourceCondition wanted, SourceCondition found) => All(wanted.Values, found.Values, Covers),
        _ => false,
    };

    /// <summary>Whether each value of the one is covered by one of the other's.</summary>
    private static bool All<T>(ImmutableArray<T> wanted, ImmutableArray<T> found, Func<T, T, bool> covers) => found.All(f => wanted.Any(w => covers(w, f)));

    private static bool Covers(ValuePattern wanted, ValuePattern found) => (wanted, found) switch
    {
        (WildcardPattern pattern, WildcardPattern other) => pattern.Covers(other),
        // Of the same field, so with the same rule for case.
        (RegexPattern regex, RegexPattern other) => regex.Text == other.Text,
        _ => false,
    };

    private static bool Covers(QueryPattern wanted, QueryPattern found) =>
        (wanted.Key is null || (found.Key is not null && wanted.Key.Covers(found.Key))) && wanted.Value.Covers(found.Value);

    private static bool Covers(IPNetwork wanted, IPNetwork found) => wanted.PrefixLength <= found.PrefixLength && wanted.Contains(found.BaseAddress);
}
