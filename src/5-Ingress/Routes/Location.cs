using Usher.Model.Journeys;

namespace Usher.Ingress;

/// <summary>Which location of a server a path is.</summary>
internal static class Location
{
    /// <summary>The first of the server's routes that matches, or null.</summary>
    internal static RoutePlan? Of<TReasons>(ServerPlan server, string path, TReasons reasons) where TReasons : struct, IReasonSink
    {
        RoutePlan? chosen = null;
        foreach (var route in server.Routes)
        {
            var matches = Matches(route, path);
            if (matches && chosen is null)
            {
                chosen = route;
                if (!TReasons.Wanted) return chosen;
                reasons.Add(route.Label, true, Why(route, path));
            }
            else if (TReasons.Wanted)
            {
                reasons.Add(route.Label, false, matches
                    ? route.Pattern is null ? $"path {path} matches too, but {chosen!.Path} comes first: longer, or Exact" : $"path {path} matches too, but {chosen!.Path} is tried first: longer as text"
                    : $"path is {path}");
            }
        }

        return chosen;
    }

    private static string Why(RoutePlan route, string path) =>
        route.Pattern is { } pattern ? $"path {path} matches {pattern}, the first that does"
        : route.Slash && path.Length < route.Path.Length ? $"path {path} lacks only the final slash: nginx redirects to it"
        : $"path {path} matches, the longest of those that do";

    private static bool Matches(RoutePlan route, string path)
    {
        if (route.Pattern is { } pattern) return pattern.IsMatch(path);
        if (route.Slash && path.Length == route.Path.Length - 1) return route.Path.StartsWith(path, StringComparison.Ordinal);
        switch (route.Kind)
        {
            case PathKind.Exact: return path == route.Path;
            case PathKind.ImplementationSpecific: return path.StartsWith(route.Path, StringComparison.Ordinal);
            default:
                // Element by element: ingress-nginx makes a location with a final slash, and one for the path itself.
                var prefix = route.Path.AsSpan().TrimEnd('/');
                return path.AsSpan().StartsWith(prefix, StringComparison.Ordinal)
                    && (path.Length == prefix.Length ? !route.Path.EndsWith('/') || route.Path.Length == 1 : path[prefix.Length] == '/');
        }
    }
}
