using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>Every HTTPRoute and GRPCRoute by its hosts, for what is told of a request that no route takes. Whoever asks first makes the index; then it is a look-up for each wildcard that a name may be of.</summary>
/// <param name="routes">How each route was compiled.</param>
/// <param name="statuses">What is said of them.</param>
internal sealed class RouteHosts(IReadOnlyDictionary<ResourceKey, CompiledStep<AttachedRoute>> routes, IReadOnlyList<ObjectStatus> statuses)
{
    /// <summary>So many are named.</summary>
    private const int Named = 2;

    internal static readonly RouteHosts None = new(new Dictionary<ResourceKey, CompiledStep<AttachedRoute>>(), []);

    private readonly Lazy<ILookup<string, CompiledStep<AttachedRoute>>> byHost = new(() => routes.Values
        .Where(s => s.Value.Head.Key.Kind is "HTTPRoute" or "GRPCRoute").OrderBy(s => s.Value.Head.Key, ResourceKey.ByName)
        .SelectMany(s => s.Value.Head.Hostnames, (s, host) => (Host: host, Step: s)).ToLookup(p => p.Host, p => p.Step, StringComparer.Ordinal));

    private readonly Lazy<ILookup<ResourceKey, ObjectStatus>> byRoute = new(() => statuses.ToLookup(s => s.Key));

    /// <summary>Of a host the routes that have it, and why they take nothing at a listener; null where there are none.</summary>
    /// <param name="host">The request's.</param>
    /// <param name="at">The listener; null where none is for the host.</param>
    internal string? Of(string host, ListenerPlan? at)
    {
        var found = new List<CompiledStep<AttachedRoute>>(byHost.Value[host]);
        for (var dot = host.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = host.IndexOf('.', dot + 1)) found.AddRange(byHost.Value["*" + host[dot..]]);
        var words = found.Select(f => Words(f, at)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return words.Count == 0 ? null : string.Join("; ", words.Take(Named)) + (words.Count > Named ? FormattableString.Invariant($"; {words.Count - Named} more have it") : "");
    }

    private string? Words(CompiledStep<AttachedRoute> route, ListenerPlan? at)
    {
        var (head, parents) = (route.Value.Head, route.Value.Parents);
        var refused = byRoute.Value[head.Key].SelectMany(s => s.Conditions, (s, c) => (s.Part, Condition: c)).Where(c => c.Condition is { Type: "Accepted", Holds: false }).ToList();
        if (refused.Count > 0) return $"{head.Key} has it, and isn't attached: {string.Join("; ", refused.Select(r => $"{r.Part}: {r.Condition.Reason}: {r.Condition.Message}"))}";
        if (parents.Count == 0) return $"{head.Key} has it, and isn't attached: {route.Warnings.FirstOrDefault(w => w.Field.StartsWith("spec.parentRefs", StringComparison.Ordinal))?.Message ?? "none of its parents is served here"}";
        var listeners = parents.SelectMany(p => p.Parent.Listeners).Select(l => l.Listener).Distinct().ToList();
        return listeners.Exists(l => l.Owner == at?.Owner && l.Written.Name == at.Name) ? null
            : $"{head.Key} has it, and is attached to {string.Join(", ", listeners.Select(l => $"listener {l.Written.Name} of {l.Owner}"))} alone";
    }
}
