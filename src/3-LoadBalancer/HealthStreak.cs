namespace Usher.LoadBalancer;

/// <summary>
/// Counts checks in a row (ALB user guide, Health checks for target groups): a new target is healthy at its first success; after that,
/// <c>HealthyThresholdCount</c> successes or <c>UnhealthyThresholdCount</c> failures in a row change its state.
/// </summary>
internal sealed class HealthStreak(int healthyThreshold, int unhealthyThreshold, TargetHealth start)
{
    private TargetHealth current = start;
    private int passed;
    private int failed;

    /// <summary>The state after one more check.</summary>
    internal TargetHealth Next(CheckResult result)
    {
        (passed, failed) = result.Passed ? (passed + 1, 0) : (0, failed + 1);
        if (result.Passed)
        {
            if (current.State == HealthState.Initial || passed >= healthyThreshold) current = TargetHealth.Healthy;
        }
        else if (failed >= unhealthyThreshold || current.State == HealthState.Unhealthy)
        {
            current = new TargetHealth(HealthState.Unhealthy, result.Reason, result.Description);
        }

        return current;
    }
}
