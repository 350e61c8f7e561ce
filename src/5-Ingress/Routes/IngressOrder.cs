using Usher.Model.Desired;

namespace Usher.Ingress;

/// <summary>Which of several Ingresses comes first, and so keeps what all of them claim: the oldest (<see cref="Age"/>), then by namespace and name (ListIngresses of ingress-nginx's store.go).</summary>
internal sealed class IngressOrder : IComparer<IngressPart>
{
    internal static readonly IngressOrder Instance = new();

    /// <summary>These in their order. They mostly are in it as they come, by namespace and name: then nothing is sorted.</summary>
    internal static List<IngressPart> Of(IEnumerable<IngressPart> parts)
    {
        var ordered = parts.ToList();
        for (var i = 1; i < ordered.Count; i++)
        {
            if (Instance.Compare(ordered[i - 1], ordered[i]) <= 0) continue;
            ordered.Sort(Instance);
            break;
        }

        return ordered;
    }

    public int Compare(IngressPart? x, IngressPart? y)
    {
        if (x is null || y is null) return x is null ? y is null ? 0 : -1 : 1;
        if (Age.Of(x.Ingress).CompareTo(Age.Of(y.Ingress)) is var age and not 0) return age;
        return ResourceKey.ByName.Compare(x.Ingress.Key, y.Ingress.Key);
    }

    /// <summary>By which rule the first of two came before the other.</summary>
    internal static string Why(IngressPart first, IngressPart other) =>
        first.Ingress.Key == other.Ingress.Key ? "it is written first in the same Ingress"
        : Age.Of(first.Ingress) != Age.Of(other.Ingress) ? Age.Why(Age.Of(first.Ingress), Age.Of(other.Ingress))
        : "neither is older, and its namespace and name come first";
}
