namespace Usher.Model.Desired;

/// <summary>
/// All objects of one type, ordered by namespace and name. Immutable; one that follows from another shares with it what hasn't changed, and is that other when
/// nothing has, so that comparing references tells whether anything did.
/// </summary>
internal abstract class ObjectTable
{
    /// <summary>The objects, in order.</summary>
    internal abstract IReadOnlyList<Resource> All { get; }

    /// <summary>The kinds that the type has: one, as a rule.</summary>
    internal abstract IReadOnlyCollection<(string Group, string Kind)> Kinds { get; }

    /// <summary>A table of objects of one type, each key once.</summary>
    /// <exception cref="ArgumentException">A key is there twice.</exception>
    internal static ObjectTable Of(Type type, IEnumerable<Resource> objects)
    {
        var all = objects.ToArray();
        Array.Sort(all, static (one, other) => Compare(one.Key, other.Key));
        for (var i = 1; i < all.Length; i++)
        {
            if (all[i].Key == all[i - 1].Key) throw new ArgumentException($"{all[i].Key} is there twice", nameof(objects));
        }

        return (ObjectTable)Activator.CreateInstance(typeof(ObjectTable<>).MakeGenericType(type), [all])!;
    }

    /// <summary>The object, or null.</summary>
    internal abstract Resource? Find(in ResourceKey key);

    /// <summary>The object with its type by namespace and name, or null.</summary>
    internal abstract object? Named(string ns, string name);

    /// <summary>Whether what has a key's namespace and name is surely the same here as in another table, or in neither; false for what may differ. Asked of many keys, it looks for what differs once.</summary>
    internal abstract bool IsSame(ObjectTable? other, in ResourceKey key);

    /// <summary>This table with these changes; itself when they change nothing.</summary>
    /// <param name="changes">Ordered by key, each once; null takes an object away.</param>
    internal abstract ObjectTable With(IReadOnlyList<(ResourceKey Key, Resource? Value)> changes);

    /// <summary>This table with the other's object wherever both say the same; the other itself when they do everywhere.</summary>
    internal abstract ObjectTable Sharing(ObjectTable other);

    /// <summary>The objects that differ between two tables of a type, each as it was and as it is: null where one hasn't it. In order; it costs by what there is between the first and the last.</summary>
    internal static IEnumerable<(Resource? Was, Resource? Now)> Differing(ObjectTable? before, ObjectTable? after)
    {
        var (old, all) = (SharedList.Of<Resource>(before?.All ?? []), SharedList.Of<Resource>(after?.All ?? []));
        var (first, last) = old.Same(all);
        var was = old.Between(first, last).ToDictionary(r => r.Key);
        var now = all.Between(first, last).ToDictionary(r => r.Key);
        return was.Keys.Union(now.Keys).Order(ResourceKey.ByName).Select(key => (Was: was.GetValueOrDefault(key), Now: now.GetValueOrDefault(key)))
            .Where(pair => !ReferenceEquals(pair.Was?.Value, pair.Now?.Value));
    }

    /// <summary>Whether two say the same thing: the same object, written in the same place.</summary>
    internal static bool Same(Resource one, Resource other) =>
        ReferenceEquals(one, other) || (ReferenceEquals(one.Value, other.Value) && one.Key == other.Key && one.Origin == other.Origin && one.Generation == other.Generation && one.Since == other.Since);

    /// <summary>By namespace, then name.</summary>
    internal static int Compare(in ResourceKey one, in ResourceKey other)
    {
        var order = string.CompareOrdinal(one.Namespace, other.Namespace);
        if (order == 0) order = string.CompareOrdinal(one.Name, other.Name);
        if (order == 0) order = string.CompareOrdinal(one.Kind, other.Kind);
        return order == 0 ? string.CompareOrdinal(one.Group, other.Group) : order;
    }
}

/// <summary>All objects of a type.</summary>
/// <typeparam name="T">Their type.</typeparam>
internal sealed class ObjectTable<T> : ObjectTable where T : class
{
    private readonly SharedList<Resource> all;
    private readonly SharedList<Resource<T>> typed;
    private readonly HashSet<(string Group, string Kind)> kinds;
    private volatile Difference? difference;

    /// <param name="all">In order.</param>
    public ObjectTable(Resource[] all)
        : this(SharedList.Of<Resource>(all), SharedList.Of<Resource<T>>(all.Select(Typed)), [.. all.Select(r => (r.Key.Group, r.Key.Kind))])
    {
    }

