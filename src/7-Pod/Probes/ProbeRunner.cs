using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>
/// Runs the probes of one container from its start to its end, as the kubelet's workers do:
/// <list type="number">
/// <item>The startup probe; until it passes, the others wait, and when it fails the container is ended.</item>
/// <item>After its initial delay each probe is asked at once, and then once a period.</item>
/// <item>Thresholds decide when a result holds.</item>
/// <item>A liveness probe that fails ends the container, and isn't asked again before the next.</item>
/// </list>
/// </summary>
internal sealed class ProbeRunner(
    PodPlan pod, IReadOnlyList<ProbePlan> probes, IRunningPod running, IProber prober, TimeProvider time, IProbeListener listener)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Whoever starts a container isn't held up by its probes.
        await Task.Yield();
        try
        {
            var startups = probes.Where(p => p.Kind == ProbeKind.Startup).Select(p => RunAsync(p, untilPassed: true, cancellationToken));
            if ((await Task.WhenAll(startups)).Contains(false)) return;
            listener.Started();
            await Task.WhenAll(probes.Where(p => p.Kind != ProbeKind.Startup).Select(p => RunAsync(p, untilPassed: false, cancellationToken)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The container ended.
        }
    }

    private async Task<bool> RunAsync(ProbePlan probe, bool untilPassed, CancellationToken cancellationToken)
    {
        var counter = new ProbeCounter(probe);
        if (probe.InitialDelay > TimeSpan.Zero) await Task.Delay(probe.InitialDelay, time, cancellationToken);
        using var ticks = new PeriodicTimer(probe.Period, time);
        do
        {
            var result = await prober.AskAsync(pod, probe, running, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            var holds = counter.Count(result.Success);
            if (probe.Kind == ProbeKind.Readiness)
            {
                listener.Readiness(probe, counter.Passed, result);
                continue;
            }

            if (!result.Success) listener.Failed(probe, result);
            if (!holds) continue;
            if (!result.Success)
            {
                listener.Unhealthy(probe, result);
                return false;
            }

            if (untilPassed) return true;
        }
        while (await ticks.WaitForNextTickAsync(cancellationToken));

        return true;
    }
}

/// <summary>Who hears what probes got.</summary>
internal interface IProbeListener
{
    /// <summary>The startup probes passed, or there are none.</summary>
    void Started();

    /// <summary>A readiness probe was asked.</summary>
    /// <param name="probe">Which.</param>
    /// <param name="passed">What holds now, after its thresholds.</param>
    /// <param name="result">What it got this time.</param>
    void Readiness(ProbePlan probe, bool passed, ProbeResult result);

    /// <summary>A liveness or startup probe failed once.</summary>
    void Failed(ProbePlan probe, ProbeResult result);

    /// <summary>A liveness or startup probe reached its failure threshold: the container is to be ended.</summary>
    void Unhealthy(ProbePlan probe, ProbeResult result);
}
