using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>A cookie that a request brings.</summary>
internal static class RequestCookie
{
    /// <summary>The value of the first cookie of a name; null when there is none, or it is empty.</summary>
    internal static string? Of(RequestFacts facts, string name, StringComparison comparison)
    {
        foreach (var (key, value) in facts.Headers)
        {
            if (!key.Equals("Cookie", StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var range in value.AsSpan().Split(';'))
            {
                var cookie = value.AsSpan()[range].Trim();
                if (cookie.Length > name.Length + 1 && cookie[name.Length] == '=' && cookie.StartsWith(name, comparison)) return cookie[(name.Length + 1)..].ToString();
            }
        }

        return null;
    }
}
