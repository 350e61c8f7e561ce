using System.Collections.Concurrent;
using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>
/// Records by connection. Ports are used again, so the newest record of a connection wins; bounded, and records go some time after their
/// connection closed.
/// </summary>
/// <param name="capacity">Records kept at most.</param>
/// <param name="closedAt">When a record's connection closed, in ticks, 0 while it is open; null where records don't tell, which then go by age alone.</param>
/// <param name="keepClosed">How many ticks a closed one is kept.</param>
internal sealed class ConnectionTable<T>(int capacity, Func<T, long>? closedAt, long keepClosed) where T : class
{
    /// <summary>How many connections one sweep looks at to find the closed ones: enough to keep up, too few to be felt.</summary>
    private const int SweepLength = 8;

    private readonly ConcurrentDictionary<ConnectionId, T> records = new();
    private readonly ConcurrentQueue<KeyValuePair<ConnectionId, T>> ages = new();
    private readonly Lock sweeping = new();
    private int count;

    /// <summary>Records that can be found now.</summary>
    public int Count => records.Count;

    /// <summary>Adds a record.</summary>
    public void Add(ConnectionId id, T record, long now)
    {
        var entry = KeyValuePair.Create(id.Plain(), record);
        records[entry.Key] = record;
        ages.Enqueue(entry);
        Interlocked.Increment(ref count);
        Sweep(now);
    }

    /// <summary>Lets some records go whose connections closed long enough ago. Whoever comes while another sweeps passes on.</summary>
    public void Sweep(long now)
    {
        if (!sweeping.TryEnter()) return;
        try
        {
            SweepSome(now);
        }
        finally
        {
            sweeping.Exit();
        }
    }

    /// <summary>The newest record of a connection, or null.</summary>
    public T? Find(ConnectionId id) => Volatile.Read(ref count) == 0 ? null : records.GetValueOrDefault(id.Plain());

    private void SweepSome(long now)
    {
        for (var i = 0; i < SweepLength && closedAt is not null && ages.TryDequeue(out var oldest); i++)
        {
            var closed = closedAt(oldest.Value);
            var superseded = !records.TryGetValue(oldest.Key, out var current) || !ReferenceEquals(current, oldest.Value);
            if (superseded || (closed != 0 && now - closed > keepClosed)) Drop(oldest);
            else ages.Enqueue(oldest);
        }

        // Above the bound records go even while their connection is open.
        while (Volatile.Read(ref count) > capacity && ages.TryDequeue(out var next)) Drop(next);
    }

    private void Drop(KeyValuePair<ConnectionId, T> entry)
    {
        records.TryRemove(entry);
        Interlocked.Decrement(ref count);
    }
}
