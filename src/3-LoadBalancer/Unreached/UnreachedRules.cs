using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// Tells of each rule that no request gets to, because one before it takes all that it would, at the Ingress or Rule that it is of: which one, and why that comes first. ELB takes such rules without a word, and so does the
/// controller.
/// </summary>
internal static class UnreachedRules
{
    /// <summary>So many are told of a load balancer; of the others how many they are.</summary>
    internal const int Told = 100;

    private const string Aside = " (but for CONNECT and OPTIONS *, which have no path)";

    /// <summary>Adds the warnings.</summary>
    /// <param name="context">Where they are told, and where what the plans were made of is read.</param>
    /// <param name="listeners">The listeners, once or more.</param>
    /// <returns>How many rules no request gets to.</returns>
    internal static int Tell(CompileContext context, IEnumerable<ListenerPlan> listeners)
    {
        // The plans say what these do, so that they count as read.
        var written = new Lazy<Dictionary<(string, int), Resource<ListenerRule>>>(Index(context.State.List<ListenerRule>()));
        _ = context.State.List<Listener>();
        var count = 0;
        foreach (var balancer in listeners.DistinctBy(l => l.Arn).GroupBy(l => l.LoadBalancer))
        {
            // An Ingress at two ports has the same two rules at both.
            var found = balancer.SelectMany(l => CoverIndex.Unreached(l.Rules).Select(u => (l.Label, Rule: Of(context, written.Value, u.First, u.Later)))).GroupBy(u => u.Rule, u => u.Label).ToList();
            foreach (var (rule, ports) in found.Take(Told).Select(g => (g.Key, g)))
            {
                context.Warnings.Add(rule.Key, rule.Origin, rule.Field, $"{rule.Path}gets no request at {string.Join(" and ", ports)}: {rule.Why}");
            }

            count += found.Count;
            if (found.Count > Told) context.Warnings.Add(balancer.Key, context.State.Find(balancer.Key)?.Origin ?? Origin.Derived, "spec", $"{found.Count - Told} more of its rules get no request, since others take all that they would");
        }

        return count;
    }

    private static Func<Dictionary<(string, int), Resource<ListenerRule>>> Index(IReadOnlyList<Resource<ListenerRule>> rules) => () =>
    {
        var index = new Dictionary<(string, int), Resource<ListenerRule>>();
        foreach (var rule in rules) index.TryAdd((rule.Value.RuleArn, rule.Value.Priority), rule);
        return index;
    };

    private static Unreached Of(CompileContext context, Dictionary<(string, int), Resource<ListenerRule>> written, RulePlan first, RulePlan later)
    {
        var (firstKey, firstOrigin, firstField) = Source(context, written, first);
        var (key, origin, field) = Source(context, written, later);
        var all = RuleCover.Covers(first, later, ofPaths: false) ? "" : Aside;
        return new Unreached(key, origin, field, later.Path is { } own ? $"{own.Label} " : "", $"{firstKey}{(first.Path is { } path ? $" {path.Label}" : "")}{firstOrigin.Place(firstField)} takes all that it would{all}, and comes first: {RuleOrder.Why(first, later)}");
    }

    /// <summary>Where a rule is written: in the path of an Ingress, or as an object of its own.</summary>
    private static (ResourceKey Key, Origin Origin, string Field) Source(CompileContext context, Dictionary<(string, int), Resource<ListenerRule>> written, RulePlan rule)
    {
        var own = written[(rule.Arn, rule.Priority)];
        return rule is { Ingress: { } ingress, Path: { } path } ? (ingress, context.State.Find(ingress)?.Origin ?? own.Origin, path.Field) : (own.Key, own.Origin, "spec.priority");
    }

    private sealed record Unreached(ResourceKey Key, Origin Origin, string Field, string Path, string Why);
}
