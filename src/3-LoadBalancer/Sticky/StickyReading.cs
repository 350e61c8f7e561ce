using System.Collections.Immutable;

namespace Usher.LoadBalancer;

/// <summary>One thing that a stickiness cookie holds: who is kept where, and until when.</summary>
/// <param name="Of">The ARN of the target group whose target it is, or of the rule whose target group it is.</param>
/// <param name="To">The target's label, or the target group's ARN.</param>
/// <param name="Until">When it ends.</param>
internal sealed record StickyBinding(string Of, string To, DateTimeOffset Until);

/// <summary>What a decision read of a request's stickiness cookies, decrypted: recorded with it, so that it can be replayed.</summary>
/// <param name="Now">When.</param>
/// <param name="Targets">Of <c>AWSALB</c>, or <c>AWSALBCORS</c>; null when neither came, or it can't be read.</param>
/// <param name="Applications">Of <c>AWSALBAPP-0</c>; null likewise.</param>
/// <param name="Groups">Of <c>AWSALBTG</c>, or <c>AWSALBTGCORS</c>; null likewise.</param>
/// <param name="Names">The names of all cookies that came.</param>
internal sealed record StickyReading(
    DateTimeOffset Now,
    ImmutableArray<StickyBinding>? Targets,
    ImmutableArray<StickyBinding>? Applications,
    ImmutableArray<StickyBinding>? Groups,
    ImmutableArray<string> Names) : RequestReading
{
    internal override JwtReading? Jwt { get; init; }

    /// <summary>What a group's cookie says, if the session that it belongs to goes on.</summary>
    internal ImmutableArray<StickyBinding>? Of(StickinessPlan plan) =>
        plan.ApplicationCookie is null ? Targets : Names.Contains(plan.ApplicationCookie) ? Applications : null;
}
