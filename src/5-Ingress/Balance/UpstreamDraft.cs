namespace Usher.Ingress;

/// <summary>An upstream while what Ingresses say of it is gathered.</summary>
/// <param name="by">The Ingress that made it.</param>
/// <param name="isDefault">Whether it is that one's default backend.</param>
internal sealed class UpstreamDraft(IngressPart by, bool isDefault)
{
    private SessionCookie? cookie;

    /// <summary>The Ingress that made it.</summary>
    internal IngressPart By => by;

    /// <summary>Whether it is that one's default backend.</summary>
    internal bool IsDefault => isDefault;

    /// <summary>Which requests it takes of those that it is a canary of; null where no canary made it.</summary>
    internal CanaryRule? Policy => by.Annotations.Canary;

    /// <summary>The Ingress whose cookie it is; null without one.</summary>
    internal IngressPart? CookieBy { get; private set; }

    /// <summary>The Ingress whose <c>affinity-mode</c> it is; null without a cookie.</summary>
    internal IngressPart? ModeBy { get; private set; }

    /// <summary>How its endpoints are chosen.</summary>
    internal BalanceRule Balance => by.Annotations.Rules.Balance with { Cookie = cookie };

    /// <summary>Takes an Ingress's cookie in the place of what there was; only the first one's mode stays.</summary>
    internal void TakeCookie(IngressPart part)
    {
        var own = part.Annotations.Rules.Balance.Cookie!;
        (cookie, CookieBy) = (own with { Persistent = cookie?.Persistent ?? own.Persistent }, part);
        ModeBy ??= part;
    }

    internal SharedUpstream Finish() => new(Balance, by.Ingress.Key, isDefault, CookieBy?.Ingress.Key) { Policy = Policy };
}
