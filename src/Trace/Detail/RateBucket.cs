namespace Usher.Trace.Detail;

/// <summary>
/// A bucket that so many tokens a second drop into until it is full, kept in one number: the moment when it will be full again (the generic cell rate algorithm, ITU-T I.371). Takes no lock, and who
/// finds it empty mostly reads alone.
/// </summary>
/// <param name="perSecond">Tokens a second. At least 1.</param>
/// <param name="size">Tokens of a full bucket. At least 1.</param>
/// <param name="frequency">Ticks of a second, of the clock that moments are told by.</param>
/// <param name="debt">
/// Of those who find it empty so many are counted all the same, and have to be made good first. Without, some always get a token, however many come; with two or more nobody does while more come than tokens.
/// </param>
internal sealed class RateBucket(int perSecond, int size, long frequency, int debt = 0)
{
    private readonly long interval = Math.Max(1, frequency / perSecond);
    private long fullAt = long.MinValue;

    /// <summary>Whether there is no token at this moment.</summary>
    public bool IsEmpty(long now) => IsMoreThan(size, Without(Volatile.Read(ref fullAt), now), now);

    /// <summary>Takes a token; false when there is none.</summary>
    public bool Take(long now)
    {
        while (true)
        {
            var full = Volatile.Read(ref fullAt);
            var then = Without(full, now);
            if (IsMoreThan(size + debt, then, now)) return false;
            if (Interlocked.CompareExchange(ref fullAt, then, full) == full) return !IsMoreThan(size, then, now);
        }
    }

    // When it would be full again without one more token.
    private long Without(long full, long now) => Math.Max(full, now) + interval;

    private bool IsMoreThan(long tokens, long full, long now) => full - now > interval * tokens;
}
