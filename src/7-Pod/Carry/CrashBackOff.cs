namespace Usher.Pod;

/// <summary>
/// When a container that ended may start again, as the kubelet does it: at once the first time, then 10 s after its end, 20 s, 40 s, up to
/// 300 s; forgotten when it ran for more than twice that (Pod Lifecycle, "Container restarts").
/// </summary>
internal sealed class CrashBackOff
{
    public static readonly TimeSpan Initial = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Most = TimeSpan.FromSeconds(300);
    private TimeSpan next;
    private DateTimeOffset startedAt;

    /// <summary>The container ended: how long it has to wait from then on.</summary>
    public TimeSpan Ended(DateTimeOffset at)
    {
        if (next > TimeSpan.Zero && at - startedAt > Most * 2) next = TimeSpan.Zero;
        return next;
    }

    /// <summary>Waits until it may start again, or is to stop.</summary>
    public async Task WaitAsync(TimeSpan delay, Task stop, TimeProvider time)
    {
        if (delay > TimeSpan.Zero)
        {
            using var waited = new CancellationTokenSource();
            await Task.WhenAny(stop, Task.Delay(delay, time, waited.Token));
            await waited.CancelAsync();
        }

        Restarted(time.GetUtcNow());
    }

    /// <summary>The container starts again.</summary>
    public void Restarted(DateTimeOffset at)
    {
        startedAt = at;
        next = next == TimeSpan.Zero ? Initial : TimeSpan.FromTicks(Math.Min(next.Ticks * 2, Most.Ticks));
    }
}
