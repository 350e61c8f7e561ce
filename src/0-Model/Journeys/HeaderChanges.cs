using System.Collections.Immutable;

namespace Usher.Model.Journeys;

/// <summary>One header that a hop changed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value afterwards; null when it was removed.</param>
/// <param name="WasThere">Whether the message had it before.</param>
public readonly record struct ChangedHeader(string Name, string? Value, bool WasThere);

/// <summary>Changes that a hop made to the headers of a message. Every request notes some, few are read: so they are sorted when somebody asks.</summary>
public sealed class HeaderChanges
{
    private readonly ChangedHeader[] all;

    /// <summary>Changes in the order in which they were noted; of several with one name the first is told.</summary>
    public HeaderChanges(ChangedHeader[] all) => this.all = all;

    /// <summary>Changes by kind.</summary>
    public HeaderChanges(ImmutableDictionary<string, string> added, ImmutableArray<string> removed, ImmutableDictionary<string, string> rewritten)
        : this([
            .. added.Select(h => new ChangedHeader(h.Key, h.Value, WasThere: false)),
            .. removed.Select(name => new ChangedHeader(name, null, WasThere: true)),
            .. rewritten.Select(h => new ChangedHeader(h.Key, h.Value, WasThere: true))])
    {
    }

    /// <summary>Nothing changed.</summary>
    public static HeaderChanges None { get; } = new([]);

    /// <summary>Headers that were not there before.</summary>
    public ImmutableDictionary<string, string> Added => Values(h => !h.WasThere);

    /// <summary>Names that were taken away.</summary>
    public ImmutableArray<string> Removed => [.. all.Where(h => h.Value is null).Select(h => h.Name)];

    /// <summary>Headers whose value was changed, with the new value.</summary>
    public ImmutableDictionary<string, string> Rewritten => Values(h => h.WasThere);

    /// <summary>What a header was added or rewritten with, whatever the case of its name; null when it wasn't.</summary>
    public string? ValueOf(string name)
    {
        foreach (var header in all)
        {
            if (header.Value is not null && header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return header.Value;
        }

        return null;
    }

    private ImmutableDictionary<string, string> Values(Func<ChangedHeader, bool> which) =>
        all.Where(h => h.Value is not null && which(h)).DistinctBy(h => h.Name).ToImmutableDictionary(h => h.Name, h => h.Value!);
}
