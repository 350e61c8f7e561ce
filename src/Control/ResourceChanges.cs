using Usher.Model.Desired;

namespace Usher.Control;

/// <summary>What differs between two sets of objects, for people: the objects' names, each list in order.</summary>
/// <param name="Added">Only in the new set.</param>
/// <param name="Changed">In both, with another content; where they are written doesn't matter.</param>
/// <param name="Removed">Only in the old set.</param>
public sealed record ResourceChanges(IReadOnlyList<ResourceKey> Added, IReadOnlyList<ResourceKey> Changed, IReadOnlyList<ResourceKey> Removed)
{
    /// <summary>True when both sets say the same.</summary>
    public bool IsEmpty => Added.Count + Changed.Count + Removed.Count == 0;

    /// <summary>Compares.</summary>
    public static ResourceChanges Between(IReadOnlyList<Resource> before, IReadOnlyList<Resource> after)
    {
        var (gone, come) = ListDifference.Between(before, after);
        var old = gone.ToDictionary(r => r.Key);
        var now = come.ToDictionary(r => r.Key);
        return new ResourceChanges(
            Named(now.Keys.Where(k => !old.ContainsKey(k))),
            Named(now.Where(pair => old.TryGetValue(pair.Key, out var was) && ObjectDifference.Differs(was.Value, pair.Value.Value)).Select(pair => pair.Key)),
            Named(old.Keys.Where(k => !now.ContainsKey(k))));
    }

    private static List<ResourceKey> Named(IEnumerable<ResourceKey> keys) => [.. keys.OrderBy(k => k.ToString(), StringComparer.Ordinal)];
}
