namespace Usher.Trace.Detail;

/// <summary>
/// Whether things come faster than so many a second, with a burst before that counts: how long what has come would take at that rate, kept as the moment when it would be done. Takes no lock; where they come much faster, most only read.
/// </summary>
/// <param name="perSecond">The rate. At least 1.</param>
/// <param name="burst">How many may come at once. At least 1.</param>
/// <param name="frequency">Ticks of a second, of the clock that moments are told by.</param>
internal sealed class ArrivalRate(int perSecond, int burst, long frequency)
{
    private readonly long interval = Math.Max(1, frequency / perSecond);

    // A little more is counted than may come: else it would be no more than that whenever the next one is due.
    private readonly int most = burst + Math.Max(2, burst / 100);
    private long doneAt = long.MinValue;

    /// <summary>Whether too many have come by a moment.</summary>
    public bool IsTooHigh(long now) => Math.Max(Volatile.Read(ref doneAt), now) - now > interval * burst;

    /// <summary>Counts one; true where it is one of too many.</summary>
    public bool Add(long now)
    {
        while (true)
        {
            var before = Volatile.Read(ref doneAt);
            var then = Math.Max(before, now) + interval;
            if (then - now > interval * most) return true;
            if (Interlocked.CompareExchange(ref doneAt, then, before) == before) return then - now > interval * burst;
        }
    }
}
