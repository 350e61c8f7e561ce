using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Trace.Keeping;

/// <summary>
/// Journeys of earlier runs, as they were told when they ended: finished JSON, compressed, in the state store. They need no generation and no hop.
/// A key has what a list asks for: the start, the id, and whether the journey failed.
/// </summary>
internal sealed class StoredJourneys(IStateStore? store)
{
    internal const string Collection = "journeys";

    private volatile string[] keys = [];

    /// <summary>Looks what is there from earlier runs. Before this run writes any.</summary>
    /// <exception cref="StateStoreException">The store can't be read.</exception>
    internal void Open() => keys = [.. store?.Keys(Collection) ?? []];

    /// <summary>Those of earlier runs, the newest first; what has given way meanwhile is left out.</summary>
    internal IEnumerable<Journey> NewestFirst(bool failed)
    {
        var known = keys;
        for (var i = known.Length - 1; i >= 0; i--)
        {
            if (failed && !known[i].EndsWith("~failed", StringComparison.Ordinal)) continue;
            if (Read(known[i]) is { } journey) yield return journey;
        }
    }

    /// <summary>The ids of those of earlier runs.</summary>
    internal IEnumerable<string> Ids => keys.Select(key => key.Split('~')[1]);

    /// <summary>One of an earlier run; null when there is none.</summary>
    internal Journey? Find(string id) => Array.FindLast(keys, key => key.Split('~') is [_, var own, _] && own == id) is { } key ? Read(key) : null;

    /// <summary>Adds a journey to a batch.</summary>
    internal static void Put(StateBatch batch, Journey journey)
    {
        using var bytes = new MemoryStream();
        using (var compressed = new GZipStream(bytes, CompressionLevel.Fastest)) JsonSerializer.Serialize(compressed, journey, JourneyJson.Default.Journey);
        batch.Put(Collection, KeyOf(journey), bytes.ToArray());
    }

    private static string KeyOf(Journey journey) => string.Create(
        CultureInfo.InvariantCulture, $"{journey.StartedAt?.ToUnixTimeMilliseconds() ?? 0:D14}~{journey.Id}~{(journey.Outcome == "ok" ? "ok" : "failed")}");

    private Journey? Read(string key)
    {
        try
        {
            if (store?.Find(Collection, key) is not { } value) return null;
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
