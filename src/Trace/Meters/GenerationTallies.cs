using Usher.Model.Journeys;

namespace Usher.Trace.Meters;

/// <summary>
/// How many requests each generation served, and how many of them failed: for who asks what a change did. Counting takes no lock; the last <see cref="Most"/> generations are known.
/// </summary>
public sealed class GenerationTallies
{
    /// <summary>Generations known; a power of two.</summary>
    public const int Most = 256;

    private readonly Slot?[] slots = new Slot?[Most];

    /// <summary>What a generation has come to; nothing for one that is not known any more.</summary>
    public GenerationTally Of(long generation) =>
        Volatile.Read(ref slots[generation & (Most - 1)]) is { } slot && slot.Generation == generation
            ? new GenerationTally(Interlocked.Read(ref slot.Requests), Interlocked.Read(ref slot.Refused), Interlocked.Read(ref slot.Failed))
            : default;

    /// <summary>Counts a request that has ended.</summary>
    internal void Count(RequestRecord record)
    {
        if (Find(record.Generation.Number) is not { } slot) return;
        Interlocked.Increment(ref slot.Requests);
        if (!record.IsFailed) return;
        if (record.Status is >= 400 and < 500) Interlocked.Increment(ref slot.Refused);
        else Interlocked.Increment(ref slot.Failed);
    }

    /// <summary>The generation's slot; null for one whose slot a later one has: what ends so late is not counted.</summary>
    private Slot? Find(long generation)
    {
        ref var place = ref slots[generation & (Most - 1)];
        while (true)
        {
            var known = Volatile.Read(ref place);
            if (known?.Generation == generation) return known;
            if (known?.Generation > generation) return null;
            Interlocked.CompareExchange(ref place, new Slot(generation), known);
        }
    }

    private sealed class Slot(long generation)
    {
        internal readonly long Generation = generation;
        internal long Requests;
        internal long Refused;
        internal long Failed;
    }
}

/// <summary>Requests that a generation served.</summary>
/// <param name="Requests">All.</param>
/// <param name="Refused">Those that failed with a 4xx.</param>
/// <param name="Failed">Those that failed with a 5xx, with no answer, or with one that was cut off.</param>
public readonly record struct GenerationTally(long Requests, long Refused, long Failed);
