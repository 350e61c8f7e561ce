namespace Usher.Trace.Detail;

/// <summary>
/// A bucket that so many tokens a second drop into until it is full, kept in one number: the moment when it will be full again (the generic cell rate algorithm, ITU-T I.371). Takes no lock, and who
/// finds it empty only reads.
/// </summary>
/// <param name="perSecond">Tokens a second. At least 1.</param>
/// <param name="size">Tokens of a full bucket. At least 1.</param>
/// <param name="frequency">Ticks of a second, of the clock that moments are told by.</param>
internal sealed class RateBucket(int perSecond, int size, long frequency)
{
    private readonly long interval = Math.Max(1, frequency / perSecond);
    private readonly long whole = Math.Max(1, frequency / perSecond) * size;
    private long fullAt = long.MinValue;

    /// <summary>Whether there is no token at this moment.</summary>
    public bool IsEmpty(long now) => Math.Max(Volatile.Read(ref fullAt), now) + interval - now > whole;

    /// <summary>Takes a token; false when there is none.</summary>
    public bool Take(long now)
    {
        while (true)
        {
            var full = Volatile.Read(ref fullAt);
            var then = Math.Max(full, now) + interval;
            if (then - now > whole) return false;
            if (Interlocked.CompareExchange(ref fullAt, then, full) == full) return true;
        }
    }
}
