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
        _ = context.State.List<Listener>();
        var sources = new RuleSources(context);
        var count = 0;
        foreach (var balancer in listeners.DistinctBy(l => l.Arn).GroupBy(l => l.LoadBalancer))
        {
            // An Ingress at two ports has the same two rules at both.
            var found = balancer.SelectMany(l => CoverIndex.Unreached(l.Rules).Select(u => (Listener: l, u.First, u.Later)))
                .GroupBy(u => (Later: sources.Of(u.Later), First: sources.Of(u.First))).ToList();
            foreach (var same in found.Take(Told))
            {
                var (later, first) = same.Key;
                var (_, before, rule) = same.First();
                context.Warnings.Add(later.Key, later.Origin, later.Field,
                    $"{(later.Path is { } path ? $"{path} " : "")}gets no request at {string.Join(" and ", same.Select(u => u.Listener.Label))}: "
                    + $"{first.Name} takes all that it would{(RuleCover.Covers(before, rule, ofPaths: false) ? "" : Aside)}, and comes first: {RuleOrder.Why(before, rule)}");
            }

            count += found.Count;
            if (found.Count > Told) context.Warnings.Add(balancer.Key, context.State.Find(balancer.Key)?.Origin ?? Origin.Derived, "spec", $"{found.Count - Told} more of its rules get no request, since others take all that they would");
        }

        return count;
    }
}
