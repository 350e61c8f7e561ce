using Usher.Model.Desired;
using Usher.Model.Journeys;

namespace Usher.Ingress;

/// <summary>What the Ingresses of a controller say together of one upstream: a port of a Service, as it is written.</summary>
/// <param name="Balance">How its endpoints are chosen.</param>
/// <param name="By">The Ingress that made it, and so says all of that but the cookie.</param>
/// <param name="IsDefault">Whether it is that one's default backend: then an Ingress that came before counts for nothing.</param>
/// <param name="CookieBy">The Ingress whose cookie it is; null without one.</param>
internal sealed record SharedUpstream(BalanceRule Balance, ResourceKey By, bool IsDefault, ResourceKey? CookieBy)
{
    /// <summary>Which requests it takes of those that it is a canary of, by the canary that made it; null where a main Ingress did.</summary>
    public CanaryRule? Policy { get; init; }

    /// <summary>Why it is that Ingress's, after its name: <c>which came first</c>.</summary>
    internal string Came => HowItCame(IsDefault);

    /// <summary>The same of one that isn't finished.</summary>
    internal static string HowItCame(bool isDefault) => isDefault ? "whose default backend it is" : "which came first";

    /// <summary><c>; load-balance of shop/api doesn't count</c>; empty where all counts.</summary>
    internal static string Lost(IReadOnlyCollection<string> annotations, in ResourceKey of) =>
        annotations.Count == 0 ? "" : $"; {string.Join(" and ", annotations)} of {of.Short} {(annotations.Count == 1 ? "doesn't" : "don't")} count";

    /// <summary>Tells which Ingress decided how a route's endpoints are chosen, where that isn't its own.</summary>
    internal void Tell<TReasons>(RoutePlan route, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var overridden = BalanceSettings.Overridden(route.Rules, Balance).ToLookup(o => o.OfCookie, o => o.Name);
        var (own, ofCookie) = (overridden[false].ToList(), overridden[true].ToList());
        if (By != route.Ingress && !BalanceSettings.IsSameWay(Balance, route.Rules.Balance))
            reasons.Add($"balance of Service {route.Backend.Label}", true, $"is Ingress {By.Short}'s, {Came}{Lost(own, route.Ingress)}", notable: true);
        if (CookieBy is { } by && by != route.Ingress && (route.Rules.Balance.Cookie is null || ofCookie.Count > 0))
            reasons.Add($"cookie of Service {route.Backend.Label}", true, $"is Ingress {by.Short}'s, which came last of those with affinity{Lost(ofCookie, route.Ingress)}", notable: true);
    }
}
