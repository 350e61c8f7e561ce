using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Journeys;

namespace Usher.Ingress;

/// <summary>An Ingress of which nothing, or not what it says now, is served.</summary>
/// <param name="Ingress">The Ingress as it is written.</param>
/// <param name="Why">Why, after its name: <c>isn't accepted: …</c>.</param>
internal sealed record UnservedIngress(Resource<V1Ingress> Ingress, string Why);

/// <summary>The hosts of Ingresses that aren't served, for what is told of a request that nothing takes, or a default backend. Whoever asks first makes the index; then it is a look-up for each host that a name may be of.</summary>
/// <param name="all">The Ingresses.</param>
internal sealed class UnservedHosts(IEnumerable<UnservedIngress> all)
{
    internal static readonly UnservedHosts None = new([]);

    private readonly Lazy<Dictionary<string, UnservedIngress>> byHost = new(() => Index(all));

    /// <summary>Of a name the Ingress that has it, in words; null where none does.</summary>
    internal string? Of(string name) => Find(name) is var (ingress, place, why) ? $"{ingress}{place} {why}" : null;

    /// <summary>The same as a reason, for a request that a default backend takes.</summary>
    internal void Tell<TReasons>(string name, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (Find(name) is var (ingress, place, why)) reasons.Add($"{ingress}{place}", false, why, notable: true);
    }

    private (ResourceKey Ingress, string Place, string Why)? Find(string name)
    {
        if (byHost.Value.Count == 0) return null;
        if (name.EndsWith('.')) name = name[..^1];
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (!byHost.Value.TryGetValue(name, out var found) && !(dot > 0 && byHost.Value.TryGetValue("*" + name[dot..], out found)) && !byHost.Value.TryGetValue("", out found)) return null;
        return (found.Ingress.Key, found.Ingress.Origin.Place("spec.rules"), $"has {(byHost.Value.ContainsKey(name) ? "the host" : "a rule for it")}, and {found.Why}");
    }

    private static Dictionary<string, UnservedIngress> Index(IEnumerable<UnservedIngress> all)
    {
        var index = new Dictionary<string, UnservedIngress>(StringComparer.Ordinal);
        foreach (var one in all)
        {
            foreach (var host in (one.Ingress.Value.Spec?.Rules ?? []).Select(r => HostName.Of(r.Host)).OfType<string>()) index.TryAdd(host, one);
        }

        return index;
    }
}
