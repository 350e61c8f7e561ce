using Microsoft.Extensions.Time.Testing;

namespace Usher.Pod.Tests;

/// <summary>A faked clock that knows whether somebody waits for it, and whether a step has woken anybody.</summary>
internal sealed class Clock : FakeTimeProvider
{
    private int set;
    private int rung;
    private int waiting;

    /// <summary>How many timers were set so far.</summary>
    public int Set => Volatile.Read(ref set);

    /// <summary>How often one has rung.</summary>
    public int Rung => Volatile.Read(ref rung);

    /// <summary>How many timers there are.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, base.CreateTimer(
            s =>
            {
                Interlocked.Increment(ref rung);
                callback(s);
            },
            state, dueTime, period));
        Interlocked.Increment(ref waiting);
        Interlocked.Increment(ref set);
        return timer;
    }

    private sealed class Timer(Clock clock, ITimer timer) : ITimer
    {
        private int gone;

        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref gone, 1) == 0) Interlocked.Decrement(ref clock.waiting);
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
