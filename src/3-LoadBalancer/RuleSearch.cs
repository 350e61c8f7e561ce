using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Which rule of a listener takes a request (ALB user guide, Listener rules).</summary>
internal static class RuleSearch
{
    /// <summary>The first rule, by priority, whose conditions all hold.</summary>
    internal static RulePlan First<TReasons>(ListenerPlan listener, RequestFacts facts, TReasons reasons) where TReasons : struct, IReasonSink
    {
        foreach (var rule in listener.Rules)
        {
            ConditionPlan? broken = null;
            foreach (var condition in rule.Conditions)
            {
                if (condition.Holds(facts)) continue;
                broken = condition;
                break;
            }

            if (TReasons.Wanted)
            {
                var why = broken?.Why(facts)
                    ?? (rule.IsDefault ? "no other rule's conditions hold" : string.Join("; ", rule.Conditions.Select(c => c.Why(facts))));
                reasons.Add(rule.Label, broken is null, why);
            }

            if (broken is null) return rule;
        }

        throw new InvalidOperationException($"listener {listener.Label} of {listener.LoadBalancerName} has no default rule");
    }

    /// <summary>
    /// Rules that a request missed by little: some of their conditions held and others didn't. The nearest first, three at most. What the default
    /// rule took may have been meant for one of them.
    /// </summary>
    internal static IReadOnlyList<string> Missed(ListenerPlan listener, RequestFacts facts) =>
    [
        .. listener.Rules
            .Select(rule => (Rule: rule, Broken: rule.Conditions.Where(c => !c.Holds(facts)).ToList()))
            .Where(r => r.Broken.Count > 0 && r.Broken.Count < r.Rule.Conditions.Length)
            .OrderBy(r => r.Broken.Count).ThenBy(r => r.Rule.Priority)
            .Take(3)
            .Select(r => $"{r.Rule.Label}: {string.Join("; ", r.Broken.Select(c => c.Why(facts)))}"),
    ];
}
