using System.Collections.Immutable;
using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>
/// What has to be healthy for an alias with <c>evaluateTargetHealth</c> to be used. A load balancer is healthy when each of its target groups has a healthy target; one without
/// targets has none (Route 53 developer guide, "Evaluate target health"). Several record sets are healthy when one of them is.
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
internal sealed record BalancerRule(ResourceKey Balancer, ImmutableArray<string> TargetGroups) : HealthRule
{
    /// <inheritdoc/>
    public override bool Holds(HealthReading health)
    {
        foreach (var group in TargetGroups)
        {
            if (!health.HasHealthyTarget(group)) return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override string Why(HealthReading health) =>
        $"{Balancer}: target group {string.Join(" and ", TargetGroups.Where(g => !health.HasHealthyTarget(g)))} has no healthy target";
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
