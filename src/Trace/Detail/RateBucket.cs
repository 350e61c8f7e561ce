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
    private long fullAt = long.MinValue;

    /// <summary>Whether there is no token at this moment.</summary>
    public bool IsEmpty(long now) => IsTooMuch(Without(Volatile.Read(ref fullAt), now), now);

    /// <summary>Takes a token; false when there is none.</summary>
    public bool Take(long now)
    {
        while (true)
        {
            var full = Volatile.Read(ref fullAt);
            var then = Without(full, now);
            if (IsTooMuch(then, now)) return false;
            if (Interlocked.CompareExchange(ref fullAt, then, full) == full) return true;
        }
    }

    // When it would be full again without one more token.
    private long Without(long full, long now) => Math.Max(full, now) + interval;

    private bool IsTooMuch(long full, long now) => full - now > interval * size;
}
