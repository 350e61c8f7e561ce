using System.Collections.Immutable;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>An HTTPRoute's rules.</summary>
internal static class HttpRouteCompiler
{
    // Timers take no more than 49 days; longer is as good as none.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    internal static IEnumerable<CompiledRule> Compile(BackendRefs backends, Resource<Gateway>? gateway, Resource<HttpRoute> route)
    {
        var compiler = new RuleCompiler(backends, route.Key, isGrpc: false, gateway);
        var age = Age.Of(route);
        foreach (var (i, rule) in route.Value.Spec.Rules.Index())
        {
            IEnumerable<HttpRouteMatch> matches = rule.Matches.Count == 0 ? [new HttpRouteMatch()] : rule.Matches;
            yield return compiler.Compile(
                i, rule.Name, rule.Filters, [.. rule.BackendRefs.Select(r => ((BackendRef)r, (IEnumerable<HttpRouteFilter>)r.Filters))], Timeout(rule.Timeouts), matches.Select(m => Match(m, age)));
        }
    }

    private static MatchParts Match(HttpRouteMatch match, Age age)
    {
        var problems = new List<string>();
        var path = PathOf(match.Path, problems);
        var headers = match.Headers.Select(h => RuleCompiler.Value(h.Name, Octets.Of(h.Value), h.Type, problems)).DistinctBy(h => h.Name, StringComparer.OrdinalIgnoreCase).ToImmutableArray();
        var queries = match.QueryParams.Select(q => RuleCompiler.Value(q.Name, q.Value, q.Type, problems)).DistinctBy(q => q.Name, StringComparer.Ordinal).ToImmutableArray();
        return new MatchParts(path, problems)
        {
            Method = match.Method,
            Headers = headers,
            Queries = queries,
            Precedence = new Precedence((int)path.Kind, path.Value.Length, match.Method is null ? 0 : 1, headers.Length, queries.Length, age),
        };
    }

    private static RuleTimeout? Timeout(HttpRouteTimeouts? written) => (Limit(written?.Request), Limit(written?.BackendRequest)) switch
    {
        (null, null) => null,
        // There is one attempt, which begins as soon as the request has come.
        (_, { } backend) => new RuleTimeout(backend, "backendRequest"),
        ({ } request, _) => new RuleTimeout(request, "request"),
    };

    /// <summary>A time of 0 is no limit.</summary>
    private static TimeSpan? Limit(string? text) => GatewayDuration.Parse(text) is { } time && time > TimeSpan.Zero && time <= Longest ? time : null;

    // An escape in a match is one of the path's, which are compared without them.
    private static PathMatch PathOf(HttpPathMatch match, List<string> problems) => match.Type switch
    {
        "Exact" => new PathMatch(PathMatchKind.Exact, NormalPath.Of(match.Value) ?? match.Value),
        "RegularExpression" => new PathMatch(PathMatchKind.RegularExpression, match.Value) { Expression = RuleCompiler.Pattern(match.Value, problems) },
        _ => new PathMatch(PathMatchKind.PathPrefix, (NormalPath.Of(match.Value) ?? match.Value).TrimEnd('/')),
    };
}
