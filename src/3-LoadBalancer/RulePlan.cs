using System.Collections.Immutable;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>A rule.</summary>
/// <param name="Arn">Its ARN; the listener's own for the default rule.</param>
/// <param name="Name">The object's name; <c>default</c> for the default rule.</param>
/// <param name="Priority">1–50,000; 0 for the default rule, as the access log writes it.</param>
/// <param name="Conditions">All must hold; none for the default rule.</param>
/// <param name="Action">What is done then.</param>
/// <param name="Transforms">How a request is rewritten on its way to a target; null when it isn't.</param>
internal sealed record RulePlan(
    string Arn, string Name, int Priority, ImmutableArray<ConditionPlan> Conditions, ActionPlan Action, TransformPlan? Transforms = null)
{
    internal bool IsDefault => Priority == 0;

    /// <summary>The check of the request's token that comes before the action; null when there is none.</summary>
    internal JwtPlan? Jwt { get; init; }

    /// <summary>The Ingress that it was made of; null when somebody wrote it.</summary>
    internal ResourceKey? Ingress { get; init; }

    /// <summary>The path of that Ingress; null when somebody wrote it, and for the default rule.</summary>
    internal IngressPath? Path { get; init; }

    /// <summary>Whether all conditions hold.</summary>
    internal bool Holds(RequestFacts facts) => Broken(facts) is null;

    /// <summary>The first condition that doesn't hold, or null.</summary>
    internal ConditionPlan? Broken(RequestFacts facts)
    {
        foreach (var condition in Conditions)
        {
            if (!condition.Holds(facts)) return condition;
        }

        return null;
    }

    /// <summary><c>rule 10</c> or <c>default rule</c>.</summary>
    internal string ShortLabel => IsDefault ? "default rule" : $"rule {Priority}";

    /// <summary>The same with what it was made of, where nobody wrote it: <c>rule 1 (Ingress shop/web /x Prefix)</c>.</summary>
    internal string Label => Path is null ? ShortLabel : $"{ShortLabel} ({Ingress} {Path.Label})";
}

/// <summary>What a rule does.</summary>
internal abstract record ActionPlan;

/// <summary>Sends the request to one of these target groups, by weight.</summary>
/// <param name="Groups">The groups.</param>
/// <param name="Stickiness">How long after its last request a client is kept at its group, 1 s to 7 days; null when it isn't.</param>
internal sealed record ForwardPlan(ImmutableArray<WeightedGroup> Groups, TimeSpan? Stickiness = null) : ActionPlan
{
    /// <summary>Whether decisions read cookies.</summary>
    internal bool ReadsCookies { get; } = Stickiness is not null || Groups.Any(g => g.Group.Stickiness is not null);

    internal int TotalWeight { get; } = Groups.Sum(g => g.Weight);
}

/// <summary>A target group's share of a forward action.</summary>
internal sealed record WeightedGroup(TargetGroupPlan Group, int Weight);

/// <summary>Answers with a redirect.</summary>
internal sealed record RedirectPlan(int Status, string Protocol, string Host, string Port, string Path, string Query) : ActionPlan;

/// <summary>Answers by itself.</summary>
internal sealed record FixedResponsePlan(int Status, string? ContentType, string Body) : ActionPlan;
