using Usher.Model.Journeys;

namespace Usher.Ingress;

/// <summary>
/// The hosts of Ingresses that aren't served, for what is told of a request that nothing takes, a default backend, or a less specific host than such an Ingress has. Whoever asks first makes the index; then it is a look-up for each
/// host that a name may be of.
/// </summary>
/// <param name="all">The Ingresses.</param>
internal sealed class UnservedHosts(IEnumerable<UnservedIngress> all)
{
    internal static readonly UnservedHosts None = new([]);

    private readonly Lazy<ILookup<string, UnservedIngress>> byHost = new(() => all
        .SelectMany(one => (one.Ingress.Value.Spec?.Rules ?? []).Select(r => HostName.Of(r.Host)).OfType<string>().Distinct(StringComparer.Ordinal), (one, host) => (Host: host, One: one))
        .ToLookup(pair => pair.Host, pair => pair.One, StringComparer.Ordinal));

    /// <summary>Of a request that no path takes the Ingress that has its host: one that would take its path, else any; null where none has it.</summary>
    /// <param name="name">The request's host.</param>
    /// <param name="path">Its path, as it is compared.</param>
    internal UnservedHost? Of(string name, string path) => Find(name, path, null);

    /// <summary>Of a request that a path takes the Ingress that would have taken it by a more specific host; null where there is none.</summary>
    /// <param name="name">The request's host.</param>
    /// <param name="path">Its path, as it is compared.</param>
    /// <param name="routes">By which it was taken.</param>
    internal UnservedHost? Before(string name, string path, RouteTable routes) => Find(name, path, routes);

    private UnservedHost? Find(string name, string path, RouteTable? routes)
    {
        if (byHost.Value.Count == 0) return null;
        if (name.EndsWith('.')) name = name[..^1];
        foreach (var host in HostsOf(name))
        {
            if (routes?.ServerOf(host) is not null) return null;
            var found = byHost.Value[host].FirstOrDefault(one => one.Takes(host, path)) ?? (routes is null ? byHost.Value[host].FirstOrDefault() : null);
            if (found is not null) return new UnservedHost($"{found.Ingress.Key}{found.Ingress.Origin.Place("spec.rules")}", $"has {(host == name ? "the host" : "a rule for it")}, and {found.Why}");
        }

        return null;
    }

    /// <summary>The hosts of rules that a name may be of, the most specific first.</summary>
    private static IEnumerable<string> HostsOf(string name)
    {
        yield return name;
        if (name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot) yield return "*" + name[dot..];
        yield return "";
    }
}

/// <summary>An Ingress that isn't served, as it is told of a request for its host.</summary>
/// <param name="Ingress">Its name and place.</param>
/// <param name="Why">What it has to do with the request, and why it isn't served.</param>
internal sealed record UnservedHost(string Ingress, string Why)
{
    public override string ToString() => $"{Ingress} {Why}";

    /// <summary>Tells it as a reason.</summary>
    internal void Tell<TReasons>(TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (TReasons.Wanted) reasons.Add(Ingress, false, Why, notable: true);
    }
}
