namespace Usher.Pod;

/// <summary>What a probe got.</summary>
/// <param name="Success">Whether it passed.</param>
/// <param name="Output">What it got, in the kubelet's words; null when there is nothing to say.</param>
internal readonly record struct ProbeResult(bool Success, string? Output)
{
    public static ProbeResult Passed { get; } = new(true, null);

    public static ProbeResult Failed(string output) => new(false, output);
}

/// <summary>Asks one probe once.</summary>
internal interface IProber
{
    /// <summary>Never throws but for <paramref name="cancellationToken"/>.</summary>
    Task<ProbeResult> AskAsync(PodPlan pod, ProbePlan probe, CancellationToken cancellationToken);
}
