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

    // In the order in which they began.
    private volatile (string Collection, string Key)[] keys = [];

    /// <summary>The ids of all.</summary>
    internal IEnumerable<string> Ids => keys.Select(k => k.Key.Split('~')).Where(parts => parts.Length == 3).Select(parts => parts[1]);

    /// <summary>Looks what is there from earlier runs. Before this run writes any.</summary>
    /// <exception cref="StateStoreException">The store can't be read.</exception>
    internal void Open() => keys = [.. new[] { Arrived, Failed }.SelectMany(c => (store?.Keys(c) ?? []).Select(key => (c, key))).OrderBy(k => k.key, StringComparer.Ordinal)];

    /// <summary>Those that are stored, the newest first; what has given way meanwhile is left out.</summary>
    /// <param name="failed">Only those that failed.</param>
    /// <param name="besides">Says by its id which isn't wanted.</param>
    internal IEnumerable<Journey> NewestFirst(bool failed, Func<string, bool> besides) => Wanted(failed, besides, keys.Reverse());

    /// <summary>The same, the oldest first.</summary>
    internal IEnumerable<Journey> OldestFirst(bool failed, Func<string, bool> besides) => Wanted(failed, besides, keys);

    /// <summary>One of them; null when there is none.</summary>
    internal Journey? Find(string id) => Array.FindLast(keys, k => k.Key.Split('~') is [_, var own, _] && own == id) is { Key: not null } found ? Read(found) : null;

    /// <summary>Adds a journey to a batch.</summary>
    internal static void Put(StateBatch batch, Journey journey)
    {
        using var bytes = new MemoryStream();
        using (var compressed = new GZipStream(bytes, CompressionLevel.Fastest)) JsonSerializer.Serialize(compressed, journey, JourneyJson.Default.Journey);
        batch.Put(journey.Outcome == "ok" ? Arrived : Failed, KeyOf(journey), bytes.ToArray());
    }

    /// <summary>Knows what was just written, and what was let go.</summary>
    internal void Wrote(IEnumerable<Journey> journeys, TraceOptions options)
    {
        var all = keys.Concat(journeys.Select(j => (j.Outcome == "ok" ? Arrived : Failed, KeyOf(j)))).Distinct().OrderBy(k => k.Item2, StringComparer.Ordinal).ToList();
        keys = [.. all.GroupBy(k => k.Item1).SelectMany(g => g.TakeLast(options.Journeys)).OrderBy(k => k.Item2, StringComparer.Ordinal)];
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

    private static bool IsFailed(string key) => key.EndsWith("~failed", StringComparison.Ordinal);

    private static string KeyOf(Journey journey) => $"{Begin(journey.StartedAt ?? DateTimeOffset.UnixEpoch)}~{journey.Id}~{(journey.Outcome == "ok" ? "ok" : "failed")}";

    private IEnumerable<Journey> Wanted(bool failed, Func<string, bool> besides, IEnumerable<(string Collection, string Key)> from) =>
        from.Where(k => (!failed || IsFailed(k.Key)) && !(k.Key.Split('~') is [_, var id, _] && besides(id))).Select(Read).OfType<Journey>();

    private Journey? Read((string Collection, string Key) stored)
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
