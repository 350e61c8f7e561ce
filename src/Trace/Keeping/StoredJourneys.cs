using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Trace.Keeping;

/// <summary>
/// Journeys as they were told when they ended, of earlier runs and of this one: finished JSON, compressed, in the state store; those that failed in a collection of their own, since they are kept for longer.
/// They need no generation and no hop. A key has what a list asks for: the start, the id, and whether the journey failed.
/// </summary>
internal sealed class StoredJourneys(IStateStore? store)
{
    // What a list showed of them: to read one anew costs more than to remember it.
    private readonly ConcurrentDictionary<string, JourneyHeadline> headlines = new(StringComparer.Ordinal);

    private readonly StoredKeys arrived = new();
    private readonly StoredKeys failed = new();

    /// <summary>How many there are.</summary>
    internal int Count => arrived.Count + failed.Count;

    /// <summary>The ids of all.</summary>
    internal IEnumerable<string> Ids => arrived.All().Concat(failed.All()).Select(k => k.Id).OfType<string>();

    /// <summary>Looks what is there from earlier runs. Before this run writes any.</summary>
    /// <exception cref="StateStoreException">The store can't be read.</exception>
    internal void Open()
    {
        foreach (var (collection, keys) in new[] { (StoredKey.Arrived, arrived), (StoredKey.Failed, failed) })
        {
            keys.Add((store?.Keys(collection) ?? []).Select(key => new StoredKey(collection, key)), int.MaxValue);
        }
    }

    /// <summary>Those that are stored, the newest first; what has given way meanwhile is left out.</summary>
    /// <param name="failed">Only those that failed.</param>
    /// <param name="besides">Says by its id which isn't wanted.</param>
    internal IEnumerable<Journey> NewestFirst(bool failed, Func<string, bool> besides) => Wanted(failed, besides).OrderDescending().Select(Read).OfType<Journey>();

    /// <summary>The same as a list shows them; what has been read once is remembered, of at most so many as are kept.</summary>
    internal IEnumerable<JourneyHeadline> Headlines(bool failed, Func<string, bool> besides)
    {
        foreach (var stored in Wanted(failed, besides).OrderDescending())
        {
            if (headlines.TryGetValue(stored.Key, out var known)) yield return known;
            else if (Read(stored) is { } journey)
            {
                if (headlines.Count >= Count) headlines.Clear();
                yield return headlines[stored.Key] = JourneyHeadline.Of(journey);
            }
        }
    }

    /// <summary>The same, the oldest first.</summary>
    internal IEnumerable<Journey> OldestFirst(bool failed, Func<string, bool> besides) => Wanted(failed, besides).Order().Select(Read).OfType<Journey>();

    /// <summary>One of them; null when there is none.</summary>
    internal Journey? Find(string id) => new[] { arrived.Newest(k => k.Id == id), failed.Newest(k => k.Id == id) }.Max() is { } found ? Read(found) : null;

    /// <summary>Adds a journey to a batch.</summary>
    /// <returns>Where it will be.</returns>
    internal static StoredKey Put(StateBatch batch, Journey journey)
    {
        using var bytes = new MemoryStream();
        using (var compressed = new GZipStream(bytes, CompressionLevel.Fastest)) JsonSerializer.Serialize(compressed, journey, JourneyJson.Default.Journey);
        var key = StoredKey.Of(journey);
        batch.Put(key.Collection, key.Key, bytes.ToArray());
        return key;
    }

    /// <summary>Knows what was just written, and what was let go.</summary>
    internal void Wrote(IReadOnlyList<StoredKey> written, TraceOptions options)
    {
        arrived.Add(written.Where(k => k.Collection == StoredKey.Arrived), options.Journeys);
        failed.Add(written.Where(k => k.Collection == StoredKey.Failed), options.Journeys);
    }

    /// <summary>Lets those go that are over their time, or too many.</summary>
    internal static void Trim(StateBatch batch, TraceOptions options, DateTimeOffset now)
    {
        foreach (var (collection, time) in new[] { (StoredKey.Arrived, options.KeepFor), (StoredKey.Failed, options.KeepFailedFor) })
        {
            batch.KeepLast(collection, options.Journeys).KeepFrom(collection, StoredKey.Begin(now - time));
        }
    }

    private IEnumerable<StoredKey> Wanted(bool onlyFailed, Func<string, bool> besides) =>
        (onlyFailed ? [] : arrived.All()).Concat(failed.All()).Where(k => !(k.Id is { } id && besides(id)));

    private Journey? Read(StoredKey stored)
    {
        try
        {
            if (store?.Find(stored.Collection, stored.Key) is not { } value) return null;
            using var compressed = new GZipStream(new MemoryStream(value), CompressionMode.Decompress);
            return JsonSerializer.Deserialize(compressed, JourneyJson.Default.Journey);
        }
        catch (Exception e) when (e is StateStoreException or JsonException or InvalidDataException)
        {
            // A store that can't be read any more has said so where it was written; a value that can't is as good as gone.
            return null;
        }
    }
}
