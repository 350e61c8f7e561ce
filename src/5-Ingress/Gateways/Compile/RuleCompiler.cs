using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>A rule of a route as it is compiled.</summary>
/// <param name="Matches">Its matches, for any host.</param>
/// <param name="Wrong">Why the rule can't be served; null where it can.</param>
/// <param name="Unresolved">Why a reference of it leads nowhere; null where all lead somewhere.</param>
internal sealed record CompiledRule(IReadOnlyList<RuleMatch> Matches, Condition? Wrong, Condition? Unresolved)
{
    /// <summary>The Services that it leads to.</summary>
    public IReadOnlyList<ResourceKey> Services { get; init; } = [];

    /// <summary>Whether any request can be served by it.</summary>
    public bool IsServed { get; init; }
}

/// <summary>A match as a kind of route says it.</summary>
/// <param name="Path">The path; what is wrong with it, and with the others, is in <paramref name="Problems"/>.</param>
/// <param name="Problems">What is wrong.</param>
internal sealed record MatchParts(PathMatch Path, List<string> Problems)
{
    /// <summary>The method; null for any.</summary>
    public string? Method { get; init; }

    /// <summary>The headers, of one name the first.</summary>
    public ImmutableArray<ValueMatch> Headers { get; init; } = [];

    /// <summary>The parameters of the query, of one name the first.</summary>
    public ImmutableArray<ValueMatch> Queries { get; init; } = [];

    /// <summary>Its place among others.</summary>
    public required Precedence Precedence { get; init; }
}

/// <summary>What rules of HTTPRoutes and GRPCRoutes have in common: filters, backends with filters of their own, matches of which the wrong ones are left out.</summary>
internal sealed class RuleCompiler(BackendRefs backends, in ResourceKey route, bool isGrpc, Resource<Gateway>? gateway)
{
    private readonly ResourceKey route = route;

    /// <summary>Compiles a rule.</summary>
    /// <param name="index">Its place in the route.</param>
    /// <param name="name">Its name, or null.</param>
    /// <param name="filters">Its filters.</param>
    /// <param name="references">Its backends, each with its filters.</param>
    /// <param name="timeout">How long an answer may take; null for as long as it likes.</param>
    /// <param name="matches">Its matches, in order.</param>
    internal CompiledRule Compile(
        int index, string? name, IEnumerable<HttpRouteFilter> filters, IReadOnlyList<(BackendRef Reference, IEnumerable<HttpRouteFilter> Filters)> references, RuleTimeout? timeout, IEnumerable<MatchParts> matches)
    {
        var field = FormattableString.Invariant($"spec.rules[{index}]");
        var own = Filters(filters, $"{field}.filters");
        var (targets, wrong, unresolved) = Backends(references, field);
        wrong = own.Wrong ?? wrong;
        var plan = new RulePlan
        {
            Name = name,
            Field = field,
            RequestHeaders = own.RequestHeaders,
            ResponseHeaders = own.ResponseHeaders,
            Redirect = own.Redirect,
            Rewrite = own.Rewrite,
            Cors = own.Cors,
            Mirrors = own.Mirrors,
            Backends = targets,
            TotalWeight = targets.Sum(b => b.Weight),
            Timeout = timeout,
            Broken = own.Wrong?.Message ?? (targets.IsEmpty && own.Redirect is null && own.Cors is null ? "it names no backend" : null),
        };
        var right = new List<RuleMatch>();
        foreach (var (m, match) in matches.Index())
        {
            if (match.Problems.Count > 0) wrong ??= new Condition("Accepted", false, "UnsupportedValue", FormattableString.Invariant($"{field}.matches[{m}]: {string.Join("; ", match.Problems)}"));
            else right.Add(new RuleMatch(route, index, m, "", match.Path, plan) { Method = match.Method, Headers = match.Headers, Queries = match.Queries, Precedence = match.Precedence });
        }

        return new CompiledRule(right, wrong, unresolved ?? own.Unresolved)
        {
            IsServed = right.Count > 0 && plan.Broken is null,
            Services = [.. targets.Where(t => t.Invalid is null || t.TlsBy is not null).Select(t => t.Backend.Front.Service)],
        };
    }

    /// <summary>A match of a header or of a parameter of the query.</summary>
    internal static ValueMatch Value(string name, string value, string type, List<string> problems) => new(name, value, type == "RegularExpression" ? Pattern(value, problems) : null);

    /// <summary>An expression; null, with what is wrong among the problems, where it is none.</summary>
    internal static Regex? Pattern(string text, List<string> problems)
    {
        var pattern = Patterns.Of(text, out var problem);
        if (problem is not null) problems.Add(problem);
        return pattern;
    }

    private (ImmutableArray<WeightedBackend> Backends, Condition? Wrong, Condition? Unresolved) Backends(IReadOnlyList<(BackendRef Reference, IEnumerable<HttpRouteFilter> Filters)> references, string rule)
    {
        var found = ImmutableArray.CreateBuilder<WeightedBackend>(references.Count);
        Condition? wrong = null, unresolved = null;
        foreach (var (i, (reference, written)) in references.Index())
        {
            var field = FormattableString.Invariant($"{rule}.backendRefs[{i}]");
            var (backend, nowhere) = backends.Resolve(route, reference, reference.Weight, isGrpc, gateway);
            var filters = Filters(written, $"{field}.filters");
            if (nowhere is not null) unresolved ??= nowhere with { Message = $"{field}: {nowhere.Message}" };
            unresolved ??= filters.Unresolved;
            var refused = filters.Cors is null ? filters.Wrong : new Condition("Accepted", false, "UnsupportedValue", $"{field}.filters: CORS is of a rule, and isn't supported for one backend");
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

    private FilterCompiler Filters(IEnumerable<HttpRouteFilter> filters, string field) => new FilterCompiler(backends, route, isGrpc, gateway).Read(filters, field);
}
