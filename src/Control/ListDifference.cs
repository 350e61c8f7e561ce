using Usher.Model.Desired;

namespace Usher.Control;

/// <summary>
/// What differs between two lists of objects that are mostly the same ones in the same order, as two loads of the same manifests are: found by comparing references from
/// both ends.
/// </summary>
internal static class ListDifference
{
    /// <summary>The objects of each list that aren't in the other: among them those that were only written anew. Only what lies between the first and the last of them is looked at.</summary>
    internal static (IReadOnlyList<Resource> Gone, IReadOnlyList<Resource> Come) Between(IReadOnlyList<Resource> before, IReadOnlyList<Resource> after)
    {
        var first = 0;
        var shorter = Math.Min(before.Count, after.Count);
        while (first < shorter && ReferenceEquals(before[first], after[first])) first++;
        var last = 0;
        while (last < shorter - first && ReferenceEquals(before[before.Count - 1 - last], after[after.Count - 1 - last])) last++;
        var (gone, come) = (Middle(before, first, last), Middle(after, first, last));
        if (gone.Count == 0 || come.Count == 0) return (gone, come);
        var same = new HashSet<Resource>(gone, ReferenceEqualityComparer.Instance);
        same.IntersectWith(come);
        return same.Count == 0 ? (gone, come) : (gone.FindAll(r => !same.Contains(r)), come.FindAll(r => !same.Contains(r)));
    }

    private static List<Resource> Middle(IReadOnlyList<Resource> all, int first, int last)
    {
        var middle = new List<Resource>(all.Count - first - last);
        for (var i = first; i < all.Count - last; i++) middle.Add(all[i]);
        return middle;
    }
}
