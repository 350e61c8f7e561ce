namespace Usher.Wire;

/// <summary>How long a relay's sides may be silent, and what becomes of it when they are for longer. Disposed at the relay's end.</summary>
/// <param name="idleTimeout">How long; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
/// <param name="time">The clock.</param>
/// <param name="cut">Ends the relay.</param>
internal sealed class RelayPatience(TimeSpan idleTimeout, TimeProvider time, Action<RelayEnd> cut) : IDisposable
{
    private Deadline? _deadline;
    private long _ticks = idleTimeout.Ticks;
    private volatile bool _shortened;

    /// <summary>Something came, or the relay begins.</summary>
    public void Renew()
    {
        if (Volatile.Read(ref _ticks) != Timeout.InfiniteTimeSpan.Ticks) Timer().Arm(TimeSpan.FromTicks(Volatile.Read(ref _ticks)));
    }

    /// <summary>It lasts this long from now on, and ends as if canceled.</summary>
    public void Shorten(TimeSpan quiet)
    {
        _shortened = true;
        Volatile.Write(ref _ticks, quiet.Ticks);
        Timer().Arm(quiet);
    }

    /// <inheritdoc/>
    public void Dispose() => Volatile.Read(ref _deadline)?.Dispose();

    private Deadline Timer()
    {
        if (Volatile.Read(ref _deadline) is { } known) return known;
        var made = new Deadline(time, () => cut(_shortened ? RelayEnd.Canceled : RelayEnd.IdleTimeout));
        return Interlocked.CompareExchange(ref _deadline, made, null) ?? made;
    }
}
