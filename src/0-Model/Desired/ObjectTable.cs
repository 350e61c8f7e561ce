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

    /// <summary>This table with these changes; itself when they change nothing.</summary>
    /// <param name="changes">Ordered by key, each once; null takes an object away.</param>
    internal abstract ObjectTable With(IReadOnlyList<(ResourceKey Key, Resource? Value)> changes);

    /// <summary>This table with the other's object wherever both say the same; the other itself when they do everywhere.</summary>
    internal abstract ObjectTable Sharing(ObjectTable other);

    /// <summary>Whether two say the same thing: the same object, written in the same place.</summary>
    internal static bool Same(Resource one, Resource other) =>
        ReferenceEquals(one, other) || (ReferenceEquals(one.Value, other.Value) && one.Key == other.Key && one.Origin == other.Origin && one.Generation == other.Generation);

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
    private readonly Resource[] all;
    private readonly Resource<T>[] typed;
    private readonly HashSet<(string Group, string Kind)> kinds;

    /// <param name="all">In order.</param>
    public ObjectTable(Resource[] all)
        : this(all, Array.ConvertAll(all, Typed), [.. all.Select(r => (r.Key.Group, r.Key.Kind))])
    {
    }

    private ObjectTable(Resource[] all, Resource<T>[] typed, HashSet<(string Group, string Kind)> kinds) => (this.all, this.typed, this.kinds) = (all, typed, kinds);

    internal override IReadOnlyList<Resource> All => all;

    internal override IReadOnlyCollection<(string Group, string Kind)> Kinds => kinds;

    /// <summary>The objects with their type, in order.</summary>
    internal IReadOnlyList<Resource<T>> Values => typed;

    internal override Resource? Find(in ResourceKey key) => IndexOf(key) is >= 0 and var at ? all[at] : null;

    /// <summary>The object with its type by namespace and name, or null.</summary>
    internal Resource<T>? Find(string ns, string name)
    {
        var (low, high) = (0, all.Length - 1);
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

    internal override ObjectTable With(IReadOnlyList<(ResourceKey Key, Resource? Value)> changes)
    {
        var next = new Copy(this, changes.Count);
        foreach (var (key, value) in changes)
        {
            var at = IndexOf(key);
            if (at >= 0 && (value is null || !Same(all[at], value))) next.Replace(at, value);
            else if (at < 0 && value is not null) next.Insert(~at, value);
        }

        return next.Finish();
    }

    internal override ObjectTable Sharing(ObjectTable other)
    {
        if (other is not ObjectTable<T> before || ReferenceEquals(this, other)) return this;
        var shared = 0;
        var (objects, values) = ((Resource[])all.Clone(), (Resource<T>[])typed.Clone());
        for (int i = 0, j = 0; i < objects.Length && j < before.all.Length;)
        {
            var order = Compare(objects[i].Key, before.all[j].Key);
            if (order == 0 && Same(objects[i], before.all[j]))
            {
                (objects[i], values[i]) = (before.all[j], before.typed[j]);
                shared++;
            }

            if (order <= 0) i++;
            if (order >= 0) j++;
        }

        return shared == objects.Length && shared == before.all.Length ? before : shared == 0 ? this : new ObjectTable<T>(objects, values, kinds);
    }

    private static Resource<T> Typed(Resource resource) => new(resource.Key, (T)resource.Value, resource.Origin) { Generation = resource.Generation };

    private int IndexOf(in ResourceKey key)
    {
        var (low, high) = (0, all.Length - 1);
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

    /// <summary>A copy being made: what lies between two changes is copied as it is.</summary>
    private struct Copy(ObjectTable<T> from, int more)
    {
        private readonly Resource[] objects = new Resource[from.all.Length + more];
        private readonly Resource<T>[] values = new Resource<T>[from.all.Length + more];
        private int read;
        private HashSet<(string Group, string Kind)> kinds = from.kinds;
        private int written;
        private bool changed;

        internal void Replace(int at, Resource? value)
        {
            Take(at);
            read = at + 1;
            if (value is not null) Put(value);
        }

        internal void Insert(int at, Resource value)
        {
            Take(at);
            Put(value);
        }

        internal readonly ObjectTable<T> Finish()
        {
            if (!changed) return from;
            var last = this;
            last.Take(from.all.Length);
            return last.written == objects.Length ? new ObjectTable<T>(objects, values, kinds) : new ObjectTable<T>(objects[..last.written], values[..last.written], kinds);
        }

        private void Take(int end)
        {
            Array.Copy(from.all, read, objects, written, end - read);
            Array.Copy(from.typed, read, values, written, end - read);
            written += end - read;
            read = end;
            changed = true;
        }

        private void Put(Resource value)
        {
            var kind = (value.Key.Group, value.Key.Kind);
            if (!kinds.Contains(kind)) kinds = [.. kinds, kind];
            (objects[written], values[written++]) = (value, Typed(value));
        }
    }
}
