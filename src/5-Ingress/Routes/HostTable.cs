using System.Collections;
using System.Numerics;

namespace Usher.Ingress;

/// <summary>
/// What there is for each host, by its name in lower case. Immutable. A look-up costs the same with any number of hosts; a table that follows from another shares with it all
/// but what changed.
/// </summary>
/// <typeparam name="T">What there is for a host.</typeparam>
internal sealed class HostTable<T> : IReadOnlyCollection<KeyValuePair<string, T>> where T : class
{
    private readonly Buckets buckets;

    private HostTable(Buckets buckets, int count) => (this.buckets, Count) = (buckets, count);

    internal static HostTable<T> Empty { get; } = new(new Buckets(1), 0);

    public int Count { get; }

    internal IEnumerable<T> Values => this.Select(pair => pair.Value);

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => buckets.All.SelectMany(bucket => bucket).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>What there is for a host, or null.</summary>
    internal T? Find(string host)
    {
        if (buckets[Place(host, buckets.Size)] is not { } bucket) return null;
        foreach (var (name, value) in bucket)
        {
            if (name == host) return value;
        }

        return null;
    }

    /// <summary>This table with these changes, null for a host that goes; itself when they change nothing.</summary>
    internal HostTable<T> With(IReadOnlyDictionary<string, T?> changes)
    {
        Buckets? next = null;
        var count = Count;
        foreach (var (host, value) in changes)
        {
            var had = Find(host);
            if (ReferenceEquals(had, value)) continue;
            next ??= buckets.Next();
            if (value is null) Take(next, host);
            else Put(next, new(host, value));
            count += (value is null ? 0 : 1) - (had is null ? 0 : 1);
        }

        if (next is null) return this;
        var table = new HostTable<T>(next, count);
        var size = SizeFor(count);
        return size > next.Size || size * 4 < next.Size ? Make(table, size) : table;
    }

    /// <summary>The table of all of these, each host once; this one when it is that already.</summary>
    internal HostTable<T> Next(IReadOnlyCollection<KeyValuePair<string, T>> all)
    {
        List<KeyValuePair<string, T>>? put = null;
        var kept = 0;
        foreach (var pair in all)
        {
            var had = Find(pair.Key);
            if (had is not null) kept++;
            if (!ReferenceEquals(had, pair.Value)) (put ??= []).Add(pair);
        }

        if (put is null && kept == Count) return this;
        var size = SizeFor(all.Count);
        if (size > buckets.Size || size * 4 < buckets.Size || put?.Count > all.Count / 4) return Make(all, size);
        var next = buckets.Next();
        if (kept < Count) Remove(next, [.. all.Select(pair => pair.Key)]);
        foreach (var pair in put ?? []) Put(next, pair);
        return new HostTable<T>(next, all.Count);
    }

    private static HostTable<T> Make(IReadOnlyCollection<KeyValuePair<string, T>> all, int size)
    {
        var buckets = new Buckets(size);
        foreach (var pair in all) Put(buckets, pair);
        return new HostTable<T>(buckets, all.Count);
    }

    private void Remove(Buckets next, HashSet<string> staying)
    {
        foreach (var (host, _) in this)
        {
            if (!staying.Contains(host)) Take(next, host);
        }
    }

    // Few hosts for a bucket, and few buckets without a host.
    private static int SizeFor(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, count));

    private static void Take(Buckets next, string host)
    {
        var place = Place(host, next.Size);
        var bucket = next[place];
        next.Put(place, bucket!.Length == 1 ? null : [.. bucket.Where(pair => pair.Key != host)]);
    }

    // Buckets are shared with the table before: they are replaced, never changed.
    private static void Put(Buckets next, KeyValuePair<string, T> pair)
    {
        var place = Place(pair.Key, next.Size);
        next.Put(place, next[place] is { } bucket ? [.. bucket.Where(other => other.Key != pair.Key), pair] : [pair]);
    }

    private static int Place(string host, int size) => string.GetHashCode(host) & (size - 1);

    /// <summary>The buckets in pages: a table that follows from another has pages of its own only where a bucket changed.</summary>
    private sealed class Buckets
    {
        private const int PageBits = 7;
        private readonly KeyValuePair<string, T>[]?[]?[] pages;
        private readonly bool[] own;

        internal Buckets(int size)
            : this(size, new KeyValuePair<string, T>[]?[]?[((size - 1) >> PageBits) + 1])
        {
        }

        private Buckets(int size, KeyValuePair<string, T>[]?[]?[] pages) => (Size, this.pages, own) = (size, pages, new bool[pages.Length]);

        internal int Size { get; }

        internal IEnumerable<KeyValuePair<string, T>[]> All => pages.OfType<KeyValuePair<string, T>[]?[]>().SelectMany(page => page).OfType<KeyValuePair<string, T>[]>();

        internal KeyValuePair<string, T>[]? this[int place] => pages[place >> PageBits]?[place & ((1 << PageBits) - 1)];

        internal Buckets Next() => new(Size, [.. pages]);

        internal void Put(int place, KeyValuePair<string, T>[]? bucket)
        {
            var at = place >> PageBits;
            if (!own[at]) pages[at] = pages[at] is { } page ? [.. page] : new KeyValuePair<string, T>[]?[1 << PageBits];
            own[at] = true;
            pages[at]![place & ((1 << PageBits) - 1)] = bucket;
        }
    }
}
