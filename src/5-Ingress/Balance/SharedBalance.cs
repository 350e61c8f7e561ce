using System.Collections.Frozen;

namespace Usher.Ingress;

/// <summary>
/// What the Ingresses of a controller say together of each backend. ingress-nginx keeps one list of endpoints for each port of a Service, and one way to choose from it, whichever Ingresses name it (controller.go,
/// createUpstreams and getBackendServers): the first one's way, and the last one's cookie.
/// </summary>
internal static class SharedBalance
{
    internal static readonly IReadOnlyDictionary<string, BalanceRule> None = FrozenDictionary<string, BalanceRule>.Empty;

    /// <summary>The rule of each backend by its upstream's name; none where no Ingress says anything of its own.</summary>
    /// <param name="parts">The Ingresses, in their order.</param>
    /// <param name="config">What the ConfigMap says.</param>
    /// <param name="before">The running generation's, which stays when nothing is different.</param>
    internal static IReadOnlyDictionary<string, BalanceRule> Of(IReadOnlyList<IngressPart> parts, NginxConfig config, IReadOnlyDictionary<string, BalanceRule>? before)
    {
        if (parts.All(p => ReferenceEquals(p.Annotations.Rules.Balance, config.Balance))) return None;
        var rules = new Dictionary<string, BalanceRule>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            var own = part.Annotations.Rules.Balance;
            if (part.Default is { } standard) First(standard.Backend, own);
            foreach (var path in part.CanaryPaths) First(path.Backend, own);
            foreach (var path in part.Rules.SelectMany(r => r.Paths))
            {
                First(path.Route.Backend, own);
                if (own.Cookie is not { } cookie) continue;
                var rule = rules[path.Route.Backend.Upstream];
                rules[path.Route.Backend.Upstream] = rule with { Cookie = cookie with { Persistent = rule.Cookie?.Persistent ?? cookie.Persistent } };
            }
        }

        return before is not null && before.Count == rules.Count && rules.All(pair => before.GetValueOrDefault(pair.Key) == pair.Value) ? before : rules;

        // A cookie is for paths alone.
        void First(BackendPlan backend, BalanceRule own) => rules.TryAdd(backend.Upstream, own with { Cookie = null });
    }

    /// <summary>A route with what the others say of its backend.</summary>
    internal static RoutePlan With(this RoutePlan route, IReadOnlyDictionary<string, BalanceRule> shared) =>
        shared.TryGetValue(route.Backend.Upstream, out var rule) && rule != route.Rules.Balance ? route with { SharedBalance = rule } : route;

    /// <summary>How a canary's endpoints are chosen: its backend's way, with the cookie of what it is a canary of, unless its own Ingress wants none (mergeAlternativeBackend).</summary>
    internal static BalanceRule OfCanary(IReadOnlyDictionary<string, BalanceRule> shared, BackendPlan primary, BackendPlan canary, BalanceRule own)
    {
        var rule = shared.GetValueOrDefault(canary.Upstream) ?? own;
        return own.LegacyCanary ? rule : rule with { Cookie = shared.GetValueOrDefault(primary.Upstream)?.Cookie };
    }
}
