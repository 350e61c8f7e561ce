namespace Usher.Ingress;

/// <summary>An upstream while what Ingresses say of it is gathered.</summary>
/// <param name="by">The Ingress that made it.</param>
/// <param name="isDefault">Whether it is that one's default backend.</param>
internal sealed class UpstreamDraft(IngressPart by, bool isDefault)
{
    private SessionCookie? cookie;
    private IngressPart? cookieBy;
    private IngressPart? modeBy;

    /// <summary>The Ingress that made it.</summary>
    internal IngressPart By => by;

    /// <summary>Which requests it takes of those that it is a canary of; null where no canary made it.</summary>
    internal CanaryRule? Policy => by.Annotations.Canary;

    /// <summary>How its endpoints are chosen.</summary>
    internal BalanceRule Balance => by.Annotations.Rules.Balance is var own && own.Cookie == cookie ? own : own with { Cookie = cookie };

    /// <summary>Takes an Ingress's cookie in the place of what there was; only the first one's mode stays.</summary>
    internal void TakeCookie(IngressPart part)
    {
        var own = part.Annotations.Rules.Balance.Cookie!;
        (cookie, cookieBy) = (own with { Persistent = cookie?.Persistent ?? own.Persistent }, part);
        modeBy ??= part;
    }

    /// <summary>Why it is that Ingress's, after its name.</summary>
    internal string Came => SharedUpstream.HowItCame(isDefault);

    /// <summary>Why it is the Ingress's that made it, and not another's.</summary>
    internal string Why(IngressPart other) => isDefault ? "the last Ingress whose default backend it is decides" : $"that comes first: {IngressOrder.Why(by, other)}";

    /// <summary>The Ingress whose annotation counts, and why it does and another's doesn't.</summary>
    /// <param name="other">The other one.</param>
    /// <param name="annotation">The annotation.</param>
    /// <param name="ofCookie">Whether it says something of the cookie.</param>
    internal (IngressPart By, string Why) Decides(IngressPart other, string annotation, bool ofCookie) =>
        !ofCookie ? (by, Why(other))
        : annotation == "affinity-mode" ? (modeBy!, "the first one's mode is all Ingresses'")
        : (cookieBy!, "the last one's cookie is all Ingresses'");

    internal SharedUpstream Finish() => new(Balance, by.Ingress.Key, isDefault, cookieBy?.Ingress.Key) { Policy = Policy };
}
