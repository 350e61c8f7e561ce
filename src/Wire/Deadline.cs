namespace Usher.Wire;

/// <summary>
/// One moving deadline on one timer, made to be moved often: arming stores a time, and the timer looks again when it wakes too early.
/// The action runs under the deadline's lock, so after <see cref="Disarm"/> it neither runs nor will run.
/// </summary>
internal sealed class Deadline(TimeProvider time, Action expired) : IDisposable
{
    private const long Never = long.MaxValue;
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private long _due = Never;
    private long _wakes = Never;
    private bool _disposed;

    /// <summary>Moves the deadline to <paramref name="after"/> from now; <see cref="Timeout.InfiniteTimeSpan"/> disarms.</summary>
    public void Arm(TimeSpan after)
    {
        if (after == Timeout.InfiniteTimeSpan)
        {
            Disarm();
            return;
        }

        lock (_gate)
        {
            if (_disposed) return;
            _due = time.GetTimestamp() + (long)(after.TotalSeconds * time.TimestampFrequency);
            if (_wakes > _due) Wake(after);
        }
    }

    /// <summary>The same where it is armed; otherwise nothing.</summary>
    public void Move(TimeSpan after)
    {
        lock (_gate)
        {
            if (_due != Never) Arm(after);
        }
    }

    /// <summary>Takes the deadline back.</summary>
    public void Disarm()
    {
        lock (_gate) _due = Never;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _due = Never;
            _timer?.Dispose();
        }
    }

    private void Wake(TimeSpan after)
    {
        _wakes = _due;

        // Timers count whole milliseconds: round up, so that the timer doesn't wake just before the deadline.
        after = TimeSpan.FromMilliseconds(Math.Ceiling(after.TotalMilliseconds));
        if (_timer is null) _timer = time.CreateTimer(static state => ((Deadline)state!).Woke(), this, after, Timeout.InfiniteTimeSpan);
        else _timer.Change(after, Timeout.InfiniteTimeSpan);
    }

    private void Woke()
    {
        lock (_gate)
        {
            _wakes = Never;
            if (_due == Never) return;
            var left = time.GetElapsedTime(time.GetTimestamp(), _due);
            if (left > TimeSpan.Zero)
            {
                Wake(left);
                return;
            }

            _due = Never;
            expired();
        }
    }
}
