namespace Usher.LoadBalancer;

/// <summary>
/// Which checks of a new target count. It is asked more often than its interval says, so that a road that starts doesn't wait; but a pod may need
/// some seconds to start, and a target that was unhealthy once must pass several checks: failures count once an interval, as often as an ALB would ask.
/// </summary>
internal sealed class InitialPace(TimeSpan interval, TimeProvider time)
{
    private long? last;

    /// <summary>Whether this check counts.</summary>
    internal bool Counts(CheckResult result)
    {
        if (result.Passed) return true;
        if (last is { } before && time.GetElapsedTime(before) < interval) return false;
        last = time.GetTimestamp();
        return true;
    }
}
