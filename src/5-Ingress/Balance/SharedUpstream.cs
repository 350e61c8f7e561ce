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

    /// <summary>Tells which Ingress decided how a route's endpoints are chosen, where that isn't its own.</summary>
    internal void Tell<TReasons>(RoutePlan route, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var overridden = BalanceSettings.Overridden(route.Rules, Balance).ToList();
        if (By != route.Ingress && !BalanceSettings.IsSameWay(Balance, route.Rules.Balance))
            reasons.Add($"balance of Service {route.Backend.Label}", true, $"is Ingress {By.Short}'s, {(IsDefault ? "whose default backend it is" : "which came first")}{Without(route, overridden.Where(o => !o.OfCookie))}", notable: true);
        if (CookieBy is { } by && by != route.Ingress && (route.Rules.Balance.Cookie is null || overridden.Exists(o => o.OfCookie)))
            reasons.Add($"cookie of Service {route.Backend.Label}", true, $"is Ingress {by.Short}'s, which came last of those with affinity{Without(route, overridden.Where(o => o.OfCookie))}", notable: true);
    }

    private static string Without(RoutePlan route, IEnumerable<(string Name, string Counts, bool OfCookie)> overridden)
    {
        var names = overridden.Select(o => o.Name).ToList();
        return names.Count == 0 ? "" : $"; {string.Join(" and ", names)} of {route.Ingress.Short} {(names.Count == 1 ? "doesn't" : "don't")} count";
    }
}
