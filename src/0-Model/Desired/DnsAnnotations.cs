using k8s.Models;

namespace Usher.Model.Desired;

/// <summary>
/// An object's annotations for external-dns (its docs/annotations/annotations.md). Both prefixes count; of a name that is there with both, <see cref="Prefix"/>'s, as external-dns resolves them.
/// </summary>
public sealed class DnsAnnotations
{
    /// <summary>The prefix since v0.21.</summary>
    public const string Prefix = "external-dns.kubernetes.io/";

    /// <summary>The prefix before.</summary>
    public const string OldPrefix = "external-dns.alpha.kubernetes.io/";

    private readonly Dictionary<string, (string Whole, string Value)> values = new(StringComparer.Ordinal);

    /// <summary>Those of an object's metadata.</summary>
    public DnsAnnotations(V1ObjectMeta? metadata)
    {
        foreach (var (whole, value) in metadata?.Annotations ?? new Dictionary<string, string>())
        {
            if (whole.StartsWith(Prefix, StringComparison.Ordinal)) values[whole[Prefix.Length..]] = (whole, value);
            else if (whole.StartsWith(OldPrefix, StringComparison.Ordinal)) values.TryAdd(whole[OldPrefix.Length..], (whole, value));
        }
    }

    /// <summary>The names that are there, without prefix.</summary>
    public IEnumerable<string> Names => values.Keys;

    /// <summary>The value; null when it isn't there.</summary>
    public string? this[string name] => values.TryGetValue(name, out var found) ? found.Value : null;

    /// <summary>Values with commas between them; spaces don't count.</summary>
    public IReadOnlyList<string> List(string name) =>
        this[name]?.Replace(" ", "", StringComparison.Ordinal).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Length > 1 ? v.TrimEnd('.') : v).ToList() ?? [];

    /// <summary>The field of an annotation.</summary>
    public string Field(string name) => $"metadata.annotations.{(values.TryGetValue(name, out var found) ? found.Whole : Prefix + name)}";

    /// <summary>An annotation of external-dns in the metadata, as it is written; null without one.</summary>
    public static string? Any(V1ObjectMeta? metadata) =>
        metadata?.Annotations?.Keys.FirstOrDefault(k => k.StartsWith(Prefix, StringComparison.Ordinal) || k.StartsWith(OldPrefix, StringComparison.Ordinal));
}
