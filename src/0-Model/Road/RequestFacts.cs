using System.Net;

namespace Usher.Model.Road;

/// <summary>What an HTTP hop knows of a request when it decides. Kept with the decision, so that it can be replayed.</summary>
public sealed record RequestFacts
{
    /// <summary>The method, as sent; case matters.</summary>
    public required string Method { get; init; }

    /// <summary><c>http</c> or <c>https</c>, as the client's side of this hop spoke it.</summary>
    public required string Scheme { get; init; }

    /// <summary>The host without port, in lower case; empty when the client sent none.</summary>
    public required string Host { get; init; }

    /// <summary>The port in the Host header, or null.</summary>
    public int? HostPort { get; init; }

    /// <summary>The path as sent, starting with a slash, without the query; <c>*</c> for <c>OPTIONS *</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The query as sent, without the question mark; empty when there is none.</summary>
    public string Query { get; init; } = "";

    /// <summary>Who the hop got the connection from.</summary>
    public required IPAddress Source { get; init; }

    /// <summary>The client as a PROXY header names it, where the hop reads one; null for none, and for one that names nobody.</summary>
    public ProxiedEnds? Proxied { get; init; }

    /// <summary>The headers that decisions of this hop read; others may be left out.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Splits a Host header into host and port.</summary>
    public static (string Host, int? Port) SplitHost(string value)
    {
        var colon = value.LastIndexOf(':');
        if (colon < 0 || value.EndsWith(']')) return (value.ToLowerInvariant(), null);
        return int.TryParse(value.AsSpan(colon + 1), out var port) ? (value[..colon].ToLowerInvariant(), port) : (value.ToLowerInvariant(), null);
    }

    /// <summary>Splits a request target into path and query; an absolute form loses its scheme and authority.</summary>
    public static (string Path, string Query) SplitTarget(string target)
    {
        if (!target.StartsWith('/'))
        {
            var authority = target.IndexOf("://", StringComparison.Ordinal);
            if (authority > 0)
            {
                var slash = target.IndexOf('/', authority + 3);
                target = slash < 0 ? "/" : target[slash..];
            }
        }

        var question = target.IndexOf('?', StringComparison.Ordinal);
        return question < 0 ? (target, "") : (target[..question], target[(question + 1)..]);
    }
}
