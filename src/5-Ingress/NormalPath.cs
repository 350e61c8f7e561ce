using System.Text;

namespace Usher.Ingress;

/// <summary>
/// The path that routes are compared with. nginx decodes it, takes <c>.</c> and <c>..</c> out and joins slashes before it looks for a location
/// (nginx documentation, location); the request itself goes on as it came.
/// </summary>
internal static class NormalPath
{
    /// <summary>Normalises a path; one that needs nothing is returned as it is.</summary>
    internal static string Of(string path)
    {
        if (path.Length == 0 || path[0] != '/') return path;
        if (!path.Contains('%', StringComparison.Ordinal) && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal)) return path;
        var decoded = path.Contains('%', StringComparison.Ordinal) ? Decode(path) : path;
        var kept = new List<string>();
        var parts = decoded.Split('/');
        for (var i = 1; i < parts.Length; i++)
        {
            var last = i == parts.Length - 1;
            switch (parts[i])
            {
                case "..":
                    if (kept.Count > 0) kept.RemoveAt(kept.Count - 1);
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

    /// <summary>Decodes well-formed escapes to bytes, kept as Latin-1 characters like the rest of the path.</summary>
    private static string Decode(string path)
    {
        var decoded = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '%' && i + 2 < path.Length && char.IsAsciiHexDigit(path[i + 1]) && char.IsAsciiHexDigit(path[i + 2]))
            {
                decoded.Append((char)Convert.ToByte(path.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                decoded.Append(path[i]);
            }
        }

        return decoded.ToString();
    }
}
