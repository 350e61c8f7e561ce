using System.Globalization;
using System.Text;

namespace Usher.Ingress;

/// <summary>
/// The path that routes are compared with. nginx decodes it, takes <c>.</c> and <c>..</c> out and joins slashes before it looks for a location
/// (nginx documentation, location); the request itself goes on as it came. What nginx can't make a path of, it answers with 400.
/// </summary>
internal static class NormalPath
{
    /// <summary>
    /// Normalises a path; one that needs nothing is returned as it is. Null when it starts with no slash, has a malformed escape or one of NUL, or climbs
    /// above the root.
    /// </summary>
    internal static string? Of(string path)
    {
        if (path.Length == 0 || path[0] != '/') return null;
        if (!path.Contains('%', StringComparison.Ordinal) && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal)) return path;
        if (Decode(path) is not { } decoded) return null;
        var kept = new List<string>();
        var parts = decoded.Split('/');
        for (var i = 1; i < parts.Length; i++)
        {
            var last = i == parts.Length - 1;
            switch (parts[i])
            {
                case "..":
                    if (kept.Count == 0) return null;
                    kept.RemoveAt(kept.Count - 1);
                    if (last) kept.Add("");
                    break;
                case "." or "":
                    if (last) kept.Add("");
                    break;
                default:
                    kept.Add(parts[i]);
                    break;
            }
        }

        return "/" + string.Join('/', kept);
    }

    /// <summary>Decodes escapes to bytes, kept as Latin-1 characters like the rest of the path; null when one is malformed or NUL.</summary>
    private static string? Decode(string path)
    {
        var decoded = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '%')
            {
                decoded.Append(path[i]);
                continue;
            }

            if (i + 2 >= path.Length || !byte.TryParse(path.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)) return null;
            if (code == 0) return null;
            decoded.Append((char)code);
            i += 2;
        }

        return decoded.ToString();
    }
}
