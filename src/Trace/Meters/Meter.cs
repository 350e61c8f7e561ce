using System.Numerics;

namespace Usher.Trace.Meters;

/// <summary>
/// Counts what a hop does, and how long it takes. Counting takes no lock and allocates nothing: each processor has counters of its own. Durations are kept in buckets, eight to a doubling of microseconds,
/// so that a percentile is at most an eighth too high.
/// </summary>
internal sealed class Meter
{
    private const int Sub = 3;
    private const int Octaves = 36;
    /// <summary>The last is for what takes longer than nineteen hours.</summary>
    internal const int Buckets = ((Octaves - Sub + 1) << Sub) + 1;
    private const int Classes = 6;

    // Apart by a line of the cache and more.
    private readonly PerProcessor<long[]> stripes = new(() => new long[Buckets + Classes + 1 + 16]);

    /// <summary>Counts one.</summary>
    /// <param name="duration">How long it took; below 0 where it didn't happen, so that only the class counts.</param>
    /// <param name="kind">The hundreds of its status (2 for 200), 0 where nothing came of it; of what has no status, 2 or 5.</param>
    public void Count(TimeSpan duration, int kind)
    {
        var stripe = stripes.Own;
        Interlocked.Increment(ref stripe[Buckets + (kind is > 0 and < Classes ? kind : 0)]);
        if (duration < TimeSpan.Zero) return;
        Interlocked.Increment(ref stripe[BucketOf(duration.Ticks / TimeSpan.TicksPerMicrosecond)]);
        Interlocked.Add(ref stripe[Buckets + Classes], duration.Ticks);
    }

    /// <summary>What it has come to.</summary>
    public MeterReading Read()
    {
        var (buckets, classes, ticks) = (new long[Buckets], new long[Classes], 0L);
        foreach (var stripe in stripes.All)
        {
            for (var i = 0; i < Buckets; i++) buckets[i] += Volatile.Read(ref stripe[i]);
            for (var i = 0; i < Classes; i++) classes[i] += Volatile.Read(ref stripe[Buckets + i]);
            ticks += Volatile.Read(ref stripe[Buckets + Classes]);
        }

        return new MeterReading(classes, buckets) { Seconds = (double)ticks / TimeSpan.TicksPerSecond };
    }

    /// <summary>The bucket of a duration.</summary>
    internal static int BucketOf(long microseconds)
    {
        if (microseconds < 1 << (Sub + 1)) return (int)Math.Max(0, microseconds);
        var octave = Math.Min(BitOperations.Log2((ulong)microseconds), Octaves);
        return octave >= Octaves ? Buckets - 1 : ((octave - Sub) << Sub) + (int)(microseconds >> (octave - Sub));
    }

    /// <summary>The longest duration of a bucket, in microseconds.</summary>
    internal static long EndOf(int bucket)
    {
        if (bucket < 1 << (Sub + 1)) return bucket;
        var octave = (bucket >> Sub) - 1;
        return ((((bucket & ((1 << Sub) - 1)) | (1L << Sub)) + 1) << octave) - 1;
    }
}
