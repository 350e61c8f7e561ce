using System.Globalization;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>A change of the path (Gateway API, HTTPPathModifier).</summary>
/// <param name="Replacement">The new path, or what stands in place of the prefix.</param>
/// <param name="IsPrefix">Whether it stands in place of the prefix that the match took.</param>
internal sealed record PathChange(string Replacement, bool IsPrefix)
{
    /// <summary>The new path for a path that a prefix match took: a replacement of <c>/xyz/</c> is one of <c>/xyz</c>, and nothing left is <c>/</c>.</summary>
    /// <param name="path">The path as the client sent it.</param>
    /// <param name="matched">The match's path.</param>
    internal string Apply(string path, PathMatch matched)
    {
        if (!IsPrefix) return Replacement.Length == 0 ? "/" : Replacement;
        var rest = matched.Kind == PathMatchKind.PathPrefix ? Rest(path, matched.Value) : path;
        var joined = Replacement.TrimEnd('/') + (rest.Length > 0 && rest[0] != '/' ? "/" + rest : rest);
        return joined.Length == 0 ? "/" : joined;
    }

    /// <summary>
    /// What follows a prefix, as the client sent it. The path may be written otherwise than it was matched (an escape, a double slash, dots): then the last place counts where what is before it is the
    /// prefix and what is after it the rest. An encoded slash may leave no such place: then it is the rest of the path that was matched, encoded again.
    /// </summary>
    private static string Rest(string path, string prefix)
    {
        if (prefix.Length == 0 || NormalPath.Of(path) is not { } normal || !normal.StartsWith(prefix, StringComparison.Ordinal)) return path;
        var rest = normal[prefix.Length..];
        if (ReferenceEquals(normal, path)) return rest;
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (NormalPath.Of(path[..end])?.TrimEnd('/') == prefix && (end == path.Length ? "" : NormalPath.Of(path[end..])) == rest) return path[end..];
        }

        return RewriteRule.Escape(rest, argument: false);
    }
}

/// <summary>A redirect (Gateway API, HTTPRequestRedirectFilter).</summary>
/// <param name="Scheme">The scheme; null keeps the request's.</param>
/// <param name="Host">The host; null keeps the request's.</param>
/// <param name="Path">The path; null keeps the request's.</param>
/// <param name="Port">The port; null follows from the scheme or the listener.</param>
/// <param name="Status">301, 302, 303, 307 or 308.</param>
internal sealed record RedirectFilter(string? Scheme, string? Host, PathChange? Path, int? Port, int Status)
{
    /// <summary>
    /// Where a request is sent to. The port: the one that is written; else the well-known one of a scheme that is written; else the listener's. It isn't named where it is the scheme's own, 80 or 443.
    /// </summary>
    internal string Location(RequestFacts facts, PathMatch matched, int listenerPort)
    {
        var scheme = Scheme ?? facts.Scheme;
        var wellKnown = scheme == "https" ? 443 : 80;
        var port = Port ?? (Scheme is null ? listenerPort : wellKnown);
        var path = Path?.Apply(facts.Path, matched) ?? facts.Path;
        return $"{scheme}://{Host ?? facts.Host}{(port == wellKnown ? "" : string.Create(CultureInfo.InvariantCulture, $":{port}"))}{path}{(facts.Query.Length == 0 ? "" : $"?{facts.Query}")}";
    }
}

/// <summary>A change of host and path on the way to the backend (Gateway API, HTTPURLRewriteFilter).</summary>
/// <param name="Host">The Host header; null keeps the request's.</param>
/// <param name="Path">The path; null keeps the request's.</param>
internal sealed record RewriteFilter(string? Host, PathChange? Path)
{
    /// <summary>The request target towards the backend; null where it stays.</summary>
    internal string? Target(RequestFacts facts, PathMatch matched) =>
        Path?.Apply(facts.Path, matched) is { } path ? facts.Query.Length == 0 ? path : $"{path}?{facts.Query}" : null;
}
