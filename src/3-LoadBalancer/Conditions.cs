using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>A compiled condition: any of its values satisfies it.</summary>
internal abstract record ConditionPlan
{
    /// <summary>Whether a request satisfies it.</summary>
    internal abstract bool Holds(RequestFacts facts);

    /// <summary>Why it holds or doesn't, naming what was found and what is wanted.</summary>
    internal abstract string Why(RequestFacts facts);

    private protected static string Wanted(IEnumerable<string> values) => string.Join(" or ", values);
}

/// <summary>host-header: compared without case, and without the port; a regex may speak of a port that the client named.</summary>
internal sealed record HostCondition(ImmutableArray<ValuePattern> Values) : ConditionPlan
{
    internal override bool Holds(RequestFacts facts)
    {
        foreach (var value in Values)
        {
            if (value.Matches(facts.Host)) return true;
            if (value is RegexPattern && facts.HostPort is { } port && value.Matches(string.Create(CultureInfo.InvariantCulture, $"{facts.Host}:{port}"))) return true;
        }

        return false;
    }

    internal override string Why(RequestFacts facts) =>
        $"host is {(facts.Host.Length == 0 ? "not given" : facts.Host)}, rule wants {Wanted(Values.Select(v => v.Text))}";
}

/// <summary>path-pattern: compared with case, without the query.</summary>
internal sealed record PathCondition(ImmutableArray<ValuePattern> Values) : ConditionPlan
{
    internal override bool Holds(RequestFacts facts)
    {
        foreach (var value in Values)
        {
            if (value.Matches(facts.Path)) return true;
        }

        return false;
    }

    internal override string Why(RequestFacts facts) => $"path is {facts.Path}, rule wants {Wanted(Values.Select(v => v.Text))}";
}

/// <summary>http-request-method: compared with case, without wildcards.</summary>
internal sealed record MethodCondition(ImmutableArray<string> Values) : ConditionPlan
{
    internal override bool Holds(RequestFacts facts) => Values.Contains(facts.Method, StringComparer.Ordinal);

    internal override string Why(RequestFacts facts) => $"method is {facts.Method}, rule wants {Wanted(Values)}";
}

/// <summary>http-header: the values of one header, compared without case; a repeated header is searched in order.</summary>
internal sealed record HeaderCondition(string Name, ImmutableArray<ValuePattern> Values) : ConditionPlan
{
    internal override bool Holds(RequestFacts facts)
    {
        foreach (var (name, text) in facts.Headers)
        {
            if (!name.Equals(Name, StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var value in Values)
            {
                if (value.Matches(text)) return true;
            }
        }

        return false;
    }

    internal override string Why(RequestFacts facts)
    {
        var found = facts.Headers.Where(h => h.Key.Equals(Name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).ToList();
        return $"header {Name} is {(found.Count == 0 ? "not given" : string.Join(", ", found))}, rule wants {Wanted(Values.Select(v => v.Text))}";
    }
}

/// <summary>query-string: any pair of the query that matches any of the values, compared without case.</summary>
internal sealed record QueryCondition(ImmutableArray<QueryPattern> Values) : ConditionPlan
{
    internal override bool Holds(RequestFacts facts)
    {
        foreach (var range in facts.Query.AsSpan().Split('&'))
        {
            var pair = facts.Query.AsSpan()[range];
            var equals = pair.IndexOf('=');
            var key = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? default : pair[(equals + 1)..];
            foreach (var wanted in Values)
            {
                if (wanted.Matches(key, value)) return true;
            }
        }

        return false;
    }

    internal override string Why(RequestFacts facts) =>
        $"query is {(facts.Query.Length == 0 ? "empty" : facts.Query)}, rule wants {Wanted(Values.Select(v => v.Text))}";
}

/// <summary>One value of a query-string condition. A null key matches any.</summary>
internal sealed record QueryPattern(WildcardPattern? Key, WildcardPattern Value)
{
    internal string Text => Key is null ? Value.Text : $"{Key.Text}={Value.Text}";

    internal bool Matches(ReadOnlySpan<char> key, ReadOnlySpan<char> value) => (Key is null || Key.Matches(key)) && Value.Matches(value);
}

/// <summary>source-ip: the peer's address, never one from X-Forwarded-For.</summary>
internal sealed record SourceCondition(ImmutableArray<IPNetwork> Values) : ConditionPlan
{
    internal override bool Holds(RequestFacts facts)
    {
        foreach (var network in Values)
        {
            if (network.Contains(facts.Source)) return true;
        }

        return false;
    }

    internal override string Why(RequestFacts facts) => $"source is {facts.Source}, rule wants {Wanted(Values.Select(v => v.ToString()))}";
}
