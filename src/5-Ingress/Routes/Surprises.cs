using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// What surprises people in how ingress-nginx matches, told wherever it decided, with what the Ingress documentation says and what becomes of it in Gateway API (Kubernetes blog, 27 February 2026, "Before you migrate: five surprising
/// Ingress-NGINX behaviors").
/// </summary>
internal static class Surprises
{
    /// <summary>Tells those of a location that was chosen.</summary>
    internal static void Tell<TReasons>(ServerPlan server, RoutePlan route, string path, RequestFacts facts, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (facts.Path != path)
            reasons.Add("surprise: the path is normalised", true, $"{facts.Path} is compared as {path}, and goes on as it came. Gateway API leaves to its implementations whether they do that", notable: true);
        if (route.Pattern is not { } pattern) return;
        var plain = Location.MatchesPlainly(route, path);
        var words = plain ? "would take it all the same" : "wouldn't take it";
        var annotations = route.Rules.Annotations;
        if (!annotations.Contains("use-regex") && !annotations.Contains("rewrite-target"))
            reasons.Add("surprise: another Ingress made this path a regular expression", true, $"{server.RegexBy} makes all paths of the host such, this one of {route.Ingress.Short} too. By the Ingress documentation {route.Kind} {route.Written} {words}; in Gateway API a route's matches are its own", notable: true);
        else if (!annotations.Contains("use-regex"))
            reasons.Add("surprise: rewrite-target makes paths regular expressions", true, $"without any use-regex. By the Ingress documentation {route.Kind} {route.Written} {words}; in Gateway API a rewrite changes nothing about what matches", notable: true);
        if (!plain)
            reasons.Add("surprise: a regular expression takes what begins like it, in either case", true, $"{path} matches {pattern} without case, whatever follows. As {route.Kind} {route.Written} it wouldn't; in Gateway API most implementations compare a RegularExpression with the whole path, and with case", notable: true);
    }

    /// <summary>Tells that a final slash is all that lacks.</summary>
    internal static void Slash<TReasons>(RoutePlan route, string path, TReasons reasons) where TReasons : struct, IReasonSink => reasons.Add(
        "surprise: a missing final slash is a redirect", true, $"{path} is sent to {route.Written} with 301, as nginx does for a location that ends in a slash. {(route.Kind == PathKind.Prefix ? $"By the Ingress documentation Prefix {route.Written} takes {path} itself" : $"By the Ingress documentation {route.Kind} {route.Written} doesn't take {path}")}; Gateway API has no such redirect", notable: true);
}
