using System.Globalization;
using Usher.Model.Journeys;

namespace Usher.Trace.Keeping;

/// <summary>Where a journey is: <c>milliseconds~id~ok</c> or <c>…~failed</c>, so that keys are in the order in which journeys began.</summary>
/// <param name="Collection">Those that arrived, or those that failed.</param>
/// <param name="Key">Its key there.</param>
internal readonly record struct StoredKey(string Collection, string Key) : IComparable<StoredKey>
{
    internal const string Arrived = "journeys";
    internal const string Failed = "failed-journeys";

    /// <summary>The journey's id; null where the key is none of ours.</summary>
    internal string? Id => Key.Split('~') is [_, var id, _] ? id : null;

    /// <summary>How keys of journeys begin that began at a moment.</summary>
    internal static string Begin(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString("D14", CultureInfo.InvariantCulture);

    internal static StoredKey Of(Journey journey)
    {
        var ok = journey.Outcome == "ok";
        return new(ok ? Arrived : Failed, $"{Begin(journey.StartedAt ?? DateTimeOffset.UnixEpoch)}~{journey.Id}~{(ok ? "ok" : "failed")}");
    }

    public int CompareTo(StoredKey other) => string.CompareOrdinal(Key, other.Key);
}
