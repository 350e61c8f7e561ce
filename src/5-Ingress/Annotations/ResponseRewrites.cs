using System.Text;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>
/// <c>proxy-cookie-domain</c>, <c>proxy-cookie-path</c>, <c>proxy-redirect-from</c> and <c>-to</c>: what is changed in a backend's Set-Cookie, Location and Refresh headers (nginx documentation, proxy_cookie_domain, proxy_cookie_path,
/// proxy_redirect). Patterns aren't taken: ingress-nginx lets none through.
/// </summary>
/// <param name="Domain">A cookie's domain, without case, and what takes its place, behind a leading dot where there is one; null for no change.</param>
/// <param name="Path">The start of a cookie's path, and what takes its place.</param>
/// <param name="Redirect">The start of where a redirect leads, and what takes its place.</param>
internal sealed record ResponseRewrites((string From, string To)? Domain, (string From, string To)? Path, (string From, string To)? Redirect)
{
    private static readonly HeaderName Location = new("Location");
    private static readonly HeaderName Refresh = new("Refresh");

    internal static ResponseRewrites? Read(SettingReader reader, ResponseRewrites? otherwise)
    {
        var domain = reader.HeaderText("proxy-cookie-domain") is { } d ? Pair(reader, "proxy-cookie-domain", d) : otherwise?.Domain;
        var path = reader.HeaderText("proxy-cookie-path") is { } p ? Pair(reader, "proxy-cookie-path", p) : otherwise?.Path;
        var (from, to) = (reader.HeaderText("proxy-redirect-from") ?? otherwise?.Redirect?.From ?? "off", reader.HeaderText("proxy-redirect-to") ?? otherwise?.Redirect?.To ?? "off");
        if (from.Contains('$', StringComparison.Ordinal) || from.StartsWith('~')) reader.Wrong("proxy-redirect-from", Octets.Text(from), "off, default or the start of a URL is wanted");
        if (to.Contains('$', StringComparison.Ordinal)) reader.Wrong("proxy-redirect-to", Octets.Text(to), "off or what takes the place of proxy-redirect-from is wanted");
        // default stands for the host of ingress-nginx's proxy_pass, which no backend knows.
        (string, string)? redirect = from is "off" or "default" || to == "off" ? null : (from, to);
        return domain is null && path is null && redirect is null ? null : new ResponseRewrites(domain, path, redirect);
    }

    /// <summary>Changes a response.</summary>
    /// <param name="response">The response.</param>
    /// <param name="edits">Where the changes go.</param>
    /// <param name="own">Scheme and host of the request, which a redirect to a mere path gets; empty where that stays one.</param>
    internal void Edit(ResponseHead response, HeaderEdits edits, string own)
    {
        if (Domain is not null || Path is not null) Cookies(response, edits);
        if (Redirect is not { } redirect) return;
        if (response.TryGet("Location"u8, out var location) && Encoding.Latin1.GetString(location) is var there && there.StartsWith(redirect.From, StringComparison.Ordinal))
        {
            var changed = redirect.To + there[redirect.From.Length..];
            edits.Set(Location, changed.StartsWith('/') ? own + changed : changed);
        }

        if (response.TryGet("Refresh"u8, out var refresh) && Encoding.Latin1.GetString(refresh) is var text && text.IndexOf("url=", StringComparison.OrdinalIgnoreCase) is var at and >= 0
            && text.AsSpan(at + 4).StartsWith(redirect.From, StringComparison.Ordinal)) edits.Set(Refresh, $"{text[..(at + 4)]}{redirect.To}{text[(at + 4 + redirect.From.Length)..]}");
    }

    private void Cookies(ResponseHead response, HeaderEdits edits)
    {
        List<string>? cookies = null;
        var changed = false;
        for (var i = 0; i < response.HeaderCount; i++)
        {
            if (!Ascii.EqualsIgnoreCase(response.Name(i), "Set-Cookie"u8)) continue;
            var cookie = Encoding.Latin1.GetString(response.Value(i));
            var next = Cookie(cookie);
            changed |= next != cookie;
            (cookies ??= []).Add(next);
        }

        if (!changed) return;
        edits.Remove("Set-Cookie");
        foreach (var cookie in cookies!) edits.Add("Set-Cookie", cookie);
    }

    /// <summary>A cookie with its attributes changed.</summary>
    internal string Cookie(string cookie)
    {
        var parts = cookie.Split(';');
        for (var i = 1; i < parts.Length; i++)
        {
            var equals = parts[i].IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) continue;
            var (name, value) = (parts[i][..equals].Trim(), parts[i][(equals + 1)..].Trim());
            if (Domain is { } domain && name.Equals("Domain", StringComparison.OrdinalIgnoreCase) && (value.StartsWith('.') ? value[1..] : value).Equals(domain.From, StringComparison.OrdinalIgnoreCase)) parts[i] = $"{parts[i][..(equals + 1)]}{(value.StartsWith('.') ? "." : "")}{domain.To}";
            else if (Path is { } path && name.Equals("Path", StringComparison.OrdinalIgnoreCase) && value.StartsWith(path.From, StringComparison.Ordinal)) parts[i] = $"{parts[i][..(equals + 1)]}{path.To}{value[path.From.Length..]}";
        }

        return string.Join(';', parts);
    }

    private static (string From, string To)? Pair(SettingReader reader, string name, string text)
    {
        if (text == "off") return null;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 2 && !text.Contains('$', StringComparison.Ordinal) && words[0][0] != '~') return (words[0].StartsWith('.') && name == "proxy-cookie-domain" ? words[0][1..] : words[0], words[1]);
        reader.Wrong(name, Octets.Text(text), "off, or what is looked for and what takes its place, with a space between and without patterns, is wanted");
        return null;
    }
}
