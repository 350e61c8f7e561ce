using System.Net;
using Usher.Trace;

namespace Usher.Cli.Client;

/// <summary>The request that a person described, in curl's words.</summary>
internal sealed record RequestLine
{
    /// <summary>The URL, with path and query exactly as written.</summary>
    public required Uri Url { get; init; }

    /// <summary>The method: GET, or POST when there is data and no <c>-X</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Headers of <c>-H</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body of <c>-d</c>, or null.</summary>
    public byte[]? Data { get; init; }

    /// <summary><c>-k</c>: take any certificate.</summary>
    public bool Insecure { get; init; }

    /// <summary><c>--http1.1</c>: don't offer HTTP/2.</summary>
    public bool Http11 { get; init; }

    /// <summary><c>--resolve host:port:address</c>: addresses that need no DNS.</summary>
    public IReadOnlyList<Resolution> Resolve { get; init; } = [];

    /// <summary>The address that <c>--resolve</c> gives the URL's own host and port; null where DNS is asked.</summary>
    internal IPAddress? Resolved => Resolve.FirstOrDefault(r => r.Host.Equals(Url.Host, StringComparison.OrdinalIgnoreCase) && r.Port == Url.Port)?.Address;

    /// <summary>Reads what the command line said.</summary>
    /// <exception cref="UserException">Something isn't of its form; the message says which and what is wanted.</exception>
    internal static RequestLine Parse(
        string url, string? method, IEnumerable<string> headers, IReadOnlyList<string> data, bool insecure, bool http11, IEnumerable<string> resolve)
    {
        var text = url.Contains("://", StringComparison.Ordinal) ? url : $"http://{url}";
        // A fragment is the client's own (RFC 9110 §4.2.5); what isn't ASCII is sent as UTF-8, escaped.
        text = string.Concat(text.Split('#')[0].Select(c => char.IsAscii(c) ? c.ToString() : Uri.EscapeDataString(c.ToString())));
        if (text.Any(c => c is <= ' ' or '\u007f')) throw new UserException($"'{url}' has a space or control character; write it as %20 or the like", ExitCodes.Usage);
        // The path is sent as it is written: `/a/../b` is a request that a person may want to see.
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        if (!Uri.TryCreate(text, options, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            throw new UserException($"'{url}' is no URL that can be requested; http://… or https://… is wanted", ExitCodes.Usage);
        }

        if (method is { Length: > 0 } && !ExplainRequest.IsToken(method)) throw new UserException($"-X '{method}': a method is one word of letters and digits", ExitCodes.Usage);
        return new RequestLine
        {
            Url = uri,
            Method = method ?? (data.Count > 0 ? "POST" : "GET"),
            Headers = [.. headers.Select(Header)],
            Data = data.Count > 0 ? Body(data) : null,
            Insecure = insecure,
            Http11 = http11,
            Resolve = [.. resolve.Select(Resolution.Parse)],
        };
    }

    private static KeyValuePair<string, string> Header(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? new(text[..colon].Trim(), text[(colon + 1)..].Trim())
            : throw new UserException($"-H '{text}': 'Name: value' is wanted", ExitCodes.Usage);
    }

    /// <summary>Several <c>-d</c> are joined by <c>&amp;</c>; <c>@file</c> reads a file, as curl does.</summary>
    private static byte[] Body(IReadOnlyList<string> data)
    {
        var parts = data.Select(d => d.StartsWith('@') ? ReadFile(d[1..]) : d);
        return System.Text.Encoding.UTF8.GetBytes(string.Join('&', parts));
    }

    private static string ReadFile(string path)
    {
        try
        {
            return path == "-" ? Console.In.ReadToEnd() : File.ReadAllText(path).ReplaceLineEndings("");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"-d @{path}: {e.Message}", ExitCodes.Usage);
        }
    }
}

/// <summary>An address that a person gave for a host and port, as curl's <c>--resolve</c>.</summary>
internal sealed record Resolution(string Host, int Port, IPAddress Address)
{
    internal static Resolution Parse(string text)
    {
        var parts = text.Split(':', 3);
        return parts.Length == 3 && int.TryParse(parts[1], out var port) && IPAddress.TryParse(parts[2].Trim('[', ']'), out var address)
            ? new Resolution(parts[0], port, address)
            : throw new UserException($"--resolve '{text}': host:port:address is wanted", ExitCodes.Usage);
    }
}
