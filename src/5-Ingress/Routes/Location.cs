using System.Collections.Immutable;
using System.Globalization;
using Usher.Model.Journeys;

namespace Usher.Ingress;

/// <summary>Which location of a server a path is.</summary>
internal static class Location
{
    /// <summary>Of more routes than these, the ones that don't match are told by their number.</summary>
    private const int AllTold = 100;

    /// <summary>The first of the server's routes that matches, or null. Live traffic looks it up; where reasons are wanted, each is asked for its own.</summary>
    internal static RoutePlan? Of<TReasons>(ServerPlan server, string path, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (TReasons.Wanted || server.Index is not { } index)
        {
            var chosen = InOrder(server.Routes, path, reasons);
            if (TReasons.Wanted) TellLeftOut(server, chosen, path, reasons);
            return chosen;
        }

        foreach (var route in index.Find(path)) return route;
        return null;
    }

    /// <summary>The first of these routes that matches, found by trying one after the other; null when there is none.</summary>
    internal static RoutePlan? InOrder<TReasons>(ImmutableArray<RoutePlan> routes, string path, TReasons reasons) where TReasons : struct, IReasonSink
    {
        RoutePlan? chosen = null;
        var untold = 0;
        foreach (var route in routes)
        {
            var matches = Matches(route, path);
            if (matches && chosen is null)
            {
                chosen = route;
                if (!TReasons.Wanted) return chosen;
                reasons.Add(route.Label, true, Why(route, path));
            }
            else if (!matches && routes.Length > AllTold)
            {
                untold++;
            }
            else if (TReasons.Wanted)
            {
                reasons.Add(route.Label, false, matches
                    ? route.Pattern is null ? $"path {path} matches too, but {chosen!.Path} comes first: longer, or Exact" : $"path {path} matches too, but {chosen!.Path} is tried first: longer as text"
                    : $"path is {path}", notable: matches && route.Ingress != chosen!.Ingress);
            }
        }

        if (TReasons.Wanted && untold > 0) reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{untold:N0} other {(untold == 1 ? "path" : "paths")}"), false, $"path is {path}");
        return chosen;
    }

    /// <summary>Tells the paths of other Ingresses that would be the same location, and those that are skipped.</summary>
    private static void TellLeftOut<TReasons>(ServerPlan server, RoutePlan? chosen, string path, TReasons reasons) where TReasons : struct, IReasonSink
    {
        foreach (var skipped in server.Skipped) reasons.Add(skipped.Label, false, skipped.Why, notable: skipped.Takes(path));
        foreach (var (lost, by, why) in server.Shadowed.Where(s => s.By.Path == chosen?.Path && s.By.Kind == chosen.Kind))
            reasons.Add(lost.Label, false, $"has the same host, path and pathType as {by.Ingress.Short}, which keeps it: {why}", notable: true);
    }

    private static string Why(RoutePlan route, string path) =>
        route.Pattern is { } pattern ? $"path {path} matches {pattern}, the first that does"
        : route.Slash && path.Length < route.Path.Length ? $"path {path} lacks only the final slash: nginx redirects to it"
        : $"path {path} matches, the longest of those that do";

    private static bool Matches(RoutePlan route, string path)
    {
        if (route.Pattern is { } pattern) return pattern.IsMatch(path);
        return MatchesPlainly(route, path);
    }

    /// <summary>Whether a path matches by its pathType, as where no Ingress of the host has regular expressions.</summary>
    internal static bool MatchesPlainly(RoutePlan route, string path)
    {
        if (route.Slash && path.Length == route.Path.Length - 1) return route.Path.StartsWith(path, StringComparison.Ordinal);
        return MatchesPlainly(route.Path, route.Kind, path);
    }

    /// <summary>The same of a path as it is written.</summary>
    internal static bool MatchesPlainly(string written, PathKind kind, string path) => kind switch
    {
        PathKind.Exact => path == written,
        PathKind.ImplementationSpecific => path.StartsWith(written, StringComparison.Ordinal),
        // Element by element: ingress-nginx makes a location with a final slash, and one for the path itself.
        _ => path.StartsWith(written, StringComparison.Ordinal) && (path.Length == written.Length || written.EndsWith('/') || path[written.Length] == '/'),
    };
}