    private ObjectTable(SharedList<Resource> all, SharedList<Resource<T>> typed, HashSet<(string Group, string Kind)> kinds) => (this.all, this.typed, this.kinds) = (all, typed, kinds);

    internal override IReadOnlyList<Resource> All => all;

    internal override IReadOnlyCollection<(string Group, string Kind)> Kinds => kinds;

    /// <summary>The objects with their type, in order.</summary>
    internal SharedList<Resource<T>> Values => typed;

    internal override Resource? Find(in ResourceKey key) => IndexOf(key) is >= 0 and var at ? all[at] : null;

    /// <summary>The object with its type by namespace and name, or null.</summary>
    internal Resource<T>? Find(string ns, string name)
    {
        var (low, high) = (0, all.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var key = all[middle].Key;
            var order = string.CompareOrdinal(key.Namespace, ns);
            if (order == 0) order = string.CompareOrdinal(key.Name, name);
            if (order == 0) return typed[middle];
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return null;
    }

    internal override object? Named(string ns, string name) => Find(ns, name);

    internal override bool IsSame(ObjectTable? other, in ResourceKey key)
    {
        if (other is not ObjectTable<T> before) return false;
        var known = difference;
        if (known is null || !known.Other.TryGetTarget(out var target) || !ReferenceEquals(target, before))
        {
            var (first, last) = typed.Same(before.typed);
            difference = known = new Difference(new WeakReference<ObjectTable<T>>(before), [.. typed.Between(first, last).Concat(before.typed.Between(first, last)).Select(r => r.Key).Distinct().Take(Difference.Most + 1)]);
        }

        if (known.Keys.Length > Difference.Most) return false;
        foreach (var differs in known.Keys)
        {
            if (differs.Name == key.Name && differs.Namespace == key.Namespace) return false;
        }

        return true;
    }

    internal override ObjectTable With(IReadOnlyList<(ResourceKey Key, Resource? Value)> changes)
    {
        var (objects, values, next) = (new SharedListEdit<Resource>(all), new SharedListEdit<Resource<T>>(typed), kinds);
        foreach (var (key, value) in changes)
        {
            var at = IndexOf(key);
            if (at < 0 ? value is null : value is not null && Same(all[at], value)) continue;
            if (at < 0)
            {
                objects.Insert(~at, value!);
                values.Insert(~at, Typed(value!));
            }
            else
            {
                objects.Replace(at, value);
                values.Replace(at, value is null ? null : Typed(value));
            }

            if (value is not null && !next.Contains((key.Group, key.Kind))) next = [.. next, (key.Group, key.Kind)];
        }

        var changed = objects.Finish();
        return ReferenceEquals(changed, all) ? this : new ObjectTable<T>(changed, values.Finish(), next);
    }

    internal override ObjectTable Sharing(ObjectTable other)
    {
        if (other is not ObjectTable<T> before || ReferenceEquals(this, other)) return this;
        // What both share already needs no look.
        var (first, last) = all.Same(before.all);
        var shared = first + last;
        var (objects, values) = (new SharedListEdit<Resource>(all), new SharedListEdit<Resource<T>>(typed));
        for (int i = first, j = first; i < all.Count - last && j < before.all.Count - last;)
        {
            var (one, had) = (all[i], before.all[j]);
            var order = Compare(one.Key, had.Key);
            if (order == 0 && Same(one, had))
            {
                shared++;
                if (!ReferenceEquals(one, had))
                {
                    objects.Replace(i, had);
                    values.Replace(i, before.typed[j]);
                }
            }

            if (order <= 0) i++;
            if (order >= 0) j++;
        }

        if (shared == all.Count && shared == before.all.Count) return before;
        var next = objects.Finish();
        return ReferenceEquals(next, all) ? this : new ObjectTable<T>(next, values.Finish(), kinds);
    }

    private static Resource<T> Typed(Resource resource) => new(resource.Key, (T)resource.Value, resource.Origin) { Generation = resource.Generation, Since = resource.Since };

    private int IndexOf(in ResourceKey key)
    {
        var (low, high) = (0, all.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = Compare(all[middle].Key, key);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    /// <summary>What may differ from another table, which it doesn't keep; more than a few aren't listed.</summary>
    private sealed record Difference(WeakReference<ObjectTable<T>> Other, ResourceKey[] Keys)
    {
        internal const int Most = 4;
    }
}
