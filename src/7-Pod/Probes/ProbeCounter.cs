namespace Usher.Pod;

/// <summary>
/// What a row of probe results means, as the kubelet counts it: a result holds once it came as often in a row as its threshold says;
/// until then what held before goes on.
/// </summary>
internal sealed class ProbeCounter(ProbePlan probe)
{
    private bool? last;
    private int run;

    /// <summary>What holds now: readiness starts as failed, liveness as passed, startup as not yet known (failed).</summary>
    public bool Passed { get; private set; } = probe.Kind == ProbeKind.Liveness;

    /// <summary>Counts a result.</summary>
    /// <returns>True when a threshold was reached, so that <see cref="Passed"/> says it.</returns>
    public bool Count(bool success)
    {
        run = last == success ? run + 1 : 1;
        last = success;
        if (run < (success ? probe.SuccessThreshold : probe.FailureThreshold)) return false;
        Passed = success;
        return true;
    }
}
