using System.Collections.Immutable;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>A rule of a route as it is compiled: its matches without hosts.</summary>
/// <param name="Matches">Makes the matches for a host.</param>
/// <param name="Wrong">Why the rule can't be served; null where it can.</param>
/// <param name="Unresolved">Why a reference of it leads nowhere; null where all lead somewhere.</param>
internal sealed record CompiledRule(Func<string, IEnumerable<RuleMatch>> Matches, Condition? Wrong, Condition? Unresolved)
{
    /// <summary>The Services that it leads to.</summary>
    public IReadOnlyList<ResourceKey> Services { get; init; } = [];

    /// <summary>Whether any request can be served by it.</summary>
    public bool IsServed { get; init; }
}

/// <summary>An HTTPRoute's rules.</summary>
internal sealed class HttpRouteCompiler(BackendRefs backends, Resource<Gateway>? gateway)
{
    internal IEnumerable<CompiledRule> Compile(Resource<HttpRoute> route)
    {
        for (var i = 0; i < route.Value.Spec.Rules.Count; i++) yield return Rule(route, route.Value.Spec.Rules[i], i);
    }

    private CompiledRule Rule(Resource<HttpRoute> route, HttpRouteRule rule, int index)
    {
        var field = FormattableString.Invariant($"spec.rules[{index}]");
        var filters = new FilterCompiler(backends, route.Key, isGrpc: false, gateway).Read(rule.Filters, $"{field}.filters");
        var (targets, wrong, unresolved) = Backends(route.Key, rule, field);
        wrong = filters.Wrong ?? wrong;
        var plan = new RulePlan
        {
            Name = rule.Name,
            Field = field,
            RequestHeaders = filters.RequestHeaders,
            ResponseHeaders = filters.ResponseHeaders,
            Redirect = filters.Redirect,
            Rewrite = filters.Rewrite,
            Cors = filters.Cors,
            Mirrors = filters.Mirrors,
            Backends = targets,
            TotalWeight = targets.Sum(b => b.Weight),
            Timeout = Timeout(rule.Timeouts),
            Broken = filters.Wrong?.Message ?? (targets.IsEmpty && filters.Redirect is null && filters.Cors is null ? "it names no backend" : null),
        };
        var matches = new List<(PathMatch Path, HttpRouteMatch Written, ImmutableArray<ValueMatch> Headers, ImmutableArray<ValueMatch> Queries, int Index)>();
        IEnumerable<HttpRouteMatch> written = rule.Matches.Count == 0 ? [new HttpRouteMatch()] : rule.Matches;
        foreach (var (match, m) in written.Select((match, m) => (match, m)))
        {
            var problems = new List<string>();
            var path = PathOf(match.Path, problems);
            var headers = match.Headers.Select(h => Value(h.Name, h.Value, h.Type, problems)).DistinctBy(h => h.Name, StringComparer.OrdinalIgnoreCase).ToImmutableArray();
            var queries = match.QueryParams.Select(q => Value(q.Name, q.Value, q.Type, problems)).DistinctBy(q => q.Name, StringComparer.Ordinal).ToImmutableArray();
            if (problems.Count > 0) wrong ??= new Condition("Accepted", false, "UnsupportedValue", FormattableString.Invariant($"{field}.matches[{m}]: {string.Join("; ", problems)}"));
            else matches.Add((path, match, headers, queries, m));
        }

        var created = route.Value.Metadata.CreationTimestamp ?? DateTime.MaxValue;
        return new CompiledRule(
            host => matches.Select(m => new RuleMatch(route.Key, index, m.Index, host, m.Path, plan)
            {
                Method = m.Written.Method,
                Headers = m.Headers,
                Queries = m.Queries,
                Precedence = new Precedence((int)m.Path.Kind, m.Path.Value.Length, m.Written.Method is null ? 0 : 1, m.Headers.Length, m.Queries.Length, created),
            }),
            wrong, unresolved ?? filters.Unresolved)
        {
            IsServed = matches.Count > 0 && plan.Broken is null,
            Services = [.. targets.Where(t => t.Invalid is null || t.TlsBy is not null).Select(t => t.Backend.Front.Service)],
        };
    }

    private (ImmutableArray<WeightedBackend> Backends, Condition? Wrong, Condition? Unresolved) Backends(in ResourceKey route, HttpRouteRule rule, string field)
    {
        var found = ImmutableArray.CreateBuilder<WeightedBackend>(rule.BackendRefs.Count);
        Condition? wrong = null, unresolved = null;
        for (var i = 0; i < rule.BackendRefs.Count; i++)
        {
            var reference = rule.BackendRefs[i];
            var (backend, nowhere) = backends.Resolve(route, reference, reference.Weight, isGrpc: false, gateway);
            var filters = new FilterCompiler(backends, route, isGrpc: false, gateway).Read(reference.Filters, FormattableString.Invariant($"{field}.backendRefs[{i}].filters"));
            if (nowhere is not null) unresolved ??= nowhere with { Message = FormattableString.Invariant($"{field}.backendRefs[{i}]: {nowhere.Message}") };
            unresolved ??= filters.Unresolved;
            var refused = filters.Cors is null ? filters.Wrong : new Condition("Accepted", false, "UnsupportedValue", FormattableString.Invariant($"{field}.backendRefs[{i}].filters: CORS is of a rule, and isn't supported for one backend"));
            wrong ??= refused;
            found.Add(backend with
            {
                Invalid = backend.Invalid ?? refused?.Message,
                RequestHeaders = filters.RequestHeaders,
                ResponseHeaders = filters.ResponseHeaders,
                Rewrite = filters.Rewrite,
                Redirect = filters.Redirect,
                Mirrors = filters.Mirrors,
            });
        }

        return (found.MoveToImmutable(), wrong, unresolved);
    }

    private static RuleTimeout? Timeout(HttpRouteTimeouts? written) => (Durations.Of(written?.Request), Durations.Of(written?.BackendRequest)) switch
    {
        (null, null) => null,
        // There is one attempt, which begins as soon as the request has come.
        (_, { } backend) => new RuleTimeout(backend, "backendRequest"),
        ({ } request, _) => new RuleTimeout(request, "request"),
    };

    // An escape in a match is one of the path's, which are compared without them.
    private static PathMatch PathOf(HttpPathMatch match, List<string> problems) => match.Type switch
    {
        "Exact" => new PathMatch(PathMatchKind.Exact, NormalPath.Of(match.Value) ?? match.Value),
        "RegularExpression" => new PathMatch(PathMatchKind.RegularExpression, match.Value) { Expression = Pattern(match.Value, problems) },
        _ => new PathMatch(PathMatchKind.PathPrefix, (NormalPath.Of(match.Value) ?? match.Value).TrimEnd('/')),
    };

    internal static ValueMatch Value(string name, string value, string type, List<string> problems) =>
        new(name, value, type == "RegularExpression" ? Pattern(value, problems) : null);

    internal static System.Text.RegularExpressions.Regex? Pattern(string text, List<string> problems)
    {
        var pattern = Patterns.Of(text, out var problem);
        if (problem is not null) problems.Add(problem);
        return pattern;
    }
}
