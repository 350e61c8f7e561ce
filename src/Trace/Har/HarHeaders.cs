using System.Globalization;
using System.Text.Json.Nodes;

namespace Usher.Trace.Har;

/// <summary>Headers, and what HAR 1.2 takes out of them.</summary>
internal static class HarHeaders
{
    internal static JsonArray Json(IEnumerable<KeyValuePair<string, string>> headers) => [.. headers.Select(h => (JsonNode)Pair(h.Key, h.Value))];

    internal static string? Find(IEnumerable<KeyValuePair<string, string>> headers, string name) => headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The cookies of Cookie headers (RFC 6265 §4.2.1).</summary>
    internal static JsonArray Sent(IEnumerable<KeyValuePair<string, string>> headers) =>
        [.. headers.Where(h => h.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase)).SelectMany(h => h.Value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Select(c => (JsonNode)Cookie(c))];

    /// <summary>The cookies of Set-Cookie headers with their attributes (RFC 6265 §5.2).</summary>
    internal static JsonArray Set(IEnumerable<KeyValuePair<string, string>> headers) => [.. headers.Where(h => h.Key.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase)).Select(h => (JsonNode)SetCookie(h.Value))];

    /// <summary>The parameters of a query, decoded as a form's.</summary>
    internal static JsonArray Query(string url)
    {
        var whole = url.Split('#')[0];
        var query = whole.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? whole[(at + 1)..] : "";
        return [.. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).Select(p => (JsonNode)Pair(Decoded(p[0]), p.Length > 1 ? Decoded(p[1]) : ""))];
    }

    internal static JsonObject Pair(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private static JsonObject Cookie(string text) => text.Split('=', 2) is var parts && parts.Length == 2 ? Pair(parts[0].Trim(), parts[1].Trim()) : Pair("", text);

    private static JsonObject SetCookie(string text)
    {
        var parts = text.Split(';', StringSplitOptions.TrimEntries);
        var cookie = Cookie(parts[0]);
        foreach (var attribute in parts.Skip(1).Select(p => p.Split('=', 2, StringSplitOptions.TrimEntries)))
        {
            var value = attribute.Length > 1 ? attribute[1] : "";
            switch (attribute[0].ToUpperInvariant())
            {
                case "PATH": cookie["path"] = value; break;
                case "DOMAIN": cookie["domain"] = value; break;
                case "HTTPONLY": cookie["httpOnly"] = true; break;
                case "SECURE": cookie["secure"] = true; break;
                case "SAMESITE": cookie["sameSite"] = value; break;
                case "EXPIRES" when DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until): cookie["expires"] = until.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture); break;
            }
        }

        return cookie;
    }

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
