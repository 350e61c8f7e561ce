using Usher.Model.Desired;

namespace Usher.Control;

/// <summary>
/// What differs between two lists of objects that are mostly the same ones in the same order, as two loads of the same manifests are: found by comparing references from
/// both ends; parts of a list that both share are passed over.
/// </summary>
internal static class ListDifference
{
    /// <summary>The objects of each list that aren't in the other: among them those that were only written anew. Only what lies between the first and the last of them is looked at.</summary>
    internal static (IReadOnlyList<Resource> Gone, IReadOnlyList<Resource> Come) Between(IReadOnlyList<Resource> before, IReadOnlyList<Resource> after)
    {
        var (was, now) = (SharedList.Of<Resource>(before), SharedList.Of<Resource>(after));
        var (first, last) = was.Same(now);
        var (gone, come) = (was.Between(first, last), now.Between(first, last));
        if (gone.Count == 0 || come.Count == 0) return (gone, come);
        var same = new HashSet<Resource>(gone, ReferenceEqualityComparer.Instance);
        same.IntersectWith(come);
        return same.Count == 0 ? (gone, come) : (gone.FindAll(r => !same.Contains(r)), come.FindAll(r => !same.Contains(r)));
    }
}
