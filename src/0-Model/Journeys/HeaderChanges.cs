using System.Collections.Immutable;

namespace Usher.Model.Journeys;

/// <summary>One header that a hop changed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value afterwards; null when it was removed.</param>
/// <param name="WasThere">Whether the message had it before.</param>
public readonly record struct ChangedHeader(string Name, string? Value, bool WasThere);

/// <summary>
/// Changes that a hop made to the headers of a message. Every request notes some, few are read: so they are sorted when somebody asks, and share what they have in
/// common with those before them.
/// </summary>
public sealed class HeaderChanges
{
    private readonly ChangedName[] names;
    private readonly string?[] values;

    /// <summary>Changes by kind.</summary>
    public HeaderChanges(ImmutableDictionary<string, string> added, ImmutableArray<string> removed, ImmutableDictionary<string, string> rewritten)
        : this([
            .. added.Select(h => new ChangedHeader(h.Key, h.Value, WasThere: false)),
            .. removed.Select(name => new ChangedHeader(name, null, WasThere: true)),
            .. rewritten.Select(h => new ChangedHeader(h.Key, h.Value, WasThere: true))])
    {
    }

    private HeaderChanges(ReadOnlySpan<ChangedHeader> all)
    {
        names = new ChangedName[all.Length];
        values = new string?[all.Length];
        for (var i = 0; i < all.Length; i++) (names[i], values[i]) = (new(all[i].Name, all[i].WasThere), all[i].Value);
    }

    private HeaderChanges(ChangedName[] names, string?[] values)
    {
        this.names = names;
        this.values = values;
    }

    /// <summary>Nothing changed.</summary>
    public static HeaderChanges None { get; } = new([]);

    /// <summary>Headers that were not there before.</summary>
    public ImmutableDictionary<string, string> Added => Values(wasThere: false);

    /// <summary>Names that were taken away.</summary>
    public ImmutableArray<string> Removed => [.. names.Where((_, i) => values[i] is null).Select(h => h.Name)];

    /// <summary>Headers whose value was changed, with the new value.</summary>
    public ImmutableDictionary<string, string> Rewritten => Values(wasThere: true);

    /// <summary>Changes in the order in which they were noted; of several with one name the first is told.</summary>
    /// <param name="all">The changes.</param>
    /// <param name="before">Those of an earlier message: what is the same is shared with them.</param>
    public static HeaderChanges Of(ReadOnlySpan<ChangedHeader> all, HeaderChanges before)
    {
        if (all.IsEmpty) return None;
        if (!before.HasNamesOf(all)) return new HeaderChanges(all);
        string?[]? values = null;
        for (var i = 0; i < all.Length; i++)
        {
            if (all[i].Value == before.values[i]) continue;
            values ??= [.. before.values];
            values[i] = all[i].Value;
        }

        return values is null ? before : new HeaderChanges(before.names, values);
    }

    /// <summary>What a header was added or rewritten with, whatever the case of its name; null when it wasn't.</summary>
    public string? ValueOf(string name)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (values[i] is not null && names[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return values[i];
        }

        return null;
    }

    private bool HasNamesOf(ReadOnlySpan<ChangedHeader> all)
    {
        if (names.Length != all.Length) return false;
        for (var i = 0; i < all.Length; i++)
        {
            if (names[i].WasThere != all[i].WasThere || names[i].Name != all[i].Name) return false;
        }

        return true;
    }

    private ImmutableDictionary<string, string> Values(bool wasThere) =>
        names.Zip(values).Where(h => h.Second is not null && h.First.WasThere == wasThere).DistinctBy(h => h.First.Name).ToImmutableDictionary(h => h.First.Name, h => h.Second!);

    private readonly record struct ChangedName(string Name, bool WasThere);
}
