using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Usher.Model.Desired;

namespace Usher.Ingress.Gateways;

/// <summary>A match of a rule of an HTTPRoute or GRPCRoute: everything that it says must hold.</summary>
/// <param name="Route">The route.</param>
/// <param name="RuleIndex">The rule's place in it, from 0.</param>
/// <param name="MatchIndex">The match's place in the rule, from 0.</param>
/// <param name="Host">The route's host that it is matched under, as written; empty for any.</param>
/// <param name="Path">The path.</param>
/// <param name="Rule">What is done with a request that matches.</param>
internal sealed record RuleMatch(ResourceKey Route, int RuleIndex, int MatchIndex, string Host, PathMatch Path, RulePlan Rule)
{
    /// <summary>The method, with case; null for any.</summary>
    public string? Method { get; init; }

    /// <summary>The headers.</summary>
    public ImmutableArray<ValueMatch> Headers { get; init; } = [];

    /// <summary>The parameters of the query.</summary>
    public ImmutableArray<ValueMatch> Queries { get; init; } = [];

    /// <summary>Its place among others that match the same request.</summary>
    public required Precedence Precedence { get; init; }

    /// <summary>Whether it reads request headers.</summary>
    internal bool ReadsHeaders => !Headers.IsEmpty || Rule.ReadsHeaders;

    /// <summary><c>HTTPRoute shop/users rule 0 (api.example.com, PathPrefix /v1, GET, header x: 1)</c>.</summary>
    internal string Label => $"{Route} rule {Rule.Name ?? FormattableString.Invariant($"{RuleIndex}")} ({Words})";

    /// <summary>What it says, with its host.</summary>
    internal string Words => string.Join(", ", Parts());

    /// <summary>The same for all matches that want the same of a request for one host.</summary>
    internal string Wants => string.Join('\n', [Path.ToString(), Method ?? "", .. Headers.Select(h => $"header {h with { Name = h.Name.ToLowerInvariant() }}").Order(StringComparer.Ordinal), .. Queries.Select(q => $"query {q}").Order(StringComparer.Ordinal)]);

    private IEnumerable<string> Parts() =>
    [
        Host.Length == 0 ? "any host" : Host, Path.ToString(), .. Method is null ? (IEnumerable<string>)[] : [Method],
        .. Headers.Select(h => $"header {h}"), .. Queries.Select(q => $"query {q}"),
    ];
}

/// <summary>How a path is matched.</summary>
internal enum PathMatchKind : byte
{
    /// <summary>The whole path, with case.</summary>
    Exact,

    /// <summary>The whole path is an expression's.</summary>
    RegularExpression,

    /// <summary>Element by element, with case.</summary>
    PathPrefix,
}

/// <summary>A match of a path.</summary>
/// <param name="Kind">How.</param>
/// <param name="Value">The path, or the expression; a prefix without its final slash, so that of <c>/</c> nothing is left.</param>
internal sealed record PathMatch(PathMatchKind Kind, string Value)
{
    internal static readonly PathMatch All = new(PathMatchKind.PathPrefix, "");

    /// <summary>The expression, matched in linear time; null for the other kinds.</summary>
    public Regex? Expression { get; init; }

    /// <summary>Whether it takes a path.</summary>
    internal bool Takes(string path) => Kind switch
    {
        PathMatchKind.Exact => path == Value,
        PathMatchKind.RegularExpression => Expression!.IsMatch(path),
        _ => path.StartsWith(Value, StringComparison.Ordinal) && (path.Length == Value.Length || path[Value.Length] == '/'),
    };

    public override string ToString() => $"{Kind} {(Value.Length == 0 ? "/" : Value)}";

    /// <inheritdoc/>
    public bool Equals(PathMatch? other) => other is not null && Kind == other.Kind && Value == other.Value;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Value);
}

/// <summary>A match of a header or of a parameter of the query.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The value, or the expression.</param>
/// <param name="Expression">The expression, which takes the whole value; null for the very value.</param>
internal sealed record ValueMatch(string Name, string Value, Regex? Expression)
{
    /// <summary>Whether it takes a value; null for none.</summary>
    internal bool Takes(string? value) => value is not null && (Expression is null ? value == Value : Expression.IsMatch(value));

    public override string ToString() => $"{Name}{(Expression is null ? ": " : " ~ ")}{Value}";
}

/// <summary>
/// Which of several matches for one request wins (Gateway API, HTTPRouteRule and GRPCRouteRule, precedence): the more specific by what the kind of route counts, then the older route, then the first by
/// namespace and name, then the first in the route. Smaller is first.
/// </summary>
/// <param name="PathRank">0 for Exact, 1 for RegularExpression (which the Gateway API leaves to implementations), 2 for PathPrefix.</param>
/// <param name="PathLength">Characters of the path; of a gRPC service.</param>
/// <param name="MethodLength">1 where a method is matched; characters of a gRPC method.</param>
/// <param name="Headers">How many headers are matched.</param>
/// <param name="Queries">How many parameters of the query are matched.</param>
/// <param name="Age">How old the route is.</param>
internal readonly record struct Precedence(int PathRank, int PathLength, int MethodLength, int Headers, int Queries, Age Age)
{
    /// <summary>Compares two matches.</summary>
    internal static int Compare(RuleMatch one, RuleMatch other)
    {
        var (a, b) = (one.Precedence, other.Precedence);
        if (a.PathRank != b.PathRank) return a.PathRank.CompareTo(b.PathRank);
        if (a.PathLength != b.PathLength) return b.PathLength.CompareTo(a.PathLength);
        if (a.MethodLength != b.MethodLength) return b.MethodLength.CompareTo(a.MethodLength);
        if (a.Headers != b.Headers) return b.Headers.CompareTo(a.Headers);
        if (a.Queries != b.Queries) return b.Queries.CompareTo(a.Queries);
        if (a.Age != b.Age) return a.Age.CompareTo(b.Age);
        if (string.CompareOrdinal(one.Route.Namespace, other.Route.Namespace) is not 0 and var ns) return ns;
        if (string.CompareOrdinal(one.Route.Name, other.Route.Name) is not 0 and var name) return name;
        return one.RuleIndex != other.RuleIndex ? one.RuleIndex.CompareTo(other.RuleIndex) : one.MatchIndex.CompareTo(other.MatchIndex);
    }

    /// <summary>By which rule the first of two wins, for people.</summary>
    internal static string Why(RuleMatch winner, RuleMatch loser)
    {
        var (a, b) = (winner.Precedence, loser.Precedence);
        if (winner.Host != loser.Host) return "its host is more specific";
        if (a.PathRank != b.PathRank) return $"{winner.Path.Kind} comes before {loser.Path.Kind}";
        if (a.PathLength != b.PathLength) return FormattableString.Invariant($"its path is longer ({a.PathLength} characters, {b.PathLength})");
        if (a.MethodLength != b.MethodLength) return winner.Route.Kind == "GRPCRoute" ? "its method is longer" : "it matches a method";
        if (a.Headers != b.Headers) return FormattableString.Invariant($"it matches more headers ({a.Headers}, {b.Headers})");
        if (a.Queries != b.Queries) return FormattableString.Invariant($"it matches more parameters of the query ({a.Queries}, {b.Queries})");
        if (a.Age != b.Age) return a.Age.Created == b.Age.Created ? "its route was on the road before the other came" : "its route is older";
        return winner.Route != loser.Route ? $"{winner.Route.Short} comes first by name" : "it comes first in its route";
    }
}
