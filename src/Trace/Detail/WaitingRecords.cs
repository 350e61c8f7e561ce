using Usher.Model.Journeys;

namespace Usher.Trace.Detail;

/// <summary>
/// Records of hops behind that wait until the first hop's says whether their journey is kept. A later one takes the place of an earlier, which nobody waits for by then. Each is taken once, by whoever comes first; nothing is allocated, and no lock is taken.
/// </summary>
/// <param name="places">Places: a power of two. Of each journey two can wait.</param>
internal sealed class WaitingRecords(int places)
{
    private readonly RequestRecord?[] records = new RequestRecord?[places];

    /// <summary>Lets a record wait.</summary>
    public void Add(UInt128 id, RequestRecord record)
    {
        var place = PlaceOf(id);
        if (records[place] is { } other && (records[place ^ 1] is null || other.JourneyId == record.JourneyId)) place ^= 1;
        Volatile.Write(ref records[place], record);
    }

    /// <summary>Takes a record of a journey; null when none waits.</summary>
    public RequestRecord? Take(UInt128 id, string journeyId)
    {
        var place = PlaceOf(id);
        return Take(ref records[place], journeyId) ?? Take(ref records[place ^ 1], journeyId);
    }

    private static RequestRecord? Take(ref RequestRecord? place, string journeyId) =>
        Volatile.Read(ref place) is { } record && record.JourneyId == journeyId && Interlocked.CompareExchange(ref place, null, record) == record ? record : null;

    // The last digits of an id are random.
    private int PlaceOf(UInt128 id) => (int)(ulong)id & (places - 1);
}
