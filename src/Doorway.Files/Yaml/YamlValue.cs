namespace Usher.Doorway.Files.Yaml;

/// <summary>A value in a YAML document. An alias's value is shared, not copied.</summary>
/// <param name="line">Its line in the file, from 1.</param>
internal abstract class YamlValue(int line)
{
    /// <summary>Its line in the file, from 1.</summary>
    internal int Line { get; } = line;

    /// <summary>How many values it is made of, aliases expanded.</summary>
    internal abstract int Size { get; }

    /// <summary>How many levels it has, itself included.</summary>
    internal abstract int Depth { get; }
}

/// <summary>What a plain scalar means, by Kubernetes' rules.</summary>
internal enum ScalarKind
{
    Null,
    Boolean,
    Integer,
    Float,
    Text,
}

/// <summary>A scalar.</summary>
/// <param name="line">Its line.</param>
/// <param name="kind">What it means.</param>
/// <param name="written">The text as written, without quotes.</param>
/// <param name="text">Its meaning as text: <c>true</c> for <c>yes</c>, <c>420</c> for <c>0644</c>.</param>
internal sealed class YamlScalar(int line, ScalarKind kind, string written, string text) : YamlValue(line)
{
    internal ScalarKind Kind { get; } = kind;

    internal string Written { get; } = written;

    internal string Text { get; } = text;

    internal override int Size => 1;

    internal override int Depth => 1;
}

/// <summary>A list.</summary>
internal sealed class YamlList(int line, List<YamlValue> items, int size, int depth) : YamlValue(line)
{
    internal List<YamlValue> Items { get; } = items;

    internal override int Size { get; } = size;

    internal override int Depth { get; } = depth;
}

/// <summary>A key of a map and its value.</summary>
/// <param name="Key">The key as text.</param>
/// <param name="Line">The key's line.</param>
/// <param name="Value">The value.</param>
internal readonly record struct YamlEntry(string Key, int Line, YamlValue Value);

/// <summary>A key that a map has twice.</summary>
internal readonly record struct DuplicateKey(string Key, int Line, int First);

/// <summary>A map, in the order of the file, each key once.</summary>
internal sealed class YamlMap(int line, List<YamlEntry> entries, IReadOnlyList<DuplicateKey> duplicates, int size, int depth) : YamlValue(line)
{
    internal List<YamlEntry> Entries { get; } = entries;

    /// <summary>Keys that were given again.</summary>
    internal IReadOnlyList<DuplicateKey> Duplicates { get; } = duplicates;

    internal override int Size { get; } = size;

    internal override int Depth { get; } = depth;

    /// <summary>The value of a key, or null.</summary>
    internal YamlValue? this[string key]
    {
        get
        {
            foreach (var entry in Entries)
            {
                if (entry.Key == key) return entry.Value;
            }

            return null;
        }
    }
}

/// <summary>A document of a file: what stands from its <c>---</c> line, or the text's start, to the next such line.</summary>
/// <param name="Roots">Its value; several where the parser finds ends in it, as <c>...</c> lines.</param>
/// <param name="Start">Where in the text it starts.</param>
/// <param name="Line">The line there.</param>
internal sealed record YamlDocument(IReadOnlyList<YamlValue> Roots, int Start, int Line);

/// <summary>The documents of a file.</summary>
/// <param name="All">Those that could be read and aren't empty.</param>
/// <param name="IsComplete">False when one could not be read.</param>
internal sealed record YamlDocuments(IReadOnlyList<YamlDocument> All, bool IsComplete);
