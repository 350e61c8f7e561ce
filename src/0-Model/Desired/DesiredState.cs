using System.Collections.Frozen;

namespace Usher.Model.Desired;

/// <summary>Every object that people wrote, and what reconcilers derived from it. Immutable.</summary>
public sealed class DesiredState
{
    private readonly FrozenDictionary<ResourceKey, Resource> byKey;
    private readonly FrozenDictionary<Type, Resource[]> byType;

    /// <summary>Indexes the objects. Keys must be unique.</summary>
    public DesiredState(IEnumerable<Resource> resources)
    {
        byKey = resources.ToFrozenDictionary(r => r.Key);
        byType = byKey.Values
            .GroupBy(r => r.Value.GetType())
            .ToFrozenDictionary(
                g => g.Key,
                g => g.OrderBy(r => r.Key.Namespace, StringComparer.Ordinal).ThenBy(r => r.Key.Name, StringComparer.Ordinal).ToArray());
    }

    /// <summary>Nothing at all.</summary>
    public static DesiredState Empty { get; } = new([]);

    /// <summary>How many objects there are.</summary>
    public int Count => byKey.Count;

    /// <summary>All objects, in no order.</summary>
    public IEnumerable<Resource> Resources => byKey.Values;

    /// <summary>All objects of one type, ordered by namespace and name.</summary>
    public IEnumerable<Resource<T>> All<T>() where T : class =>
        byType.TryGetValue(typeof(T), out var found) ? found.Select(Typed<T>) : [];

    /// <summary>The object of a type by namespace and name, or null. Cluster-scoped kinds have an empty namespace.</summary>
    public Resource<T>? Find<T>(string ns, string name) where T : class =>
        All<T>().FirstOrDefault(r => r.Key.Namespace == ns && r.Key.Name == name);

    /// <summary>The object with this identity, or null.</summary>
    public Resource? Find(ResourceKey key) => byKey.GetValueOrDefault(key);

    /// <summary>This state with more objects; one that is there already is replaced.</summary>
    public DesiredState With(IEnumerable<Resource> more)
    {
        var merged = byKey.ToDictionary();
        foreach (var resource in more) merged[resource.Key] = resource;
        return new DesiredState(merged.Values);
    }

    private static Resource<T> Typed<T>(Resource r) where T : class => new(r.Key, (T)r.Value, r.Origin);
}
