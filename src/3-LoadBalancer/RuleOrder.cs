namespace Usher.LoadBalancer;

/// <summary>
/// Why one rule of a listener is tried before another: by their priorities; where the AWS Load Balancer Controller gave those, by what it gave them for (its guide, Ingress annotations, <em>group.order</em>, and Ingress
/// specification, <em>pathType</em>; <c>sortIngressPaths</c> in its model_build_listener_rules.go).
/// </summary>
internal static class RuleOrder
{
    /// <param name="first">The rule that is tried first.</param>
    /// <param name="later">The one that is tried later.</param>
    internal static string Why(RulePlan first, RulePlan later)
    {
        if (first.Path is not { } a || later.Path is not { } b) return $"priority {later.Priority} after {first.Priority}";
        var why = first.Ingress != later.Ingress
            ? a.GroupOrder != b.GroupOrder ? $"group.order {b.GroupOrder} after {a.GroupOrder}" : $"both have group.order {a.GroupOrder}, and by namespace and name {later.Ingress?.Short} is after {first.Ingress?.Short}"
            : a.Rule != b.Rule ? $"spec.rules[{b.Rule}] is written after spec.rules[{a.Rule}]"
            : a.PathType != b.PathType ? $"the controller puts {a.PathType} before {b.PathType}, whatever is longer (AWS Load Balancer Controller, Ingress specification, pathType)"
            : a.PathType == "Prefix" && a.Path.Length > b.Path.Length ? "the controller puts the longer Prefix first"
            : $"paths[{b.Index}] is written after paths[{a.Index}]";
        return why + Unlike(first, later);
    }

    /// <summary>Where the Ingress documentation of Kubernetes would have the other one first: "precedence will be given first to the longest matching path".</summary>
    private static string Unlike(RulePlan first, RulePlan later) =>
        first.Path!.Path.Length < later.Path!.Path.Length && Hosts(first).SequenceEqual(Hosts(later), StringComparer.OrdinalIgnoreCase) && !Patterns(later).Any(v => v is RegexPattern)
            ? "; by Kubernetes' documentation of Ingress the longer path would be first" : "";

    private static IEnumerable<string> Hosts(RulePlan rule) => rule.Conditions.OfType<HostCondition>().SelectMany(c => c.Values).Select(v => v.Text);

    private static IEnumerable<ValuePattern> Patterns(RulePlan rule) => rule.Conditions.OfType<PathCondition>().SelectMany(c => c.Values);
}
