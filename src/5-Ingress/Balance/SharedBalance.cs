using System.Collections.Frozen;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// What the Ingresses of a controller say together of each backend. ingress-nginx keeps one upstream for each port of a Service, and one way to choose from it, whichever Ingresses name it (controller.go,
/// createUpstreams and getBackendServers): the way of the Ingress that makes it, and the last one's cookie. The first whose path has it makes it; but one whose default backend it is makes it anew, whatever there was.
/// </summary>
internal static class SharedBalance
{
    internal static readonly IReadOnlyDictionary<string, SharedUpstream> None = FrozenDictionary<string, SharedUpstream>.Empty;

    /// <summary>What there is of each backend by its upstream's name, and the Ingresses as they are served then; none where no Ingress says anything of its own.</summary>
    /// <param name="context">Where it is warned of what doesn't count.</param>
    /// <param name="parts">The Ingresses, in their order.</param>
    /// <param name="config">What the ConfigMap says.</param>
    /// <param name="before">The running generation's, which stays when nothing is different.</param>
    internal static (IReadOnlyDictionary<string, SharedUpstream> Shared, IReadOnlyList<IngressPart> Served) Of(
        CompileContext context, IReadOnlyList<IngressPart> parts, NginxConfig config, IReadOnlyDictionary<string, SharedUpstream>? before)
    {
        var hasCanaries = parts.Any(p => p.Annotations.Canary is not null);
        if (!hasCanaries && parts.All(p => ReferenceEquals(p.Annotations.Rules.Balance, config.Balance))) return (None, parts);
        var drafts = new Dictionary<string, UpstreamDraft>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            foreach (var backend in part.DefaultBackends) drafts[backend.Upstream] = new UpstreamDraft(part, true);
            foreach (var backend in part.PathBackends) drafts.TryAdd(backend.Upstream, new UpstreamDraft(part, false));
        }

        // A cookie is for paths alone, and those of a canary's Service are skipped.
        foreach (var part in parts.Where(p => p.Annotations.Rules.Balance.Cookie is not null))
        {
            foreach (var backend in part.PathBackends)
            {
                if (drafts[backend.Upstream] is { Policy: null } draft) draft.TakeCookie(part);
            }
        }

        BalanceConflicts.Warn(context, parts, drafts);
        var shared = drafts.ToDictionary(d => d.Key, d => d.Value.Finish(), StringComparer.Ordinal);
        return (before is not null && before.Count == shared.Count && shared.All(pair => before.GetValueOrDefault(pair.Key) == pair.Value) ? before : shared, hasCanaries ? Served(context, parts, drafts) : parts);
    }

    private static List<IngressPart> Served(CompileContext context, IReadOnlyList<IngressPart> parts, Dictionary<string, UpstreamDraft> drafts)
    {
        var conflicts = new CanaryConflicts(context, drafts);
        foreach (var part in parts) conflicts.Warn(part);
        var hosts = parts.SelectMany(p => p.Rules).Select(r => r.Host).ToHashSet(StringComparer.Ordinal);
        return [.. parts.Select(p => conflicts.Served(p, hosts))];
    }

    /// <summary>A route with what the others say of its backend.</summary>
    internal static RoutePlan With(this RoutePlan route, IReadOnlyDictionary<string, SharedUpstream> shared) =>
        shared.TryGetValue(route.Backend.Upstream, out var upstream) && upstream.Balance != route.Rules.Balance ? route with { Shared = upstream } : route;
}
