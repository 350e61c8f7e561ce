using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// The backends that canaries take requests from: those of the paths that they repeat, wherever else such a backend is used (mergeAlternativeBackends in ingress-nginx's controller.go). Which requests a canary takes is a matter of its
/// upstream, and so of the Ingress that made that: another canary's with the same Service, or a main one's, which leaves it none.
/// </summary>
/// <param name="context">Where it is warned.</param>
/// <param name="shared">What the Ingresses say together of backends.</param>
internal sealed class CanaryMerge(CompileContext context, IReadOnlyDictionary<string, SharedUpstream> shared)
{
    private const string Nothing = "is a canary of nothing: no other Ingress has this host, path and pathType, so it takes no request";

    private readonly Dictionary<BackendPlan, CanaryPlan> taken = [];
    private readonly Dictionary<string, SessionCookie?> cookies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResourceKey> deleted = new(StringComparer.Ordinal);
    private readonly List<(Resource<V1Ingress> Ingress, CanaryPath Path)> merged = [];
    private readonly List<UnservedIngress> lone = [];

    /// <summary>Canaries of nothing.</summary>
    internal IReadOnlyList<UnservedIngress> Lone => lone;

    /// <summary>Adds a path of a canary.</summary>
    /// <param name="part">The canary.</param>
    /// <param name="path">The path.</param>
    /// <param name="primary">What it repeats; null for nothing.</param>
    /// <param name="hasServer">Whether its host is another Ingress's.</param>
    internal void Add(IngressPart part, CanaryPath path, RoutePlan? primary, bool hasServer)
    {
        var (ingress, name) = (part.Ingress, path.Backend.Upstream);
        if (primary is null)
        {
            context.Warnings.Add(ingress, path.Field, Nothing);
            lone.Add(new UnservedIngress(ingress, Nothing));
            // ingress-nginx then deletes the upstream, whoever else has it as a canary.
            if (hasServer) deleted.TryAdd(name, ingress.Key);
            return;
        }

        // A path of its own, where its Service is a main Ingress's.
        if (primary.Ingress == ingress.Key) return;
        if (primary.Backend.Front == path.Backend.Front)
        {
            context.Warnings.Add(ingress, path.Field, $"is a canary of itself: {primary.Label} is the other Ingress's backend too");
            return;
        }

        merged.Add((ingress, path));
        if (deleted.ContainsKey(name)) return;
        var own = part.Annotations.Rules.Balance;
        if (taken.TryAdd(primary.Backend, Plan(part, path)))
        {
            if (!own.LegacyCanary) cookies[name] = shared.GetValueOrDefault(primary.Backend.Upstream)?.Balance.Cookie;
        }
        else if (taken[primary.Backend].Backend.Upstream != name)
        {
            context.Warnings.Add(ingress, path.Field, $"is a second canary of {primary.Label}, after {taken[primary.Backend].Ingress.Short}; ingress-nginx takes one");
        }
    }

    /// <summary>The canary of each backend.</summary>
    /// <param name="before">The running generation's, which stay when nothing is different.</param>
    internal IReadOnlyDictionary<BackendPlan, CanaryPlan> Finish(IReadOnlyDictionary<BackendPlan, CanaryPlan>? before)
    {
        foreach (var (ingress, path) in merged)
        {
            if (deleted.TryGetValue(path.Backend.Upstream, out var by)) context.Warnings.Add(ingress, path.Field, $"takes no request: {Deleted(by)}");
        }

        var canaries = taken.ToDictionary(pair => pair.Key, pair => Finish(pair.Value));
        return before is not null && before.Count == canaries.Count && canaries.All(pair => before.GetValueOrDefault(pair.Key) == pair.Value) ? before : canaries;
    }

    private CanaryPlan Plan(IngressPart part, CanaryPath path)
    {
        var (own, upstream) = (part.Annotations.Canary!, shared[path.Backend.Upstream]);
        if (upstream.Policy is not { } counts)
            return new CanaryPlan(part.Ingress.Key, null, path.Backend) { Why = $"Service {path.Backend.Label} is Ingress {upstream.By.Short}'s own backend, {upstream.Came}, so that it is no canary's and has no share" };
        var lost = CanarySettings.Differences(own, counts).Select(d => d.Name).ToList();
        return new CanaryPlan(part.Ingress.Key, counts, path.Backend)
        {
            Why = lost.Count == 0 ? null : $"are Ingress {upstream.By.Short}'s, {upstream.Came}{SharedUpstream.Lost(lost, part.Ingress.Key)}",
        };
    }

    /// <summary>With its backend's way to choose endpoints, and the cookie of what it is a canary of, unless its Ingress wants none.</summary>
    private CanaryPlan Finish(CanaryPlan canary)
    {
        var rule = shared[canary.Backend.Upstream].Balance;
        return deleted.TryGetValue(canary.Backend.Upstream, out var by)
            ? canary with { Rule = null, Why = Deleted(by), Balance = rule with { Cookie = null } }
            : canary with { Balance = rule with { Cookie = cookies.GetValueOrDefault(canary.Backend.Upstream, rule.Cookie) } };
    }

    private static string Deleted(in ResourceKey by) => $"Ingress {by.Short} has the same Service as a canary of nothing, and ingress-nginx deletes its upstream then";
}
