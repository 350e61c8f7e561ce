using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>A GRPCRoute's rules. A call is a POST to <c>/service/method</c>.</summary>
internal sealed class GrpcRouteCompiler(BackendRefs backends, Resource<Gateway>? gateway)
{
    internal IEnumerable<CompiledRule> Compile(Resource<GrpcRoute> route)
    {
        for (var i = 0; i < route.Value.Spec.Rules.Count; i++) yield return Rule(route, route.Value.Spec.Rules[i], i);
    }

    private CompiledRule Rule(Resource<GrpcRoute> route, GrpcRouteRule rule, int index)
    {
        var field = FormattableString.Invariant($"spec.rules[{index}]");
        var filters = new FilterCompiler(backends, route.Key, isGrpc: true, gateway).Read(rule.Filters, $"{field}.filters");
        var targets = ImmutableArray.CreateBuilder<WeightedBackend>();
        Condition? wrong = filters.Wrong, unresolved = null;
        foreach (var (reference, i) in rule.BackendRefs.Select((r, i) => (r, i)))
        {
            var (backend, nowhere) = backends.Resolve(route.Key, reference, reference.Weight, isGrpc: true, gateway);
            var own = new FilterCompiler(backends, route.Key, isGrpc: true, gateway).Read(reference.Filters, FormattableString.Invariant($"{field}.backendRefs[{i}].filters"));
            if (nowhere is not null) unresolved ??= nowhere with { Message = FormattableString.Invariant($"{field}.backendRefs[{i}]: {nowhere.Message}") };
            wrong ??= own.Wrong;
            targets.Add(backend with { Invalid = backend.Invalid ?? own.Wrong?.Message, RequestHeaders = own.RequestHeaders, ResponseHeaders = own.ResponseHeaders, Mirrors = own.Mirrors });
        }

        var plan = new RulePlan
        {
            Name = rule.Name,
            Field = field,
            RequestHeaders = filters.RequestHeaders,
            ResponseHeaders = filters.ResponseHeaders,
            Mirrors = filters.Mirrors,
            Backends = targets.ToImmutable(),
            TotalWeight = targets.Sum(b => b.Weight),
            Broken = filters.Wrong?.Message ?? (targets.Count == 0 ? "it names no backend" : null),
        };
        var created = route.Value.Metadata.CreationTimestamp ?? DateTime.MaxValue;
        var matches = new List<(GrpcMethodMatch? Method, PathMatch Path, ImmutableArray<ValueMatch> Headers, int Index)>();
        IEnumerable<GrpcRouteMatch> written = rule.Matches.Count == 0 ? [new GrpcRouteMatch()] : rule.Matches;
        foreach (var (match, m) in written.Select((match, m) => (match, m)))
        {
            var problems = new List<string>();
            var path = PathOf(match.Method, problems);
            var headers = match.Headers.Select(h => HttpRouteCompiler.Value(h.Name, h.Value, h.Type, problems)).DistinctBy(h => h.Name, StringComparer.OrdinalIgnoreCase).ToImmutableArray();
            if (problems.Count > 0) wrong ??= new Condition("Accepted", false, "UnsupportedValue", FormattableString.Invariant($"{field}.matches[{m}]: {string.Join("; ", problems)}"));
            else matches.Add((match.Method, path, headers, m));
        }

        return new CompiledRule(
            host => matches.Select(m => new RuleMatch(route.Key, index, m.Index, host, m.Path, plan)
            {
                Headers = m.Headers,
                Precedence = new Precedence(0, m.Method?.Service?.Length ?? 0, m.Method?.Method?.Length ?? 0, m.Headers.Length, 0, created),
            }),
            wrong, unresolved ?? filters.Unresolved)
        {
            IsServed = matches.Count > 0 && plan.Broken is null,
            Services = [.. targets.Where(t => t.Invalid is null || t.TlsBy is not null).Select(t => t.Backend.Front.Service)],
        };
    }

    private static PathMatch PathOf(GrpcMethodMatch? method, List<string> problems)
    {
        if (method is null || (string.IsNullOrEmpty(method.Service) && string.IsNullOrEmpty(method.Method))) return PathMatch.All;
        if (method.Type == "RegularExpression" || string.IsNullOrEmpty(method.Service))
        {
            var literal = method.Type != "RegularExpression";
            var text = $"/{Part(method.Service, literal)}/{Part(method.Method, literal)}";
            return new PathMatch(PathMatchKind.RegularExpression, text) { Expression = HttpRouteCompiler.Pattern(text, problems) };
        }

        return string.IsNullOrEmpty(method.Method) ? new PathMatch(PathMatchKind.PathPrefix, $"/{method.Service}") : new PathMatch(PathMatchKind.Exact, $"/{method.Service}/{method.Method}");
    }

    private static string Part(string? text, bool literal) => string.IsNullOrEmpty(text) ? "[^/]+" : literal ? Regex.Escape(text) : $"(?:{text})";
}
