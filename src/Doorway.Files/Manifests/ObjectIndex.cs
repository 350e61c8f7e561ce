using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary>Which objects a load has, and in which namespaces: it tells whether more can come without a look at those that are there.</summary>
internal sealed class ObjectIndex
{
    /// <summary>The namespaces that every cluster has.</summary>
    internal static readonly string[] Initial = ["default", "kube-node-lease", "kube-public", "kube-system"];

    private readonly HashSet<ResourceKey> keys;
    private readonly HashSet<string> given = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    /// <param name="all">Each object once.</param>
    internal ObjectIndex(IReadOnlyCollection<Manifest> all)
    {
        keys = new(all.Count, ByName.Instance);
        Add(all);
    }

    /// <summary>Adds objects that come.</summary>
    internal void Add(IEnumerable<Manifest> come)
    {
        foreach (var manifest in come)
        {
            keys.Add(manifest.Key);
            if (GivesNamespace(manifest.Key)) given.Add(manifest.Key.Name);
            if (manifest.Kind is { Namespaced: true }) used.Add(manifest.Key.Namespace);
        }
    }

    /// <summary>Which of a file's objects come, where all that were in it are there still; null when some aren't, or when one that comes is there already, or where its namespace, or another's, isn't given then.</summary>
    /// <param name="was">Those that were in it, in order.</param>
    /// <param name="now">Those that are in it.</param>
    internal IReadOnlyCollection<Manifest>? Come(IReadOnlyList<Manifest> was, IReadOnlyList<Manifest> now)
    {
        var (first, last) = (0, 0);
        var shorter = Math.Min(was.Count, now.Count);
        while (first < shorter && was[first].Key == now[first].Key) first++;
        while (last < shorter - first && was[^(last + 1)].Key == now[^(last + 1)].Key) last++;
        var stay = was.Take(first..^last).Select(m => m.Key).ToHashSet(ByName.Instance);
        var come = new Dictionary<ResourceKey, Manifest>(ByName.Instance);
        foreach (var manifest in now.Take(first..^last))
        {
            // What is there twice is neither taken from those that stay a second time, nor new.
            if (!stay.Remove(manifest.Key) && (keys.Contains(manifest.Key) || !come.TryAdd(manifest.Key, manifest))) return null;
        }

        return stay.Count == 0 && AreGiven(come.Values) ? come.Values : null;
    }

    /// <summary>The rule of <see cref="ManifestSet"/>: when Namespaces are given, no object is in another.</summary>
    private bool AreGiven(IReadOnlyCollection<Manifest> come)
    {
        var more = come.Where(m => GivesNamespace(m.Key)).Select(m => m.Key.Name).ToHashSet(StringComparer.Ordinal);
        if (given.Count + more.Count == 0) return true;
        // With the first ones it concerns the objects that are there, too.
        var namespaces = come.Where(m => m.Kind is { Namespaced: true }).Select(m => m.Key.Namespace).Concat(given.Count == 0 ? used : []);
        return namespaces.All(ns => given.Contains(ns) || more.Contains(ns) || Initial.Contains(ns, StringComparer.Ordinal));
    }

    internal static bool GivesNamespace(in ResourceKey key) => key is { Group: "", Kind: "Namespace" };

    /// <summary>Hashes what differs: nearly all objects of a load share group, kind and namespace with many.</summary>
    internal sealed class ByName : IEqualityComparer<ResourceKey>
    {
        internal static readonly ByName Instance = new();

        public bool Equals(ResourceKey x, ResourceKey y) => x == y;

        public int GetHashCode(ResourceKey key) => key.Name.GetHashCode(StringComparison.Ordinal);
    }
}
