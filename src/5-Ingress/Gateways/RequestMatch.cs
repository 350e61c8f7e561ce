using System.Net;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>What a match wants of a request besides its path (Gateway API, HTTPRouteMatch). Pure.</summary>
internal static class RequestMatch
{
    /// <summary>Whether method, headers and query are as a match wants them.</summary>
    internal static bool Takes(RuleMatch match, RequestFacts facts)
    {
        if (match.Method is { } method && method != facts.Method) return false;
        foreach (var header in match.Headers)
        {
            if (!header.Takes(Header(facts, header.Name))) return false;
        }

        foreach (var query in match.Queries)
        {
            if (!query.Takes(Query(facts.Query, query.Name))) return false;
        }

        return true;
    }

    /// <summary>What is missing for a match to take a request, for people; null when nothing is.</summary>
    internal static string? Lacks(RuleMatch match, RequestFacts facts, string path)
    {
        if (!match.Path.Takes(path)) return $"path is {path}, it wants {match.Path}";
        if (match.Method is { } method && method != facts.Method) return $"method is {facts.Method}, it wants {method}";
        foreach (var header in match.Headers)
        {
            var value = Header(facts, header.Name);
            if (!header.Takes(value)) return $"header {header.Name} {(value is null ? "isn't there" : $"is '{value}'")}, it wants {Wanted(header)}";
        }

        foreach (var query in match.Queries)
        {
            var value = Query(facts.Query, query.Name);
            if (!query.Takes(value)) return $"the query's {query.Name} {(value is null ? "isn't there" : $"is '{value}'")}, it wants {Wanted(query)}";
        }

        return null;
    }

    /// <summary>A header's value, several of one name joined by commas (RFC 9110 section 5.3); null when there is none.</summary>
    internal static string? Header(RequestFacts facts, string name)
    {
        string? value = null;
        foreach (var (key, said) in facts.Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) value = value is null ? said : $"{value},{said}";
        }

        return value;
    }

    /// <summary>The first parameter of this name in a query, decoded; null when there is none.</summary>
    internal static string? Query(string query, string name)
    {
        foreach (var range in query.AsSpan().Split('&'))
        {
            var pair = query.AsSpan()[range];
            var equals = pair.IndexOf('=');
            if (Decode(equals < 0 ? pair : pair[..equals]) == name) return equals < 0 ? "" : Decode(pair[(equals + 1)..]);
        }

        return null;
    }

    private static string Wanted(ValueMatch match) => match.Expression is null ? $"'{match.Value}'" : $"one that is as {match.Value}";

    private static string Decode(ReadOnlySpan<char> text) => text.ContainsAny('%', '+') ? WebUtility.UrlDecode(text.ToString()) : text.ToString();
}
