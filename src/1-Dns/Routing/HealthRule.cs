using System.Collections.Immutable;
using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>
/// What has to be healthy for an alias with <c>evaluateTargetHealth</c> to be used. A load balancer is healthy when each of its target groups has a healthy target; one without
/// targets has none (Route 53 developer guide, "Evaluate target health"); and when not all of its zones have too few for its target groups' own thresholds (ALB user guide, Target group health). Several record sets are healthy when one of them is.
/// </summary>
internal abstract record HealthRule
{
    /// <summary>Whether it holds.</summary>
    public abstract bool Holds(HealthReading health);

    /// <summary>Why it doesn't hold, in words.</summary>
    public abstract string Why(HealthReading health);

    /// <summary>The rule of an alias of this set; null when that is always healthy.</summary>
    public static HealthRule? Of(CompiledSet set)
    {
        if (set.Members.IsEmpty) return set.Health;
        var rules = set.Members.Select(m => m.Set.Health).ToImmutableArray();
        return rules.Any(r => r is null) ? null : new AnyRule(rules!);
    }
}

/// <summary>A load balancer.</summary>
/// <param name="Balancer">It.</param>
/// <param name="TargetGroups">The names of the target groups that its rules forward to.</param>
/// <param name="Nodes">How many nodes it has.</param>
internal sealed record BalancerRule(ResourceKey Balancer, ImmutableArray<string> TargetGroups, int Nodes) : HealthRule
{
    /// <inheritdoc/>
    public override bool Holds(HealthReading health)
    {
        foreach (var group in TargetGroups)
        {
            if (!health.HasHealthyTarget(group)) return false;
        }

        return health.FailedZones(Balancer).Count < Nodes;
    }

    /// <inheritdoc/>
    public override string Why(HealthReading health)
    {
        var without = TargetGroups.Where(g => !health.HasHealthyTarget(g)).ToList();
        return $"{Balancer}: {(without.Count > 0 ? $"target group {string.Join(" and ", without)} has no healthy target" : string.Join("; ", health.FailedZones(Balancer).Select(z => z.Why).Distinct()))}";
    }
}

/// <summary>Several record sets of which one is enough.</summary>
/// <param name="Rules">Their rules.</param>
internal sealed record AnyRule(ImmutableArray<HealthRule> Rules) : HealthRule
{
    /// <inheritdoc/>
    public override bool Holds(HealthReading health) => Rules.Any(r => r.Holds(health));

    /// <inheritdoc/>
    public override string Why(HealthReading health) => string.Join("; ", Rules.Select(r => r.Why(health)).Distinct());
}
