using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Where rules are written: in the path of an Ingress, or as objects of their own.</summary>
/// <param name="context">Where the objects are read.</param>
internal sealed class RuleSources(CompileContext context)
{
    // All rules, be there one to ask for or not: so they count as read.
    private readonly IReadOnlyList<Resource<ListenerRule>> rules = context.State.List<ListenerRule>();

    private Dictionary<(string Arn, int Priority), Resource<ListenerRule>> ByPriority => field ??= rules.DistinctBy(PlaceOf).ToDictionary(PlaceOf);

    /// <summary>Where a rule is written.</summary>
    internal RuleSource Of(RulePlan rule)
    {
        var own = ByPriority[(rule.Arn, rule.Priority)];
        return rule is { Ingress: { } ingress, Path: { } path } ? new RuleSource(ingress, context.State.Find(ingress)?.Origin ?? own.Origin, path.Field, path.Label) : new RuleSource(own.Key, own.Origin, "spec.priority", null);
    }

    private static (string Arn, int Priority) PlaceOf(Resource<ListenerRule> rule) => (rule.Value.RuleArn, rule.Value.Priority);
}

/// <summary>Where a rule is written.</summary>
/// <param name="Key">The object.</param>
/// <param name="Origin">Where that is written.</param>
/// <param name="Field">The field.</param>
/// <param name="Path">The path of an Ingress; null for a rule that is an object of its own.</param>
internal readonly record struct RuleSource(ResourceKey Key, Origin Origin, string Field, string? Path)
{
    /// <summary><c>Ingress shop/web /x Prefix (cluster.yaml:7)</c>.</summary>
    internal string Name => $"{Key}{(Path is null ? "" : $" {Path}")}{Origin.Place(Field)}";
}
