using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>What the ingress controller makes of a request.</summary>
internal enum IngressVerdict
{
    /// <summary>To the route's Service.</summary>
    Forward,

    /// <summary>No host or path matches: 404.</summary>
    NotFound,

    /// <summary>The route's Service has no ready endpoint: 503.</summary>
    Unavailable,

    /// <summary><c>/healthz</c> of the default server: 200.</summary>
    Health,

    /// <summary>The path can't be normalised: 400.</summary>
    Malformed,
}

/// <summary>What was chosen.</summary>
/// <param name="Verdict">What becomes of the request.</param>
/// <param name="Route">The route, or null when none matched.</param>
/// <param name="BackendReady">What was read of the route's Service: whether it had a ready endpoint.</param>
internal readonly record struct IngressChoice(IngressVerdict Verdict, RoutePlan? Route, bool BackendReady);

/// <summary>Tells whether a backend has a ready endpoint.</summary>
internal interface IBackendStates
{
    bool IsReady(BackendPlan backend);
}

/// <summary>What a recorded decision read.</summary>
internal readonly record struct RecordedBackend(bool Ready) : IBackendStates
{
    public bool IsReady(BackendPlan backend) => Ready;
}

/// <summary>The receptionist: which Service, by host and path.</summary>
internal static class IngressHop
{
    /// <summary>
    /// Decides for one request (Kubernetes documentation, Ingress; Path types, Multiple matches, Hostname wildcards):
    /// <list type="number">
    /// <item>The server: an exact host, else a wildcard of one label, else the rules without a host.</item>
    /// <item>Its longest path that matches, Exact before Prefix; 400 for what is no path.</item>
    /// <item>Else a default backend; else 404, but for the controller's own <c>/healthz</c>.</item>
    /// <item>A Service without ready endpoints is answered with 503, as ingress-nginx does.</item>
    /// </list>
    /// </summary>
    internal static IngressChoice Decide<TStates, TReasons>(RouteTable table, TStates states, RequestFacts facts, TReasons reasons)
        where TStates : struct, IBackendStates
        where TReasons : struct, IReasonSink
    {
        // 1. The server.
        var server = ServerOf(table, facts.Host, reasons);

        // 2. The path.
        if (NormalPath.Of(facts.Path) is not { } path) return new IngressChoice(IngressVerdict.Malformed, null, false);
        var route = server is null ? null : Longest(server, path, reasons);

        // 3. The default.
        if (route is null)
        {
            route = server?.Default ?? table.Default;
            if (route is not null && TReasons.Wanted) reasons.Add(route.Label, true, "no path matches, so the default backend takes it");
            if (route is null && server is null && path == "/healthz") return new IngressChoice(IngressVerdict.Health, null, false);
            if (route is null) return new IngressChoice(IngressVerdict.NotFound, null, false);
        }

        // 4. The Service.
        var ready = states.IsReady(route.Backend);
        if (TReasons.Wanted) reasons.Add($"Service {route.Backend.Label}", ready, ready ? "has a ready endpoint" : "has no ready endpoint");
        return new IngressChoice(ready ? IngressVerdict.Forward : IngressVerdict.Unavailable, route, ready);
    }

    private static ServerPlan? ServerOf<TReasons>(RouteTable table, string host, TReasons reasons) where TReasons : struct, IReasonSink
    {
        // nginx takes a name's final dot off.
        if (host.EndsWith('.')) host = host[..^1];
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        var found = table.Hosts.GetValueOrDefault(host)
            ?? (dot > 0 && table.Wildcards.TryGetValue(host[dot..], out var wildcard) ? wildcard : null)
            ?? table.AnyHost;
        if (TReasons.Wanted)
        {
            foreach (var other in table.Hosts.Values.Concat(table.Wildcards.Values).Where(s => s != found))
            {
                var covers = found is { Host: not "" } && dot > 0 && other.Host.StartsWith('*') && other.Host[1..] == host[dot..];
                reasons.Add($"host {other.Host}", false, covers ? $"covers {host} too, but an exact host comes first" : $"host is {(host.Length == 0 ? "not given" : host)}");
            }

            if (found is not null)
            {
                var why = found.Host.Length == 0 ? "no other host matches" : found.Host == host ? "is the request's host" : $"covers {host}";
                reasons.Add($"host {(found.Host.Length == 0 ? "(any)" : found.Host)}", true, why);
            }
        }

        return found;
    }

    private static RoutePlan? Longest<TReasons>(ServerPlan server, string path, TReasons reasons) where TReasons : struct, IReasonSink
    {
        RoutePlan? chosen = null;
        foreach (var route in server.Routes)
        {
            var matches = Matches(route, path);
            if (matches && chosen is null)
            {
                chosen = route;
                if (!TReasons.Wanted) return chosen;
                reasons.Add(route.Label, true, $"path {path} matches, the longest of those that do");
            }
            else if (TReasons.Wanted)
            {
                reasons.Add(route.Label, false, matches ? $"path {path} matches too, but {chosen!.Path} comes first: longer, or Exact" : $"path is {path}");
            }
        }

        return chosen;
    }

    private static bool Matches(RoutePlan route, string path)
    {
        switch (route.Kind)
        {
            case PathKind.Exact: return path == route.Path;
            case PathKind.ImplementationSpecific: return path.StartsWith(route.Path, StringComparison.Ordinal);
            default:
                // Element by element; a slash at the end of either makes no difference.
                var prefix = route.Path.AsSpan().TrimEnd('/');
                return path.AsSpan().StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || path[prefix.Length] == '/');
        }
    }
}
