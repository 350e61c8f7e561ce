using System.Collections.Immutable;
using System.Globalization;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Which rule of a listener takes a request (ALB user guide, Listener rules).</summary>
internal static class RuleSearch
{
    /// <summary>An ALB's quota of rules (ALB quotas); more are told by their number, but for those that came near.</summary>
    private const int AllTold = 100;

    /// <summary>So many rules that hold too and come later are told.</summary>
    private const int LaterTold = 10;

    /// <summary>The first rule, by priority, whose conditions all hold. Live traffic looks it up; where reasons are wanted, each rule is asked for its own.</summary>
    internal static RulePlan First<TReasons>(ListenerPlan listener, RequestFacts facts, TReasons reasons) where TReasons : struct, IReasonSink =>
        (TReasons.Wanted ? InOrder(listener.Rules, facts, reasons) : listener.Index.First(facts))
        ?? throw new InvalidOperationException($"listener {listener.Label} of {listener.LoadBalancerName} has no default rule");

    /// <summary>The first of these rules whose conditions all hold, found by trying one after the other; null when there is none.</summary>
    internal static RulePlan? InOrder<TReasons>(ImmutableArray<RulePlan> rules, RequestFacts facts, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var untold = 0;
        for (var i = 0; i < rules.Length; i++)
        {
            var rule = rules[i];
            var broken = rule.Broken(facts);
            if (TReasons.Wanted)
            {
                if (broken is not null && rules.Length > AllTold && !rule.Conditions.Any(c => c.Holds(facts))) untold++;
                else Tell(rule, broken, facts, broken is null ? untold : 0, reasons);
            }

            if (broken is not null) continue;
            if (TReasons.Wanted) TellLater(rules, i, facts, reasons);
            return rule;
        }

        return null;
    }

    /// <summary>
    /// Rules that a request missed by little: some of their conditions held and others didn't. The nearest first, three at most. What the default
    /// rule took may have been meant for one of them.
    /// </summary>
    internal static IReadOnlyList<string> Missed(ListenerPlan listener, RequestFacts facts) =>
    [
        .. listener.Rules
            .Select(rule => (Rule: rule, Held: rule.Conditions.Count(c => c.Holds(facts))))
            .Where(r => r.Held > 0 && r.Held < r.Rule.Conditions.Length)
            .OrderBy(r => r.Rule.Conditions.Length - r.Held).ThenBy(r => r.Rule.Priority)
            .Take(3)
            .Select(r => $"{r.Rule.Label}: {string.Join("; ", r.Rule.Conditions.Where(c => !c.Holds(facts)).Select(c => c.Why(facts)))}"),
    ];

    private static void Tell<TReasons>(RulePlan rule, ConditionPlan? broken, RequestFacts facts, int untold, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (untold > 0)
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{untold:N0} other {(untold == 1 ? "rule" : "rules")}"), false, $"no condition of {(untold == 1 ? "it" : "any of them")} holds");
        }

        reasons.Add(rule.Label, broken is null, broken?.Why(facts)
            ?? (rule.IsDefault ? "no other rule's conditions hold" : string.Join("; ", rule.Conditions.Select(c => c.Why(facts)))));
    }

    /// <summary>Tells the rules that would have taken the request, had this one not. That the default rule would is no news.</summary>
    private static void TellLater<TReasons>(ImmutableArray<RulePlan> rules, int chosen, RequestFacts facts, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var found = 0;
        foreach (var rule in rules.AsSpan()[(chosen + 1)..])
        {
            if (rule.IsDefault || !rule.Holds(facts) || ++found > LaterTold) continue;
            reasons.Add(rule.Label, false, $"matches too, and comes later: {RuleOrder.Why(rules[chosen], rule)}");
        }

        if (found <= LaterTold) return;
        var one = found == LaterTold + 1;
        reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{found - LaterTold:N0} other {(one ? "rule" : "rules")}"), false, one ? "matches too, and comes later" : "match too, and come later");
    }
}
