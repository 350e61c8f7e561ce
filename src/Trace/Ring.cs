namespace Usher.Trace;

/// <summary>The newest items, in the order in which they were added. Adding never waits and takes no lock.</summary>
internal sealed class Ring<T>(int capacity) where T : class
{
    private readonly Entry?[] entries = new Entry?[capacity];
    private long newest;

    /// <summary>The number of the newest item, counting from 1; 0 when there is none. Its slot may still be being written.</summary>
    public long Newest => Volatile.Read(ref newest);

    /// <summary>The number of the oldest item that is still kept.</summary>
    public long Oldest => Math.Max(1, Newest - capacity + 1);

    /// <summary>Adds an item in the place of the oldest.</summary>
    public void Add(T item)
    {
        var number = Interlocked.Increment(ref newest);
        Volatile.Write(ref entries[number % capacity], new Entry(number, item));
    }

    /// <summary>The item with this number; null when it has given way, or is still being written.</summary>
    public T? At(long number) => Volatile.Read(ref entries[number % capacity]) is { } entry && entry.Number == number ? entry.Item : null;

    /// <summary>Everything kept, the newest first; items added meanwhile are left out.</summary>
    public IEnumerable<T> NewestFirst()
    {
        var last = Newest;
        for (var number = last; number >= Math.Max(1, last - capacity + 1); number--)
        {
            if (At(number) is { } item) yield return item;
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

    private sealed record Entry(long Number, T Item);
}
