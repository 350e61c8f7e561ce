using System.Collections.Frozen;
using System.Text;

namespace Usher.Wire;

/// <summary>
/// Which fields a proxy passes on as trailers. RFC 9110 section 6.5.1 keeps out what is needed before the content: framing, routing, authentication, modifiers of requests,
/// control of responses, and how the content is to be read. So that a client can't say by a trailer what proxies say of it, X-Forwarded-* and X-Amzn-* stay out too.
/// </summary>
internal static class TrailerFields
{
    private static readonly FrozenSet<string> Never = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade", "Expect", "Max-Forwards", "Via", "Forwarded", "X-Real-IP",
        "Authorization", "Authentication-Info", "Proxy-Authorization", "Proxy-Authenticate", "Proxy-Authentication-Info", "WWW-Authenticate", "Cookie", "Set-Cookie",
        "Cache-Control", "Pragma", "Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range",
        "Age", "Date", "Expires", "Location", "Retry-After", "Vary", "Warning", "Content-Encoding", "Content-Type", "Content-Range", "Origin", "Strict-Transport-Security");

    private static readonly string[] Prefixes = ["X-Forwarded-", "X-Amzn-", "Access-Control-"];

    /// <summary>Whether a field is well formed, and may be a trailer.</summary>
    public static bool May(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        Grammar.IsToken(name) && Grammar.IndexOfControl(value) < 0 && May(Encoding.ASCII.GetString(name));

    /// <summary>Whether a field of this name may be a trailer. Names are compared as those would read them who make a hyphen of other signs, one or several, or drop them at the ends, as in heads (<see cref="FramingName"/>).</summary>
    public static bool May(string name)
    {
        var read = new StringBuilder(name.Length);
        foreach (var sign in name)
        {
            if (char.IsAsciiLetterOrDigit(sign)) read.Append(sign);
            else if (read.Length > 0 && read[^1] != '-') read.Append('-');
        }

        var words = read.ToString().TrimEnd('-');
        return !Never.Contains(words) && !Prefixes.Any(p => words.StartsWith(p, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether who sent a request says that it takes trailers (RFC 9110 section 10.1.4).</summary>
    public static bool AreTakenBy(RequestHead request)
    {
        for (var i = 0; i < request.HeaderCount; i++)
        {
            if (request.Kind(i) != HeaderKind.Te) continue;
            var codings = request.Value(i);
            while (Grammar.NextMember(ref codings, out var coding))
                if (Grammar.Same(coding, "trailers"u8)) return true;
        }

        return false;
    }
}
