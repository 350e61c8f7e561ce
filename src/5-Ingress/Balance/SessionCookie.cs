using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary><c>affinity: cookie</c> and <c>session-cookie-*</c>: the cookie that keeps a session at its endpoint (ingress-nginx documentation, Annotations, Session affinity; its sticky.lua).</summary>
/// <param name="Name">Its name.</param>
internal sealed record SessionCookie(string Name)
{
    /// <summary><c>affinity-mode: persistent</c>: the cookie names the endpoint, and sessions stay there when others come. Else (<c>balanced</c>) it is hashed.</summary>
    public bool Persistent { get; init; }

    /// <summary><c>session-cookie-path</c>; null for the path of the rule.</summary>
    public string? Path { get; init; }

    /// <summary><c>session-cookie-domain</c>, or null.</summary>
    public string? Domain { get; init; }

    /// <summary><c>session-cookie-expires</c> in seconds from now, or null.</summary>
    public int? Expires { get; init; }

    /// <summary><c>session-cookie-max-age</c> in seconds, or null.</summary>
    public int? MaxAge { get; init; }

    /// <summary><c>session-cookie-samesite</c>: None, Lax or Strict; or null.</summary>
    public string? SameSite { get; init; }

    /// <summary><c>session-cookie-conditional-samesite-none</c>: SameSite=None isn't sent to browsers that don't know it.</summary>
    public bool ConditionalNone { get; init; }

    /// <summary><c>session-cookie-secure</c>; null for: where the request came over TLS.</summary>
    public bool? Secure { get; init; }

    /// <summary><c>session-cookie-partitioned</c>: a browser keeps it for each site that embeds this one (CHIPS).</summary>
    public bool Partitioned { get; init; }

    /// <summary><c>session-cookie-change-on-failure</c>: a session whose endpoint fails gets another.</summary>
    public bool ChangeOnFailure { get; init; }

    internal static SessionCookie? Read(SettingReader reader, Action<string, string> warn)
    {
        var name = reader.Text("session-cookie-name") ?? "INGRESSCOOKIE";
        if (!HeaderEdits.CanEdit(Encoding.UTF8.GetBytes(name))) reader.Wrong("session-cookie-name", name, "a cookie's name is wanted: letters, digits and !#$%&'*+-.^_`|~");
        var cookie = new SessionCookie(name)
        {
            Persistent = Word(reader, "affinity-mode", "balanced", "persistent") == "persistent",
            Path = Attribute(reader, "session-cookie-path"),
            Domain = Attribute(reader, "session-cookie-domain"),
            Expires = reader.Number("session-cookie-expires", int.MinValue, int.MaxValue),
            MaxAge = reader.Number("session-cookie-max-age", int.MinValue, int.MaxValue),
            SameSite = Word(reader, "session-cookie-samesite", "None", "Lax", "Strict"),
            ConditionalNone = reader.Flag("session-cookie-conditional-samesite-none") ?? false,
            Secure = reader.Flag("session-cookie-secure"),
            Partitioned = reader.Flag("session-cookie-partitioned") ?? false,
            ChangeOnFailure = reader.Flag("session-cookie-change-on-failure") ?? false,
        };
        if (Word(reader, "affinity", "cookie") is null) return null;
        if (cookie.Path is null && reader.Flag("use-regex") == true) warn("session-cookie-path", "is missing: with use-regex the cookie's path is the pattern, which no browser's path begins with");
        return cookie;
    }

    /// <summary>The key of a session; null when the request brings none.</summary>
    /// <param name="value">The cookie's value, <c>key|backend</c>.</param>
    internal static string? KeyIn(string? value) => value?.Split('|')[0] is { Length: > 0 } key ? key : null;

    /// <summary>Whether a cookie was given for an upstream (sticky.lua, is_affinitized).</summary>
    internal static bool IsOf(string? value, string upstream) => value?.Split('|') is [_, var backend, ..] && backend == BackendKey(upstream);

    /// <summary>What a cookie's value ends in: a hash of the upstream's name.</summary>
    internal static string BackendKey(string upstream) => Md5(Md5(upstream) + upstream);

    /// <summary>How <c>persistent</c> names an endpoint without giving its address away (nodemap.lua).</summary>
    internal static string EndpointKey(string upstream, string endpoint) => Md5(upstream + endpoint);

    /// <summary>The Set-Cookie header's value, its attributes in the order of lua-resty-cookie.</summary>
    /// <param name="key">The session's key.</param>
    /// <param name="upstream">The upstream's name.</param>
    /// <param name="rulePath">The path of the rule.</param>
    /// <param name="https">Whether the request came over TLS.</param>
    /// <param name="agent">The User-Agent header, or null.</param>
    /// <param name="now">The time.</param>
    internal string Set(string key, string upstream, string rulePath, bool https, string? agent, DateTimeOffset now)
    {
        var text = new StringBuilder($"{Name}={key}|{BackendKey(upstream)}");
        if (Expires is { } expires) text.Append("; Expires=").Append(CookieTime(now.AddSeconds(expires)));
        if (MaxAge is { } age) text.Append(CultureInfo.InvariantCulture, $"; Max-Age={age}");
        if (Domain is not null) text.Append("; Domain=").Append(Domain);
        text.Append("; Path=").Append(Path ?? rulePath);
        if (Secure ?? https) text.Append("; Secure");
        text.Append("; HttpOnly");
        if (SameSite is not null && !(SameSite == "None" && ConditionalNone && RejectsNone(agent))) text.Append("; SameSite=").Append(SameSite);
        if (Partitioned) text.Append("; Partitioned");
        return text.ToString();
    }

    /// <summary>A time as nginx writes it in cookies: the year in two digits up to 2037.</summary>
    private static string CookieTime(DateTimeOffset time) => time.UtcDateTime.ToString(time.Year > 2037 ? "ddd, dd-MMM-yyyy HH:mm:ss 'GMT'" : "ddd, dd-MMM-yy HH:mm:ss 'GMT'", CultureInfo.InvariantCulture);

    /// <summary>Browsers that reject a cookie with SameSite=None (same_site.lua; chromium.org, SameSite=None: Known Incompatible Clients).</summary>
    private static bool RejectsNone(string? agent)
    {
        if (agent is null) return false;
        string[] old = ["Chrome/4", "Chrome/5", "Chrome/6", "CPU iPhone OS 12", "iPad; CPU OS 12"];
        return old.Any(o => agent.Contains(o, StringComparison.Ordinal))
            || (agent.Contains("Macintosh", StringComparison.Ordinal) && agent.Contains("Intel Mac OS X 10_14", StringComparison.Ordinal)
                && agent.Contains("Safari", StringComparison.Ordinal) && !agent.Contains("Chrome", StringComparison.Ordinal));
    }

    private static string? Word(SettingReader reader, string name, params ReadOnlySpan<string> words)
    {
        if (reader.Text(name) is not { } text) return null;
        if (words.Contains(text)) return text;
        reader.Wrong(name, text, $"{string.Join(" or ", words)} is wanted");
        return null;
    }

    private static string? Attribute(SettingReader reader, string name)
    {
        if (reader.Text(name) is not { } text) return null;
        if (!text.Any(c => c is ';' or ',' or <= ' ' or > '~')) return text;
        reader.Wrong(name, text, "a cookie's attribute has no spaces, commas and semicolons");
        return null;
    }

    [SuppressMessage("Security", "CA5351", Justification = "Names aren't kept secret by it; ingress-nginx's cookies have it, so that its controllers take each other's.")]
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
