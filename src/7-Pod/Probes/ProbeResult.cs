using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>What a probe got.</summary>
/// <param name="Success">Whether it passed.</param>
/// <param name="Output">What it got, in the kubelet's words; null when there is nothing to say.</param>
internal readonly record struct ProbeResult(bool Success, string? Output)
{
    public static ProbeResult Passed { get; } = new(true, null);

    public static ProbeResult Failed(string output) => new(false, output);
}

/// <summary>Asks probes, and runs hooks, once.</summary>
internal interface IProber
{
    /// <summary>Asks a probe. Never throws but for <paramref name="cancellationToken"/>.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="probe">What to ask.</param>
    /// <param name="running">The container, for its commands.</param>
    /// <param name="cancellationToken">Ends it with an exception.</param>
    Task<ProbeResult> AskAsync(PodPlan pod, ProbePlan probe, IRunningPod running, CancellationToken cancellationToken);

    /// <summary>Runs a lifecycle handler, which has no limit but <paramref name="cancellationToken"/>; never throws but for that.</summary>
    Task<ProbeResult> RunAsync(PodPlan pod, ProbeAction hook, IRunningPod running, CancellationToken cancellationToken);
}

/// <summary>A running container that commands can be run in.</summary>
internal interface ICommandRunner
{
    /// <summary>Runs a command in the container's environment and file system.</summary>
    /// <returns>Passed with exit code 0; else what it printed, 10 KiB at most.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled; what was started is gone.</exception>
    Task<ProbeResult> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken);
}
