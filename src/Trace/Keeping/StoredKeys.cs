namespace Usher.Trace.Keeping;

/// <summary>The keys of one collection's journeys, in the order in which those began. Adding costs nothing but the place, since new ones are the newest; who reads gets a copy.</summary>
internal sealed class StoredKeys
{
    private readonly List<StoredKey> keys = [];
    private readonly Lock changing = new();

    /// <summary>How many there are.</summary>
    internal int Count
    {
        get
        {
            lock (changing) return keys.Count;
        }
    }

    /// <summary>All of them, the oldest first.</summary>
    internal StoredKey[] All()
    {
        lock (changing) return [.. keys];
    }

    /// <summary>The newest that this holds for; null when there is none.</summary>
    internal StoredKey? Newest(Predicate<StoredKey> holds)
    {
        lock (changing) return keys.FindLastIndex(holds) is var at and >= 0 ? keys[at] : null;
    }

    /// <summary>Adds some, in any order; what is there already stays once. Of more than so many the oldest give way.</summary>
    internal void Add(IEnumerable<StoredKey> added, int most)
    {
        lock (changing)
        {
            foreach (var key in added)
            {
                var at = keys.Count;
                while (at > 0 && keys[at - 1].CompareTo(key) > 0) at--;
                if (at == 0 || keys[at - 1] != key) keys.Insert(at, key);
            }

            if (keys.Count > most) keys.RemoveRange(0, keys.Count - most);
        }
    }
}
