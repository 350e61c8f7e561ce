using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Where a decision reads the living state of a target group.</summary>
internal interface ITargetReadings
{
    /// <summary>Reads a group's targets, for a load balancer's node that sends to these of them.</summary>
    GroupReading Read(TargetGroupPlan group, ZoneScope scope);
}

/// <summary>The same, and what a request brings.</summary>
internal interface ITargetStates : ITargetReadings
{
    /// <summary>Reads the request's stickiness cookies.</summary>
    StickyReading ReadCookies(RequestFacts facts);

    /// <summary>Checks the request's token.</summary>
    JwtReading ReadToken(JwtPlan plan, RequestFacts facts);
}

/// <summary>The state of now. <paramref name="Sends"/> is false for a look that sends nothing and takes no turn.</summary>
/// <param name="Table">The targets' state.</param>
/// <param name="Sends">Whether a request is sent.</param>
/// <param name="Tokens">What checks tokens; wanted where a rule validates them.</param>
internal readonly record struct LivingStates(TargetTable Table, bool Sends, TokenCheck? Tokens = null) : ITargetStates
{
    public GroupReading Read(TargetGroupPlan group, ZoneScope scope) => Table.Of(group).Read(scope, Sends);

    public StickyReading ReadCookies(RequestFacts facts) => Table.Cookies.Read(facts.Headers);

    public JwtReading ReadToken(JwtPlan plan, RequestFacts facts) => (Tokens ?? throw new InvalidOperationException("a rule validates tokens, and nothing here checks them")).Read(plan, facts);
}

/// <summary>What a recorded decision read of its target group.</summary>
internal readonly record struct RecordedReading(GroupReading? Reading) : ITargetReadings
{
    public GroupReading Read(TargetGroupPlan group, ZoneScope scope) =>
        Reading ?? throw new InvalidOperationException($"the recorded decision read nothing of target group {group.Name}");
}

/// <summary>The state that a recorded decision read.</summary>
internal readonly record struct RecordedStates(LoadBalancerChoice Choice) : ITargetStates
{
    public GroupReading Read(TargetGroupPlan group, ZoneScope scope) => new RecordedReading(Choice.Reading).Read(group, scope);

    public StickyReading ReadCookies(RequestFacts facts) =>
        Choice.Sticky ?? throw new InvalidOperationException("the recorded decision read no cookies");

    public JwtReading ReadToken(JwtPlan plan, RequestFacts facts) =>
        Choice.Jwt ?? throw new InvalidOperationException("the recorded decision read no token");
}

/// <summary>What the load balancer chose.</summary>
/// <param name="Rule">The rule that matched; every listener has a default rule, so there always is one.</param>
/// <param name="Group">The target group of a forward action, or null.</param>
/// <param name="Reading">What was read of that group, or null.</param>
/// <param name="Target">The index of the target in its group; -1 when there is none to choose.</param>
/// <param name="FailOpen">True when too few targets were healthy and so all were taken for healthy.</param>
/// <param name="Read">What was read of the request's headers besides the rules' conditions; null where nothing was.</param>
/// <param name="Stuck">True when a cookie named the target.</param>
/// <param name="Transformed">What the rule's transforms made of the request; null where it has none.</param>
internal readonly record struct LoadBalancerChoice(
    RulePlan Rule, TargetGroupPlan? Group, GroupReading? Reading, int Target, bool FailOpen, RequestReading? Read = null, bool Stuck = false,
    Transformed? Transformed = null)
{
    /// <summary>What was read of the request's cookies, where the action or its group is sticky; else null.</summary>
    internal StickyReading? Sticky => Read as StickyReading;

    /// <summary>What became of the request's token, where the rule validates one; else null.</summary>
    internal JwtReading? Jwt => Read?.Jwt;

    /// <summary>What the request is, to the group's protocol version.</summary>
    internal RequestProtocol Spoken { get; init; }

    /// <summary>True when the group's protocol version goes with no such request: no target was looked for.</summary>
    internal bool Mismatch { get; init; }
}
