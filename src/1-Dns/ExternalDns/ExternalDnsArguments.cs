using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>
/// A container's flags as external-dns reads them: <c>--name=value</c>, <c>--name value</c>, <c>--name</c> and <c>--no-name</c>; where a flag isn't among the words, the variable <c>EXTERNAL_DNS_NAME</c>, several
/// values with line ends between them (its FAQ, "How do I specify flags by environment variables").
/// </summary>
internal sealed class ExternalDnsArguments
{
    private const string VariablePrefix = "EXTERNAL_DNS_";
    private readonly Dictionary<string, List<string>> values = new(StringComparer.Ordinal);

    internal ExternalDnsArguments(V1Container container, V1Pod pod)
    {
        var words = ContainerWords.Of(container, pod);
        for (var i = 0; i < words.Count; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal)) continue;
            var word = words[i][2..];
            var at = word.IndexOf('=', StringComparison.Ordinal);
            if (at > 0) Add(word[..at], word[(at + 1)..]);
            else if (word.StartsWith("no-", StringComparison.Ordinal) && ExternalDnsFlags.IsSwitch(word[3..])) Add(word[3..], "false");
            else if (ExternalDnsFlags.IsSwitch(word) || i + 1 == words.Count || words[i + 1].StartsWith("--", StringComparison.Ordinal)) Add(word, "true");
            else Add(word, words[++i]);
        }

        foreach (var variable in container.Env ?? [])
        {
            if (variable.Value is null || !variable.Name.StartsWith(VariablePrefix, StringComparison.Ordinal)) continue;
            var name = variable.Name[VariablePrefix.Length..].ToLowerInvariant().Replace('_', '-');
            if (!values.ContainsKey(name)) values[name] = [.. variable.Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        }
    }

    /// <summary>The flags that are there.</summary>
    internal IEnumerable<string> Names => values.Keys;

    /// <summary>The values of a flag that may be there several times.</summary>
    internal IReadOnlyList<string> All(string name) => values.GetValueOrDefault(name, []);

    /// <summary>The value of a flag, the last one; null when it isn't there or is empty.</summary>
    internal string? One(string name) => values.TryGetValue(name, out var all) && all[^1].Length > 0 ? all[^1] : null;

    /// <summary>A switch.</summary>
    internal bool Is(string name, bool standard = false) => One(name) is { } value ? value == "true" : standard;

    private void Add(string name, string value)
    {
        if (!values.TryGetValue(name, out var all)) values[name] = all = [];
        all.Add(value);
    }
}
