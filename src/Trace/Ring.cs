namespace Usher.Trace;

/// <summary>The newest items, in the order in which they were added. Adding never waits and takes no lock.</summary>
/// <param name="capacity">Items kept. At least 1.</param>
/// <param name="keyOf">What an item is found by; null for an item that isn't, or a ring without keys.</param>
internal sealed class Ring<T>(int capacity, Func<T, string?>? keyOf = null) where T : class
{
    private readonly Entry?[] entries = new Entry?[capacity];

    // For each hash the number of its newest item, which knows the one before: as many places as items, so that a chain is about one long.
    private readonly long[] newestOf = keyOf is null ? [] : new long[capacity];
    private long newest;

    /// <summary>The number of the newest item, counting from 1; 0 when there is none. Its slot may still be being written.</summary>
    public long Newest => Volatile.Read(ref newest);

    /// <summary>The number of the oldest item that is still kept.</summary>
    public long Oldest => Math.Max(1, Newest - capacity + 1);

    /// <summary>Adds an item in the place of the oldest.</summary>
    public void Add(T item)
    {
        var number = Interlocked.Increment(ref newest);
        var entry = new Entry(number, item);
        Volatile.Write(ref entries[number % capacity], entry);
        if (keyOf?.Invoke(item) is not { } key) return;

        // Only now: whoever comes by the chain finds the item in its slot.
        ref var head = ref HeadOf(key);
        long before;
        do
        {
            before = Volatile.Read(ref head);
            entry.Before = before;
        }
        while (Interlocked.CompareExchange(ref head, number, before) != before);
    }

    /// <summary>The item with this number; null when it has given way, or is still being written.</summary>
    public T? At(long number) => EntryAt(number)?.Item;

    /// <summary>Everything kept, the newest first; items added meanwhile are left out.</summary>
    public IEnumerable<T> NewestFirst()
    {
        var last = Newest;
        for (var number = last; number >= Math.Max(1, last - capacity + 1); number--)
        {
            if (At(number) is { } item) yield return item;
        }
    }

    /// <summary>What is kept under a key, the newest first. Costs what it finds, not what there is.</summary>
    public IEnumerable<T> With(string key)
    {
        // The one that an item knows before itself gives way before it does: the first that is gone ends the chain.
        for (var number = Volatile.Read(ref HeadOf(key)); number > 0 && EntryAt(number) is { } entry; number = Volatile.Read(ref entry.Before))
        {
            if (keyOf!(entry.Item) == key) yield return entry.Item;
        }
    }

    /// <summary>The items after a number that are still kept, in order, until one that isn't wanted yet or is still being written; the number moves on to the last of them.</summary>
    public IReadOnlyList<T> After(ref long number, Func<T, bool> wanted)
    {
        var found = new List<T>();
        for (var last = Newest; number < last;)
        {
            var next = Math.Max(number + 1, Oldest);
            if (At(next) is { } item)
            {
                if (!wanted(item)) break;
                found.Add(item);
            }
            else if (next >= Oldest)
            {
                break;
            }

            number = next;
        }

        return found;
    }

    private Entry? EntryAt(long number) => Volatile.Read(ref entries[number % capacity]) is { } entry && entry.Number == number ? entry : null;

    private ref long HeadOf(string key) => ref newestOf[(uint)key.GetHashCode(StringComparison.Ordinal) % (uint)capacity];

    private sealed class Entry(long number, T item)
    {
        public readonly long Number = number;
        public readonly T Item = item;
        public long Before;
    }
}
