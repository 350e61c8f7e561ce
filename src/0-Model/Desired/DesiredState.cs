using Usher.Model.Road;

namespace Usher.Model.Desired;

/// <summary>
/// Every object that people wrote, and what reconcilers derived from it. Immutable. A state that follows from another shares with it what hasn't changed.
/// A kind has one type of object.
/// </summary>
public sealed class DesiredState
{
    private readonly Dictionary<Type, ObjectTable> byType;
    private readonly Dictionary<(string Group, string Kind), ObjectTable> byKind = [];
    private readonly Reads? reads;

    /// <summary>Indexes the objects.</summary>
    /// <exception cref="ArgumentException">A key is there twice.</exception>
    public DesiredState(IEnumerable<Resource> resources)
        : this(resources.GroupBy(r => r.Value.GetType()).ToDictionary(g => g.Key, g => ObjectTable.Of(g.Key, g)), null)
    {
    }

    private DesiredState(Dictionary<Type, ObjectTable> byType, Reads? reads)
    {
        this.byType = byType;
        this.reads = reads;
        foreach (var table in byType.Values)
        {
            foreach (var kind in table.Kinds) byKind.TryAdd(kind, table);
            Count += table.All.Count;
        }
    }

    /// <summary>Nothing at all.</summary>
    public static DesiredState Empty { get; } = new([]);

    /// <summary>How many objects there are.</summary>
    public int Count { get; }

    /// <summary>All objects, by type, each type's ordered by namespace and name.</summary>
    public IEnumerable<Resource> Resources => byType.Values.SelectMany(table => table.All);

    /// <summary>All objects of one type, ordered by namespace and name. Where nothing of the type has changed, the very same list as in the state before.</summary>
    public IEnumerable<Resource<T>> All<T>() where T : class => List<T>();

    /// <summary>As <see cref="All{T}"/>.</summary>
    public IReadOnlyList<Resource<T>> List<T>() where T : class
    {
        var table = Table(typeof(T));
        reads?.Add(typeof(T), table);
        return Plain<T>();
    }

    /// <summary>The objects of a type that another state has and this one hasn't, and the other way round: one that was changed is in both. Ordered by namespace and name; it costs by what there is between the first and the last.</summary>
    public (IReadOnlyList<Resource<T>> Gone, IReadOnlyList<Resource<T>> Come) Since<T>(DesiredState before) where T : class
    {
        ArgumentNullException.ThrowIfNull(before);
        var (was, now) = (before.Plain<T>(), (SharedList<Resource<T>>)List<T>());
        var (first, last) = was.Same(now);
        return (was.Between(first, last), now.Between(first, last));
    }

    /// <summary>
    /// The objects that differ from another state, each as it was and as it is: null where one hasn't it. By type, then namespace and name. What is only written elsewhere, or written anew, is the same object or another as its
    /// reader made it; compare what they say where that matters.
    /// </summary>
    public IEnumerable<(Resource? Was, Resource? Now)> Since(DesiredState before)
    {
        ArgumentNullException.ThrowIfNull(before);
        return byType.Keys.Union(before.byType.Keys).OrderBy(type => type.Name, StringComparer.Ordinal)
            .Where(type => !ReferenceEquals(Table(type), before.Table(type)))
            .SelectMany(type => ObjectTable.Differing(before.Table(type), Table(type)));
    }

    /// <summary>The object of a type by namespace and name, or null. Cluster-scoped kinds have an empty namespace.</summary>
    public Resource<T>? Find<T>(string ns, string name) where T : class
    {
        var found = ((ObjectTable<T>?)Table(typeof(T)))?.Find(ns, name);
        reads?.Add(typeof(T), ns, name, found);
        return found;
    }

    /// <summary>The object with this identity, or null.</summary>
    public Resource? Find(ResourceKey key)
    {
        var found = byKind.GetValueOrDefault((key.Group, key.Kind))?.Find(key);
        reads?.Add(key, found);
        return found;
    }

    /// <summary>As <see cref="Find(ResourceKey)"/>, without noting it.</summary>
    internal Resource? Plain(in ResourceKey key) => byKind.GetValueOrDefault((key.Group, key.Kind))?.Find(key);

    /// <summary>This state with more objects; one that is there already is replaced. The very same where that changes nothing.</summary>
    public DesiredState With(IEnumerable<Resource> more) => With(more, []);

    /// <summary>This state with more objects and without some; itself where that changes nothing.</summary>
    public DesiredState With(IEnumerable<Resource> more, IEnumerable<ResourceKey> without)
    {
        Dictionary<Type, ObjectTable>? next = null;
        foreach (var gone in without.GroupBy(k => byKind.GetValueOrDefault((k.Group, k.Kind))))
        {
            if (gone.Key is { } table && table.All.Count > 0) Put(table.All[0].Value.GetType(), table.With([.. gone.Distinct().Order(ResourceKey.ByName).Select(k => (k, (Resource?)null))]));
        }

        foreach (var group in more.GroupBy(r => r.Value.GetType()))
        {
            // The last of a key wins.
            var unique = new Dictionary<ResourceKey, Resource>();
            foreach (var resource in group) unique[resource.Key] = resource;
            var table = (next ?? byType).GetValueOrDefault(group.Key);
            Put(group.Key, table is null
                ? ObjectTable.Of(group.Key, unique.Values)
                : table.With([.. unique.OrderBy(pair => pair.Key, ResourceKey.ByName).Select(pair => (pair.Key, (Resource?)pair.Value))]));
        }

        return next is null ? this : new DesiredState(next, reads);

        void Put(Type type, ObjectTable table)
        {
            if (ReferenceEquals((next ?? byType).GetValueOrDefault(type), table)) return;
            next ??= new Dictionary<Type, ObjectTable>(byType);
            if (table.All.Count == 0) next.Remove(type);
            else next[type] = table;
        }
    }

    /// <summary>This state with the other's objects wherever both say the same; the other itself when they do everywhere.</summary>
    public DesiredState Sharing(DesiredState other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var shared = byType.ToDictionary(pair => pair.Key, pair => other.Table(pair.Key) is { } before ? pair.Value.Sharing(before) : pair.Value);
        return shared.Count == other.byType.Count && shared.All(pair => ReferenceEquals(pair.Value, other.Table(pair.Key))) ? other : new DesiredState(shared, null);
    }

    private SharedList<Resource<T>> Plain<T>() where T : class => ((ObjectTable<T>?)Table(typeof(T)))?.Values ?? SharedList<Resource<T>>.Nothing;

    /// <summary>The same state, which notes what is read of it.</summary>
    internal DesiredState Noting(Reads noted) => new(byType, noted);

    /// <summary>All objects of a type as one reference; null when there are none.</summary>
    internal ObjectTable? Table(Type type) => byType.GetValueOrDefault(type);
}
