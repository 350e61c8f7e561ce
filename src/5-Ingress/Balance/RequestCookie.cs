using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>A cookie that a request brings.</summary>
internal static class RequestCookie
{
    /// <summary>The value of the first cookie of a name; null when there is none.</summary>
    /// <param name="facts">The request.</param>
    /// <param name="name">The cookie's name.</param>
    /// <param name="comparison">How names are compared.</param>
    /// <param name="orEmpty">Whether a cookie without a value counts.</param>
    internal static string? Of(RequestFacts facts, string name, StringComparison comparison, bool orEmpty = false)
    {
        foreach (var (key, value) in facts.Headers)
        {
            if (!key.Equals("Cookie", StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var range in value.AsSpan().Split(';'))
            {
                var cookie = value.AsSpan()[range].Trim();
                if (cookie.Length > name.Length + (orEmpty ? 0 : 1) && cookie[name.Length] == '=' && cookie.StartsWith(name, comparison)) return cookie[(name.Length + 1)..].ToString();
            }
        }

        return null;
    }
}
