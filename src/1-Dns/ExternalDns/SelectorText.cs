using System.Text.RegularExpressions;

namespace Usher.Dns;

/// <summary>A label selector as text (Kubernetes, Labels and selectors): <c>a=b</c>, <c>a==b</c>, <c>a!=b</c>, <c>a in (b, c)</c>, <c>a notin (b, c)</c>, <c>a</c>, <c>!a</c>, with commas between them. All must hold.</summary>
internal sealed partial class SelectorText
{
    /// <summary>Takes everything.</summary>
    internal static readonly SelectorText Everything = new([]);

    private readonly IReadOnlyList<Func<IDictionary<string, string>, bool>> requirements;

    private SelectorText(IReadOnlyList<Func<IDictionary<string, string>, bool>> requirements) => this.requirements = requirements;

    /// <summary>Reads one; null when it isn't one.</summary>
    internal static SelectorText? Parse(string text)
    {
        var read = new List<Func<IDictionary<string, string>, bool>>();
        var at = 0;
        while (at < text.Length)
        {
            var match = Requirement().Match(text, at);
            if (!match.Success || match.Length == 0) return null;
            read.Add(Holds(match));
            at += match.Length;
        }

        return text.TrimEnd().EndsWith(',') ? null : new SelectorText(read);
    }

    /// <summary>Whether labels, or annotations, meet it.</summary>
    internal bool Matches(IDictionary<string, string>? labels)
    {
        labels ??= new Dictionary<string, string>();
        return requirements.All(r => r(labels));
    }

    private static Func<IDictionary<string, string>, bool> Holds(Match match)
    {
        var key = match.Groups["key"].Value;
        if (match.Groups["not"].Success) return labels => !labels.ContainsKey(key);
        if (match.Groups["set"].Success)
        {
            var wanted = match.Groups["values"].Value.Split(',', StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
            return match.Groups["set"].Value == "in"
                ? labels => labels.TryGetValue(key, out var found) && wanted.Contains(found)
                : labels => !labels.TryGetValue(key, out var found) || !wanted.Contains(found);
        }

        if (!match.Groups["operator"].Success) return labels => labels.ContainsKey(key);
        var value = match.Groups["value"].Value;
        return match.Groups["operator"].Value == "!="
            ? labels => !labels.TryGetValue(key, out var found) || found != value
            : labels => labels.TryGetValue(key, out var found) && found == value;
    }

    [GeneratedRegex(@"\G\s*(?:(?<not>!)\s*(?<key>[A-Za-z0-9][-A-Za-z0-9_./]*)|(?<key>[A-Za-z0-9][-A-Za-z0-9_./]*)(?:\s+(?<set>in|notin)\s*\(\s*(?<values>[^()]*?)\s*\)|\s*(?<operator>==|!=|=)\s*(?<value>[-A-Za-z0-9_./:]*))?)\s*(?:,|$)")]
    private static partial Regex Requirement();
}
