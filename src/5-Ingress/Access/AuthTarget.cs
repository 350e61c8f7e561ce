using System.Globalization;

namespace Usher.Ingress;

/// <summary>A URL of http or https as nginx's <c>proxy_pass</c> takes it apart.</summary>
/// <param name="Secured">Whether for https.</param>
/// <param name="Host">The host, without brackets and port.</param>
/// <param name="Port">The port, 80 or 443 when it names none.</param>
/// <param name="Target">Path and query; empty when it has neither.</param>
internal readonly record struct AuthTarget(bool Secured, string Host, int Port, string Target)
{
    /// <summary>Takes a URL apart; null when it is none.</summary>
    internal static AuthTarget? Of(string url)
    {
        var secured = url.StartsWith("https://", StringComparison.Ordinal);
        if (!secured && !url.StartsWith("http://", StringComparison.Ordinal)) return null;
        var authority = Authority(url);
        var target = url[(url.IndexOf("://", StringComparison.Ordinal) + 3 + authority.Length)..];
        var hash = target.IndexOf('#', StringComparison.Ordinal);
        if (hash >= 0) target = target[..hash];
        var colon = authority.LastIndexOf(':');
        var port = secured ? 443 : 80;
        var host = authority;
        if (colon > 0 && !authority.EndsWith(']'))
        {
            if (!int.TryParse(authority[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535) return null;
            host = authority[..colon];
        }

        host = host.Trim('[', ']').ToLowerInvariant();
        if (host.Length == 0 || !Usher.Wire.HeaderEdits.CanSetTarget(target.Length == 0 ? "/" : target)) return null;
        return new AuthTarget(secured, host, port, target.StartsWith('?') ? "/" + target : target);
    }

    /// <summary>Whether a URL, which may have variables, names a port that is one: no port, one that a variable makes, or 1 to 65535 (nginx's ngx_parse_inet_url).</summary>
    internal static bool HasUsablePort(string url)
    {
        var authority = Authority(url);
        var colon = authority.LastIndexOf(':');
        if (colon < 0 || authority.EndsWith(']')) return true;
        var port = authority[(colon + 1)..];
        return port.Contains('$', StringComparison.Ordinal) || (int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535);
    }

    /// <summary>The host with its port as written, variables included.</summary>
    internal static string HostOf(string url) => Authority(url);

    private static string Authority(string url)
    {
        var at = url.IndexOf("://", StringComparison.Ordinal);
        if (at < 0) return "";
        var rest = url[(at + 3)..];
        var end = rest.IndexOfAny(['/', '?', '#']);
        return end < 0 ? rest : rest[..end];
    }
}
