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
    private readonly KeyValuePair<string, T>[]?[] buckets;

    private HostTable(KeyValuePair<string, T>[]?[] buckets, int count) => (this.buckets, Count) = (buckets, count);

    internal static HostTable<T> Empty { get; } = new(new KeyValuePair<string, T>[]?[1], 0);

    public int Count { get; }

    internal IEnumerable<T> Values => this.Select(pair => pair.Value);

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => buckets.OfType<KeyValuePair<string, T>[]>().SelectMany(bucket => bucket).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>What there is for a host, or null.</summary>
    internal T? Find(string host)
    {
        if (buckets[Place(host, buckets.Length)] is not { } bucket) return null;
        foreach (var (name, value) in bucket)
        {
            if (name == host) return value;
        }

        return null;
    }

    /// <summary>This table with these changes, null for a host that goes; itself when they change nothing.</summary>
    internal HostTable<T> With(IReadOnlyDictionary<string, T?> changes)
    {
        KeyValuePair<string, T>[]?[]? next = null;
        var count = Count;
        foreach (var (host, value) in changes)
        {
            var had = Find(host);
            if (ReferenceEquals(had, value)) continue;
            next ??= (KeyValuePair<string, T>[]?[])buckets.Clone();
            if (value is null) Take(next, host);
            else Put(next, new(host, value));
            count += (value is null ? 0 : 1) - (had is null ? 0 : 1);
        }

        if (next is null) return this;
        var table = new HostTable<T>(next, count);
        var size = SizeFor(count);
        return size > next.Length || size * 4 < next.Length ? Make(table, size) : table;
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
        if (size > buckets.Length || size * 4 < buckets.Length || put?.Count > all.Count / 4) return Make(all, size);
        var next = (KeyValuePair<string, T>[]?[])buckets.Clone();
        if (kept < Count) Remove(next, [.. all.Select(pair => pair.Key)]);
        foreach (var pair in put ?? []) Put(next, pair);
        return new HostTable<T>(next, all.Count);
    }

    private static HostTable<T> Make(IReadOnlyCollection<KeyValuePair<string, T>> all, int size)
    {
        var buckets = new KeyValuePair<string, T>[]?[size];
        foreach (var pair in all) Put(buckets, pair);
        return new HostTable<T>(buckets, all.Count);
    }

    private void Remove(KeyValuePair<string, T>[]?[] next, HashSet<string> staying)
    {
        foreach (var (host, _) in this)
        {
            if (!staying.Contains(host)) Take(next, host);
        }
    }

    // Few hosts for a bucket, and few buckets without a host.
    private static int SizeFor(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, count));

    private static void Take(KeyValuePair<string, T>[]?[] next, string host)
    {
        ref var bucket = ref next[Place(host, next.Length)];
        bucket = bucket!.Length == 1 ? null : [.. bucket.Where(pair => pair.Key != host)];
    }

    // Buckets are shared with the table before: they are replaced, never changed.
    private static void Put(KeyValuePair<string, T>[]?[] next, KeyValuePair<string, T> pair)
    {
        ref var bucket = ref next[Place(pair.Key, next.Length)];
        bucket = bucket is null ? [pair] : [.. bucket.Where(other => other.Key != pair.Key), pair];
    }

    private static int Place(string host, int size) => string.GetHashCode(host) & (size - 1);
}
