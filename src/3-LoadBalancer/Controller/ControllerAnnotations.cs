using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>
/// What is said to the AWS Load Balancer Controller about an Ingress or a Service: by its annotations, and by what beats them. What is wrong is told with the object that says it. How values are written: the
/// controller's guide, Ingress annotations, <em>Annotations</em> (string, boolean, integer, stringList, stringMap, json).
/// </summary>
internal sealed class ControllerAnnotations
{
    private static readonly JsonSerializerOptions Json = new()
    {
        // As Go reads it: names in any case. A member that isn't known is a slip, and Go would say nothing.
        PropertyNameCaseInsensitive = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, MaxDepth = 16,
    };

    private readonly AnnotationSource[] sources;
    private readonly ErrorList errors;
    private readonly ErrorList warnings;

    /// <param name="errors">Collects what is wrong.</param>
    /// <param name="warnings">Collects what has no effect, or not the one that is meant.</param>
    /// <param name="sources">Who says something; the first that does counts, and the last is blamed for what nobody says.</param>
    internal ControllerAnnotations(ErrorList errors, ErrorList warnings, params AnnotationSource[] sources) => (this.errors, this.warnings, this.sources) = (errors, warnings, sources);

    /// <summary>The annotation as it is written; null when there is none.</summary>
    internal string? Text(string name) => Find(name)?.Text;

    /// <summary>One of several words.</summary>
    internal string Word(string name, string standard, params string[] words)
    {
        if (Text(name) is not { } text || words.Contains(text, StringComparer.Ordinal)) return Text(name) ?? standard;
        Error(name, $"found '{text}'; allowed are {string.Join(", ", words)}");
        return standard;
    }

    /// <summary>The path of a health check.</summary>
    internal string Path(string name, string standard)
    {
        var path = Text(name) ?? standard;
        if (!path.StartsWith('/') || path.Length > 1024) Error(name, $"found '{path}'; a path that starts with / is wanted, at most 1024 characters");
        return path;
    }

    /// <summary>The codes of a Network Load Balancer's health check.</summary>
    internal string NetworkCodes(string name, string standard)
    {
        var codes = Text(name) ?? standard;
        if (CodeMatcher.Parse(codes, CodeMatcher.LastOfNetwork) is not null) return codes;
        Error(name, $"found '{codes}'; {CodeMatcher.Wanted(grpc: false, CodeMatcher.LastOfNetwork)}");
        return standard;
    }

    /// <summary>A number; null when there is none, or what is written isn't one.</summary>
    internal int? Number(string name, int least, int most)
    {
        if (Text(name) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Error(name, string.Create(CultureInfo.InvariantCulture, $"found '{text}'; {least} to {most} is wanted"));
        return null;
    }

    /// <summary>A boolean, as Go reads it; null when there is none, or what is written isn't one.</summary>
    internal bool? Flag(string name)
    {
        if (Text(name) is not { } text) return null;
        if (text is "1" or "t" or "T" or "true" or "TRUE" or "True") return true;
        if (text is not ("0" or "f" or "F" or "false" or "FALSE" or "False")) Error(name, $"found '{text}'; allowed are true and false");
        return false;
    }

    /// <summary>Values with commas between them.</summary>
    internal IReadOnlyList<string> List(string name) => Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary><c>key=value</c> with commas between them.</summary>
    internal IReadOnlyDictionary<string, string> Map(string name)
    {
        var read = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Find(name) is var (source, text)) Read(source, name, text, read, _ => null);
        return read;
    }

    /// <summary>Attributes, checked by the table of those that there are.</summary>
    internal IReadOnlyDictionary<string, string> Attributes(string name, AttributeTable table)
    {
        var right = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var said = sources.Where(s => s.Said.ContainsKey(name)).ToList();
        // The last that is read wins.
        foreach (var source in said.Where(s => !s.Merges).Take(1).Concat(said.Where(s => s.Merges))) Read(source, name, source.Said[name], right, Problem);
        return right;

        string? Problem((string Key, string Value) pair) =>
            !table.Has(pair.Key) ? $"found {pair.Key}; {(NearestWord.Of(pair.Key, table.Keys) is { } near ? $"did you mean {near}?" : $"allowed are {string.Join(", ", table.Keys)}")}"
            : table.Problem(pair.Key, pair.Value) is { } problem ? $"{pair.Key}: found '{pair.Value}'; {problem}"
            : null;
    }

    /// <summary>A value in JSON; null when there is none, or what is written can't be read.</summary>
    internal T? Read<T>(string name) where T : class
    {
        if (Text(name) is not { } text) return null;
        try
        {
            if (JsonSerializer.Deserialize<T>(text, Json) is { } read) return read;
            Error(name, "found null; a value is wanted");
        }
        catch (JsonException wrong)
        {
            Error(name, $"isn't the JSON that is wanted: {Short(wrong)}");
        }

        return null;
    }

    /// <summary>Tells what is wrong with what is said, at the object that says it; the last one when none does.</summary>
    internal void Error(string name, string message)
    {
        var source = Find(name)?.Source ?? sources[^1];
        errors.Add(source.Key, source.Origin, source.Field(name), message);
    }

    /// <summary>Warns of what is said, at the object that says it.</summary>
    internal void Warn(string name, string message)
    {
        var source = Find(name)?.Source ?? sources[^1];
        warnings.Add(source.Key, source.Origin, source.Field(name), message);
    }

    private void Read(AnnotationSource source, string name, string text, SortedDictionary<string, string> into, Func<(string Key, string Value), string?> problem)
    {
        foreach (var pair in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            var wrong = at <= 0 ? $"found '{pair}'; key=value is wanted, with commas between several" : problem((pair[..at], pair[(at + 1)..]));
            if (wrong is not null) errors.Add(source.Key, source.Origin, source.Field(name), wrong);
            else into[pair[..at]] = pair[(at + 1)..];
        }
    }

    private (AnnotationSource Source, string Text)? Find(string name)
    {
        foreach (var source in sources)
        {
            if (source.Said.TryGetValue(name, out var text)) return (source, text);
        }

        return null;
    }

    // The runtime's message names types of this program.
    private static string Short(JsonException wrong)
    {
        var at = string.IsNullOrEmpty(wrong.Path) || wrong.Path == "$" ? "" : $" at {wrong.Path[1..].TrimStart('.')}";
        var unknown = wrong.Message.Split('\'') is [var start, var name, ..] && start.EndsWith("JSON property ", StringComparison.Ordinal) ? $"unknown member '{name}'" : null;
        var place = wrong.LineNumber is { } line ? string.Create(CultureInfo.InvariantCulture, $" (line {line + 1}, byte {wrong.BytePositionInLine + 1})") : "";
        return $"{unknown ?? "malformed, or of another type than wanted"}{at}{place}";
    }
}
