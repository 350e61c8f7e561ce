using System.Text.RegularExpressions;
using k8s.Models;

namespace Usher.Dns;

/// <summary>
/// <c>--fqdn-template</c>, as far as it is simple: text with <c>{{.Name}}</c>, <c>{{.Namespace}}</c>, <c>{{.Kind}}</c>, <c>{{.Labels.app}}</c>, <c>{{index .Labels "app"}}</c> and the same of annotations. Several with commas between them.
/// </summary>
internal sealed partial class FqdnTemplate
{
    private readonly IReadOnlyList<Func<V1ObjectMeta, string, string>> parts;

    private FqdnTemplate(IReadOnlyList<Func<V1ObjectMeta, string, string>> parts) => this.parts = parts;

    /// <summary>Reads one; null when it has more than the simple things.</summary>
    internal static FqdnTemplate? Parse(string text)
    {
        var parts = new List<Func<V1ObjectMeta, string, string>>();
        var at = 0;
        while (text.IndexOf("{{", at, StringComparison.Ordinal) is var open and >= 0)
        {
            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0 || Field(text[(open + 2)..close].Trim().Trim('-').Trim()) is not { } field) return null;
            var before = text[at..open];
            parts.Add((_, _) => before);
            parts.Add(field);
            at = close + 2;
        }

        var rest = text[at..];
        parts.Add((_, _) => rest);
        return new FqdnTemplate(parts);
    }

    /// <summary>The host names of an object.</summary>
    internal IEnumerable<string> Names(V1ObjectMeta metadata, string kind) =>
        string.Concat(parts.Select(p => p(metadata, kind))).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(n => n.TrimEnd('.')).Distinct(StringComparer.Ordinal);

    private static Func<V1ObjectMeta, string, string>? Field(string expression) => expression switch
    {
        ".Name" or ".ObjectMeta.Name" => (m, _) => m.Name ?? "",
        ".Namespace" or ".ObjectMeta.Namespace" => (m, _) => m.NamespaceProperty ?? "",
        ".Kind" => (_, kind) => kind,
        _ when Entry().Match(expression) is { Success: true } match =>
            match.Groups["map"].Value == "Labels" ? (m, _) => Value(m.Labels, match.Groups["key"].Value) : (m, _) => Value(m.Annotations, match.Groups["key"].Value),
        _ => null,
    };

    private static string Value(IDictionary<string, string>? map, string key) => map is not null && map.TryGetValue(key, out var value) ? value : "";

    [GeneratedRegex("""^(?:\.(?:ObjectMeta\.)?(?<map>Labels|Annotations)\.(?<key>[A-Za-z0-9_]+)|index\s+\.(?:ObjectMeta\.)?(?<map>Labels|Annotations)\s+"(?<key>[^"]+)")$""")]
    private static partial Regex Entry();
}
