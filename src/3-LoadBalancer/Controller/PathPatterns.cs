using k8s.Models;

namespace Usher.LoadBalancer;

/// <summary>
/// The path patterns of an Ingress's paths, and their order within a rule of it (the controller's guide, Ingress specification, <em>pathType</em>, and <c>use-regex-path-match</c>).
/// </summary>
internal static class PathPatterns
{
    /// <summary>Exact paths first, as they are written; then prefixes, the longest first; then the rest as it is written.</summary>
    internal static IEnumerable<(V1HTTPIngressPath Path, int Index)> Ordered(IEnumerable<V1HTTPIngressPath> paths) =>
        paths.Select((path, index) => (Path: path, Index: index)).OrderBy(p => Rank(p.Path)).ThenBy(p => p.Path.PathType == "Prefix" ? -(p.Path.Path?.Length ?? 0) : 0);

    /// <summary>The patterns of one path; null when it can't have any, with what is wrong with it.</summary>
    internal static (IReadOnlyList<string> Values, IReadOnlyList<string> Regexes)? Of(V1HTTPIngressPath path, bool useRegex, out string? problem)
    {
        problem = null;
        switch (path.PathType, path.Path)
        {
            case (_, null or ""): return ([], []);
            case ("Prefix", "/"): return (["/*"], []);
            case ("Exact" or "Prefix", var text) when text.AsSpan().ContainsAny('*', '?'):
                problem = $"found '{text}'; {(path.PathType == "Exact" ? "exact" : "prefix")} path shouldn't contain wildcards: take pathType ImplementationSpecific for a pattern";
                return null;
            case ("Exact", var text): return ([text], []);
            case ("Prefix", var text):
                var bare = text.EndsWith('/') ? text[..^1] : text;
                return ([bare, $"{bare}/*"], []);
            // An Ingress's path begins with a slash, so a regular expression has one in front that isn't of it.
            case (_, var text) when useRegex: return ([], [text[1..]]);
            case (_, var text): return ([text], []);
        }
    }

    private static int Rank(V1HTTPIngressPath path) => path.PathType switch { "Exact" => 0, "Prefix" => 1, _ => 2 };
}
