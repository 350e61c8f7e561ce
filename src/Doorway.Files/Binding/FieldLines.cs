using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Usher.Doorway.Files.Binding;

/// <summary>
/// The line of every field of an object, as a tree in one array, each field before its inner ones: paths are made when asked for, so that
/// an object of a thousand fields keeps a few kilobytes; and objects that are written alike have one array. Compared without case.
/// </summary>
internal sealed class FieldLines : IReadOnlyDictionary<string, int>
{
    // What was made lately, by hash: thousands of objects that a template made differ in their values alone.
    private static readonly Entry[]?[] Recent = new Entry[]?[256];

    private readonly Entry[] entries;
    private readonly int moved;

    private FieldLines(Entry[] entries, int moved) => (this.entries, this.moved) = (entries, moved);

    /// <inheritdoc/>
    public int Count => entries.Length;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => this.Select(pair => pair.Key);

    /// <inheritdoc/>
    public IEnumerable<int> Values => entries.Select(e => e.Line + moved);

    /// <inheritdoc/>
    public int this[string key] => TryGetValue(key, out var line) ? line : throw new KeyNotFoundException(key);

    /// <inheritdoc/>
    public bool ContainsKey(string key) => TryGetValue(key, out _);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out int value)
    {
        var found = Find(key, 0, entries.Length);
        value = found + moved ?? 0;
        return found is not null;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, int>> GetEnumerator() => Walk("", 0, entries.Length).GetEnumerator();

    /// <summary>The same fields some lines further on.</summary>
    internal FieldLines Moved(int lines) => new(entries, moved + lines);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // A name may hold dots and brackets itself (an annotation's), so names are matched against the path, not the path cut at its dots.
    private int? Find(ReadOnlySpan<char> path, int first, int end)
    {
        var ordinal = 0;
        for (var i = first; i < end; i = entries[i].End, ordinal++)
        {
            var rest = After(path, entries[i].Name, ordinal);
            if (rest < 0) continue;
            if (rest == path.Length) return entries[i].Line;
            var within = path[rest] == '.' ? rest + 1 : rest;
            if (Find(path[within..], i + 1, entries[i].End) is { } line) return line;
        }

        return null;
    }

    /// <summary>How much of the path a name or list index takes; negative when it is another one.</summary>
    private static int After(ReadOnlySpan<char> path, string? name, int ordinal)
    {
        if (name is null)
        {
            var close = path.IndexOf(']');
            return close > 1 && path[0] == '[' && int.TryParse(path[1..close], NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index == ordinal
                ? close + 1
                : -1;
        }

        return path.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (path.Length == name.Length || path[name.Length] is '.' or '[') ? name.Length : -1;
    }

    private IEnumerable<KeyValuePair<string, int>> Walk(string parent, int first, int end)
    {
        var ordinal = 0;
        for (var i = first; i < end; i = entries[i].End, ordinal++)
        {
            var path = entries[i].Name is not { } name ? $"{parent}[{ordinal}]" : parent.Length == 0 ? name : $"{parent}.{name}";
            yield return new(path, entries[i].Line + moved);
            foreach (var inner in Walk(path, i + 1, entries[i].End)) yield return inner;
        }
    }

    /// <summary>The array of an object that was written alike, or this one.</summary>
    private static Entry[] Shared(Entry[] entries)
    {
        var hash = new HashCode();
        foreach (var entry in entries) hash.Add(entry);
        ref var recent = ref Recent[(uint)hash.ToHashCode() % (uint)Recent.Length];
        if (recent is { } other && other.AsSpan().SequenceEqual(entries)) return other;
        return recent = entries;
    }

    /// <summary>A field with its inner fields behind it, up to <paramref name="End"/>.</summary>
    /// <param name="Name">Its name; null for an item of a list.</param>
    /// <param name="Line">Its line, counted from the object's first.</param>
    /// <param name="End">Where the next field is that isn't within it.</param>
    private readonly record struct Entry(string? Name, int Line, int End);

    /// <summary>Collects fields in the order of the file.</summary>
    /// <param name="first">The object's first line.</param>
    internal sealed class Builder(int first)
    {
        private readonly List<Entry> entries = [];

        /// <summary>Begins a field; a null name is the next item of a list.</summary>
        internal int Begin(string? name, int line)
        {
            entries.Add(new Entry(name, line - first, 0));
            return entries.Count - 1;
        }

        /// <summary>Ends what <see cref="Begin"/> began.</summary>
        internal void End(int field) => entries[field] = entries[field] with { End = entries.Count };

        internal FieldLines Build() => new(Shared([.. entries]), first);
    }
}
