using Usher.Model.Journeys;

namespace Usher.Trace.Detail;

/// <summary>The newest journeys that aren't kept in full, in places that were made beforehand. Adding takes no lock and allocates nothing; a place that is being written is skipped by who reads.</summary>
/// <param name="capacity">Journeys kept. At least 1.</param>
internal sealed class BriefRing(int capacity)
{
    private readonly RingPlaces places = new(capacity);
    private BriefJourney[]? journeys;

    /// <summary>How many there were.</summary>
    public long Count => places.Newest;

    /// <summary>Adds the journey that begins with a record.</summary>
    /// <param name="id">The journey's id as a number; 0 for one of another form than load balancers give.</param>
    /// <param name="first">The record.</param>
    public void Add(UInt128 id, RequestRecord first)
    {
        // Most roads are never so busy.
        var all = journeys ?? Interlocked.CompareExchange(ref journeys, new BriefJourney[capacity], null) ?? journeys;
        if (!places.TryTake(out var number)) return;
        all[places.PlaceOf(number)] = BriefJourney.Of(id, first);
        places.Fill(number);
    }

    /// <summary>The newest whose id this is, or whose id ends so; null when there is none.</summary>
    public BriefJourney? Find(string id)
    {
        if (Volatile.Read(ref journeys) is not { } all) return null;
        for (var number = places.Newest; number >= places.Oldest; number--)
        {
            if (!places.Has(number)) continue;
            var journey = all[places.PlaceOf(number)];
            // All of it is read before its number is once more.
            Interlocked.MemoryBarrier();
            // One with an id of another form isn't found by it.
            if (places.Has(number) && journey.JourneyId?.EndsWith(id, StringComparison.Ordinal) == true) return journey;
        }

        return null;
    }
}
