using System.Collections.Concurrent;
using System.Globalization;
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
    internal const string Arrived = "journeys";
    private const string Failed = "failed-journeys";

    // What a list showed of them: to read one anew costs more than to remember it.
    private readonly ConcurrentDictionary<string, JourneyHeadline> headlines = new(StringComparer.Ordinal);

    // In the order in which they began.
    private volatile StoredKey[] keys = [];

    /// <summary>How many there are.</summary>
    internal int Count => keys.Length;

    /// <summary>The ids of all.</summary>
    internal IEnumerable<string> Ids => keys.Select(k => k.Id).OfType<string>();

    /// <summary>Looks what is there from earlier runs. Before this run writes any.</summary>
    /// <exception cref="StateStoreException">The store can't be read.</exception>
    internal void Open() => keys = [.. new[] { Arrived, Failed }.SelectMany(c => (store?.Keys(c) ?? []).Select(key => new StoredKey(c, key))).OrderBy(k => k.Key, StringComparer.Ordinal)];

    /// <summary>Those that are stored, the newest first; what has given way meanwhile is left out.</summary>
    /// <param name="failed">Only those that failed.</param>
    /// <param name="besides">Says by its id which isn't wanted.</param>
    internal IEnumerable<Journey> NewestFirst(bool failed, Func<string, bool> besides) => Wanted(keys.Reverse(), failed, besides).Select(Read).OfType<Journey>();

    /// <summary>The same as a list shows them; what has been read once is remembered, of at most so many as are kept.</summary>
    internal IEnumerable<JourneyHeadline> Headlines(bool failed, Func<string, bool> besides)
    {
        foreach (var stored in Wanted(keys.Reverse(), failed, besides))
        {
            if (headlines.TryGetValue(stored.Key, out var known)) yield return known;
            else if (Read(stored) is { } journey)
            {
                if (headlines.Count >= keys.Length) headlines.Clear();
                yield return headlines[stored.Key] = JourneyHeadline.Of(journey);
            }
        }
    }

    /// <summary>The same, the oldest first.</summary>
    internal IEnumerable<Journey> OldestFirst(bool failed, Func<string, bool> besides) => Wanted(keys, failed, besides).Select(Read).OfType<Journey>();

    /// <summary>One of them; null when there is none.</summary>
    internal Journey? Find(string id) => Array.FindLast(keys, k => k.Id == id) is { Key: not null } found ? Read(found) : null;

    /// <summary>Adds a journey to a batch.</summary>
    internal static void Put(StateBatch batch, Journey journey)
    {
        using var bytes = new MemoryStream();
        using (var compressed = new GZipStream(bytes, CompressionLevel.Fastest)) JsonSerializer.Serialize(compressed, journey, JourneyJson.Default.Journey);
        var key = StoredKey.Of(journey);
        batch.Put(key.Collection, key.Key, bytes.ToArray());
    }

    /// <summary>Knows what was just written, and what was let go.</summary>
    internal void Wrote(IEnumerable<Journey> journeys, TraceOptions options)
    {
        var left = new Dictionary<string, int> { [Arrived] = options.Journeys, [Failed] = options.Journeys };
        var newestFirst = keys.Union(journeys.Select(StoredKey.Of)).OrderByDescending(k => k.Key, StringComparer.Ordinal);
        keys = [.. newestFirst.Where(k => left[k.Collection]-- > 0).Reverse()];
    }

    /// <summary>Lets those go that are over their time, or too many.</summary>
    internal static void Trim(StateBatch batch, TraceOptions options, DateTimeOffset now)
    {
        foreach (var (collection, time) in new[] { (Arrived, options.KeepFor), (Failed, options.KeepFailedFor) })
        {
            batch.KeepLast(collection, options.Journeys).KeepFrom(collection, Begin(now - time));
        }
    }

    /// <summary>How keys of journeys begin that began at a moment.</summary>
    private static string Begin(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString("D14", CultureInfo.InvariantCulture);

    private static IEnumerable<StoredKey> Wanted(IEnumerable<StoredKey> from, bool failed, Func<string, bool> besides) =>
        from.Where(k => (!failed || k.IsFailed) && !(k.Id is { } id && besides(id)));

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

    /// <summary>Where a journey is: <c>milliseconds~id~ok</c> or <c>…~failed</c>.</summary>
    private readonly record struct StoredKey(string Collection, string Key)
    {
        /// <summary>The journey's id; null where the key is none of ours.</summary>
        internal string? Id => Key.Split('~') is [_, var id, _] ? id : null;

        internal bool IsFailed => Key.EndsWith("~failed", StringComparison.Ordinal);

        internal static StoredKey Of(Journey journey)
        {
            var ok = journey.Outcome == "ok";
            return new(ok ? Arrived : Failed, $"{Begin(journey.StartedAt ?? DateTimeOffset.UnixEpoch)}~{journey.Id}~{(ok ? "ok" : "failed")}");
        }
    }
}
