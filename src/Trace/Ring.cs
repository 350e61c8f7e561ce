namespace Usher.Trace;

/// <summary>
/// The newest items, in the order in which they were added. Adding never waits and takes no lock; nothing is allocated, so that what is kept is the items alone.
/// </summary>
/// <param name="capacity">Items kept. At least 1.</param>
/// <param name="keyOf">What an item is found by; null for an item that isn't, or a ring without keys.</param>
internal sealed class Ring<T>(int capacity, Func<T, string?>? keyOf = null) where T : class
{
    private readonly RingPlaces places = new(capacity);
    private readonly T?[] items = new T?[capacity];

    // The number of the item before, of those whose keys have the same hash.
    private readonly long[] befores = keyOf is null ? [] : new long[capacity];

    // The hash of each item's key: an item itself is seldom in a processor's cache.
    private readonly int[] hashes = keyOf is null ? [] : new int[capacity];

    // For each hash the number of its newest item, which knows the one before: as many places as items, so that a chain is about one long.
    private readonly long[] newestOf = keyOf is null ? [] : new long[capacity];

    /// <summary>The number of the newest item, counting from 1; 0 when there is none. Its slot may still be being written.</summary>
    public long Newest => places.Newest;

    /// <summary>The number of the oldest item that is still kept.</summary>
    public long Oldest => places.Oldest;

    /// <summary>Adds an item in the place of the oldest.</summary>
    /// <returns>Its number.</returns>
    public long Add(T item)
    {
        if (!places.TryTake(out var number)) return number;
        var place = places.PlaceOf(number);
        items[place] = item;
        var key = keyOf?.Invoke(item);
        var hash = key is null ? 0 : HashOf(key);
        if (key is not null) hashes[place] = hash;
        places.Fill(number);
        if (key is null) return number;

        // Only now: whoever comes by the chain finds the item in its place.
        ref var head = ref HeadOf(hash);
        long before;
        do
        {
            before = Volatile.Read(ref head);
            Volatile.Write(ref befores[place], before);
        }
        while (Interlocked.CompareExchange(ref head, number, before) != before);
        return number;
    }

    /// <summary>The item with this number; null when it has given way, or is still being written.</summary>
    public T? At(long number)
    {
        if (!places.Has(number)) return null;
        var item = Volatile.Read(ref items[places.PlaceOf(number)]);
        return places.Has(number) ? item : null;
    }

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
        var hash = HashOf(key);
        for (var number = Volatile.Read(ref HeadOf(hash)); number > 0;)
        {
            var (same, before) = Link(number, hash);
            if (before < 0) yield break;
            if (same && At(number) is { } item && keyOf!(item) == key) yield return item;
            number = before;
        }
    }

    /// <summary>Whether anything is kept under a key.</summary>
    public bool Has(string key)
    {
        var hash = HashOf(key);
        for (var number = Volatile.Read(ref HeadOf(hash)); number > 0;)
        {
            var (same, before) = Link(number, hash);
            if (same && At(number) is { } item && keyOf!(item) == key) return true;
            number = before;
        }

        return false;
    }

    /// <summary>
    /// Takes the items after a number that are still kept, in order, until one that isn't wanted yet or is still being written; the number moves on to the last of them.
    /// </summary>
    /// <returns>How many gave way before the first of them.</returns>
    public long After(ref long number, ICollection<T> into, Func<T, bool>? wanted = null)
    {
        var lost = Math.Max(0, Oldest - 1 - number);
        number += lost;
        for (var last = Newest; number < last && At(number + 1) is { } item && wanted?.Invoke(item) != false; number++) into.Add(item);
        return lost;
    }

    /// <summary>The same in a list of their own, whatever gave way before.</summary>
    public IReadOnlyList<T> After(ref long number, Func<T, bool> wanted)
    {
        var found = new List<T>();
        After(ref number, found, wanted);
        return found;
    }

    /// <summary>Whether the item with this number has a key of this hash, and the number of the one before it; below 0 when it has given way.</summary>
    private (bool Same, long Before) Link(long number, int hash)
    {
        if (!places.Has(number)) return (false, -1);
        var place = places.PlaceOf(number);
        var (same, before) = (Volatile.Read(ref hashes[place]) == hash, Volatile.Read(ref befores[place]));
        return places.Has(number) ? (same, before) : (false, -1);
    }

    private static int HashOf(string key) => key.GetHashCode(StringComparison.Ordinal);

    private ref long HeadOf(int hash) => ref newestOf[(uint)hash % (uint)capacity];
}
