using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>A canary of a backend.</summary>
/// <param name="Ingress">The Ingress that makes it one.</param>
/// <param name="Rule">Which requests it takes, as the Ingress that made its upstream says; null for none.</param>
/// <param name="Backend">Where they go.</param>
internal sealed record CanaryPlan(ResourceKey Ingress, CanaryRule? Rule, BackendPlan Backend)
{
    /// <summary>How its endpoints are chosen.</summary>
    public BalanceRule Balance { get; init; } = BalanceRule.Default;

    /// <summary>Why the rule isn't its Ingress's own, or why there is none; null where it is.</summary>
    public string? Why { get; init; }

    /// <summary>The canary in reasons; made once, as each request that it may take is asked with it.</summary>
    internal string Label { get; } = $"canary {Ingress.Short}";

    /// <summary>Whether a request goes to it.</summary>
    internal bool Takes<TReasons>(RequestFacts facts, Draw draw, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (TReasons.Wanted && Why is not null) reasons.Add(Rule is null ? Label : $"canary-* of Service {Backend.Label}", Rule is not null, Why, notable: true);
        return Rule?.Takes(Label, facts, draw, reasons) ?? false;
    }
}
