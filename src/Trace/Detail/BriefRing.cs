using Usher.Model.Journeys;

namespace Usher.Trace.Detail;

/// <summary>The newest journeys that aren't kept in full, in places that were made beforehand. Adding takes no lock and allocates nothing; a place that is being written is skipped by who reads.</summary>
/// <param name="capacity">Journeys kept. At least 1.</param>
internal sealed class BriefRing(int capacity)
{
    /// <summary>In a place's number while it is written.</summary>
    private const long Changing = -1;

    private BriefJourney[]? journeys;
    private readonly long[] numbers = new long[capacity];
    private long newest;

    /// <summary>How many there were.</summary>
    public long Count => Volatile.Read(ref newest);

    /// <summary>Adds the journey that begins with a record.</summary>
    public void Add(RequestRecord first)
    {
        // Most roads are never so busy.
        var places = journeys ?? Interlocked.CompareExchange(ref journeys, new BriefJourney[capacity], null) ?? journeys;
        var number = Interlocked.Increment(ref newest);
        var place = number % capacity;
        var older = Volatile.Read(ref numbers[place]);
        // Somebody was held up for a whole round: one of the two isn't kept.
        if (older == Changing || older > number || Interlocked.CompareExchange(ref numbers[place], Changing, older) != older) return;
        places[place] = BriefJourney.Of(first);
        Volatile.Write(ref numbers[place], number);
    }

    /// <summary>The newest whose id this is, or whose id ends so; null when there is none.</summary>
    public BriefJourney? Find(string id)
    {
        if (Volatile.Read(ref journeys) is not { } places) return null;
        for (var number = Count; number > Math.Max(0, Count - capacity); number--)
        {
            var place = number % capacity;
            if (Volatile.Read(ref numbers[place]) != number) continue;
            var journey = places[place];
            Interlocked.MemoryBarrier();
            // One with an id of another form isn't found by it.
            if (Volatile.Read(ref numbers[place]) == number && journey.Id != 0 && journey.JourneyId.EndsWith(id, StringComparison.Ordinal)) return journey;
        }

        return null;
    }
}
