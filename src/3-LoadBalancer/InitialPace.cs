namespace Usher.LoadBalancer;

/// <summary>
/// Which checks of a new target count. It is asked more often than its interval says, so that a road that starts doesn't wait; but a pod may need
/// some seconds to start, and a target that was unhealthy once must pass several checks: failures count at most every five seconds, or every interval
/// where that is shorter.
/// </summary>
internal sealed class InitialPace(TimeSpan interval, TimeProvider time)
{
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(5);
    private long? last;

    /// <summary>Whether this check counts.</summary>
    internal bool Counts(CheckResult result)
    {
        if (result.Passed) return true;
        if (interval >= Slowest && last is { } before && time.GetElapsedTime(before) < Slowest) return false;
        last = time.GetTimestamp();
        return true;
    }
}
