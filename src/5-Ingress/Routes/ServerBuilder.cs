using System.Text.RegularExpressions;
using Usher.Model.Desired;

namespace Usher.Ingress;

/// <summary>Gathers what several Ingresses say of one host.</summary>
internal sealed class ServerBuilder(string host)
{
    private readonly List<RoutePlan> routes = [];
    private readonly Dictionary<(string Path, PathKind Kind), RoutePlan> byPath = [];
    private readonly Dictionary<RoutePlan, (IngressPart Part, string Field)> written = new(ReferenceEqualityComparer.Instance);
    private readonly List<ShadowedPath> shadowed = [];
    private readonly List<ConfigError> told = [];
    private RoutePlan? standard;
    private AppRoot? appRoot;
    private ClientCertificateRule? client;
    private IngressPart? passing;

    /// <summary>Takes what an Ingress says of the whole host.</summary>
    internal void Take(IngressPart part)
    {
        standard ??= part.Default;
        client ??= part.Annotations.ClientCertificate;
        if (part.Annotations.Passthrough) passing ??= part;
        if (part.Annotations.AppRoot is { } root) appRoot ??= new AppRoot(part.Ingress.Key, root);
    }

    /// <summary>Adds a path; the first to claim it keeps it.</summary>
    internal void Add(RoutePlan route, IngressPart part, string field)
    {
        if (Find(route.Path, route.Kind) is { } first)
        {
            Shadow(route, part, field, first);
            return;
        }

        routes.Add(route);
        byPath.Add((route.Path, route.Kind), route);
        written[route] = (part, field);
    }

    /// <summary>Says of a path that another Ingress has it too, and keeps it.</summary>
    private void Shadow(RoutePlan route, IngressPart part, string field, RoutePlan first)
    {
        var winner = written[first].Part;
        var why = IngressOrder.Why(winner, part);
        shadowed.Add(new ShadowedPath(route, first, why));
        var place = winner.Ingress.Origin.Place(written[first].Field);
        told.Add(Error(part, field, $"host {(host.Length == 0 ? "(any)" : host)}, path {route.Written} and {route.Kind} are those of {winner.Ingress.Key}{place} too, which keeps them: {why}. Requests go to {first.Backend.Label}, none to {route.Backend.Label}"));
    }

    private static ConfigError Error(IngressPart part, string field, string message) => new(part.Ingress.Origin.File, part.Ingress.Origin.LineOf(field), part.Ingress.Key.ToString(), field, message);

    private RoutePlan? Find(string path, PathKind kind) => byPath.GetValueOrDefault((path, kind));

    /// <summary>The server, its routes in the order in which they are tried.</summary>
    /// <param name="canaries">The backends that canaries take requests from.</param>
    /// <param name="shared">What all Ingresses say together of backends.</param>
    /// <param name="otherwise">The controller's own default backend, for paths that nothing takes; null for 404.</param>
    internal ServerPlan Build(IReadOnlyDictionary<BackendPlan, CanaryPlan> canaries, IReadOnlyDictionary<string, SharedUpstream> shared, RoutePlan? otherwise)
    {
        standard ??= otherwise;
        // One Ingress that needs regular expressions makes all paths of its host such (enforceRegexModifier in template.go).
        var regex = routes.Find(IsRegex);
        var ordered = regex is null
            ? routes.OrderByDescending(Length).ThenBy(r => r.Kind).Select(r => r with { Slash = Slash(r) })
            : routes.OrderByDescending(r => r.Path, StringComparer.Ordinal).OrderByDescending(r => r.Path.Length).Select(r => r with { Pattern = Pattern(r) }).Where(r => r.Pattern is not null);
        ordered = [.. ordered];
        return new ServerPlan(host, [.. ordered.Select(WithOthers)], standard is null ? null : WithOthers(standard))
        {
            AppRoot = appRoot,
            ClientCertificate = client,
            Passthrough = Passthrough(),
            Shadowed = [.. shadowed],
            Told = [.. told],
            RegexBy = regex is null ? null : $"{(regex.Rewrite is not null ? "rewrite-target" : "use-regex")} of {regex.Ingress.Short}",
        };

        RoutePlan WithOthers(RoutePlan route) => canaries.TryGetValue(route.Backend, out var canary) ? route.With(shared) with { Canary = canary } : route.With(shared);
    }

    /// <summary>ssl-passthrough is of the whole host, and its Service that of the path / (createServers and getPassthroughBackends in controller.go).</summary>
    private RoutePlan? Passthrough()
    {
        if (passing is null) return null;
        var root = routes.Find(r => r.Path == "/");
        if (root is null || host.Length == 0)
            told.Add(Error(passing, IngressAnnotations.Field("ssl-passthrough"), host.Length == 0 ? "has no effect for rules without a host: no client names them" : $"has no effect for {host}: it passes connections to the Service of path /, and no rule of the host has that"));
        return host.Length == 0 ? null : root;
    }

    /// <summary>Of the location that it becomes: a Prefix has a final slash; an Exact path, which is the whole path, comes before that.</summary>
    private static int Length(RoutePlan route) => route.Path.Length + (route.Kind == PathKind.ImplementationSpecific || route.Path.EndsWith('/') ? 0 : 1);

    /// <summary>Whether the path without its final slash is redirected to it: nginx does that for a location with a final slash, of whatever kind, unless another has the path itself.</summary>
    private bool Slash(RoutePlan route) =>
        route.Path.Length > 1 && route.Path.EndsWith('/') && Enum.GetValues<PathKind>().All(kind => Find(route.Path[..^1], kind) is null);

    /// <summary><c>~* "^PATH"</c>. Of a Prefix that isn't itself a pattern ingress-nginx makes two locations, with a final slash and without, which together take all that begins so.</summary>
    private Regex? Pattern(RoutePlan route)
    {
        var only = route.Kind == PathKind.Prefix && !IsRegex(route) && route.Path != "/" && Find(route.Path, PathKind.Exact) is not null;
        var text = only && !route.Path.EndsWith('/') ? route.Path + "/" : route.Path;
        var pattern = PathPattern.Compile("^" + text, RegexOptions.IgnoreCase);
        if (pattern is null) told.Add(Error(written[route].Part, written[route].Field, $"found '{route.Written}'; {PathPattern.Problem(text)}, since another Ingress makes all paths of {host} regular expressions. The path is left out") with { NotAccepted = true });
        return pattern;
    }

    /// <summary>Whether its own Ingress makes it a regular expression.</summary>
    private bool IsRegex(RoutePlan route) => route.Rewrite is not null || written[route].Part.Annotations.UseRegex;
}
