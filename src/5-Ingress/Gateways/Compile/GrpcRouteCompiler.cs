using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>A GRPCRoute's rules. A call is a POST to <c>/service/method</c>.</summary>
internal static class GrpcRouteCompiler
{
    internal static IEnumerable<CompiledRule> Compile(BackendRefs backends, Resource<Gateway>? gateway, Resource<GrpcRoute> route)
    {
        var compiler = new RuleCompiler(backends, route.Key, isGrpc: true, gateway);
        var age = Age.Of(route);
        foreach (var (i, rule) in route.Value.Spec.Rules.Index())
        {
            IEnumerable<GrpcRouteMatch> matches = rule.Matches.Count == 0 ? [new GrpcRouteMatch()] : rule.Matches;
            yield return compiler.Compile(i, rule.Name, rule.Filters.Select(Filter), [.. rule.BackendRefs.Select(r => ((BackendRef)r, r.Filters.Select(Filter)))], null, matches.Select(m => Match(m, age)));
        }
    }

    /// <summary>A GRPCRoute's filters are some of an HTTPRoute's.</summary>
    private static HttpRouteFilter Filter(GrpcRouteFilter filter) => new()
    {
        Type = filter.Type,
        RequestHeaderModifier = filter.RequestHeaderModifier,
        ResponseHeaderModifier = filter.ResponseHeaderModifier,
        RequestMirror = filter.RequestMirror,
        ExtensionRef = filter.ExtensionRef,
    };

    private static MatchParts Match(GrpcRouteMatch match, Age age)
    {
        var problems = new List<string>();
        var path = PathOf(match.Method, problems);
        var headers = match.Headers.Select(h => RuleCompiler.Value(h.Name, Octets.Of(h.Value), h.Type, problems)).DistinctBy(h => h.Name, StringComparer.OrdinalIgnoreCase).ToImmutableArray();
        return new MatchParts(path, problems)
        {
            Headers = headers,
            Precedence = new Precedence(0, match.Method?.Service?.Length ?? 0, match.Method?.Method?.Length ?? 0, headers.Length, 0, age),
        };
    }

    private static PathMatch PathOf(GrpcMethodMatch? method, List<string> problems)
    {
        if (method is null || (string.IsNullOrEmpty(method.Service) && string.IsNullOrEmpty(method.Method))) return PathMatch.All;
        if (method.Type == "RegularExpression" || string.IsNullOrEmpty(method.Service))
        {
            var literal = method.Type != "RegularExpression";
            var text = $"/{Part(method.Service, literal)}/{Part(method.Method, literal)}";
            return new PathMatch(PathMatchKind.RegularExpression, text) { Expression = RuleCompiler.Pattern(text, problems) };
        }

        return string.IsNullOrEmpty(method.Method) ? new PathMatch(PathMatchKind.PathPrefix, $"/{method.Service}") : new PathMatch(PathMatchKind.Exact, $"/{method.Service}/{method.Method}");
    }

    private static string Part(string? text, bool literal) => string.IsNullOrEmpty(text) ? "[^/]+" : literal ? Regex.Escape(text) : $"(?:{text})";
}
