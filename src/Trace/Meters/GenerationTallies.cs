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
            ? slot.Read()
            : default;

    /// <summary>Counts a request that has ended.</summary>
    internal void Count(RequestRecord record)
    {
        if (Find(record.Generation.Number) is not { } slot) return;
        slot.Count(record);
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
        private const int Requests = 0;
        private const int Refused = 1;
        private const int Failed = 2;

        // Apart by a line of the cache and more.
        private readonly PerProcessor<long[]> counts = new(() => new long[Failed + 1 + 16]);

        internal long Generation => generation;

        internal GenerationTally Read() => new(Sum(Requests), Sum(Refused), Sum(Failed));

        internal void Count(RequestRecord record)
        {
            var own = counts.Own;
            Interlocked.Increment(ref own[Requests]);
            if (record.IsFailed) Interlocked.Increment(ref own[record.Status is >= 400 and < 500 ? Refused : Failed]);
        }

        private long Sum(int count) => counts.All.Sum(own => Interlocked.Read(ref own[count]));
    }
}

/// <summary>Requests that a generation served.</summary>
/// <param name="Requests">All.</param>
/// <param name="Refused">Those that failed with a 4xx.</param>
/// <param name="Failed">Those that failed with a 5xx, with no answer, or with one that was cut off.</param>
public readonly record struct GenerationTally(long Requests, long Refused, long Failed);
