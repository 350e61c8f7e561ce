using System.Globalization;
using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>A pod's status as it changes: joins what its worker and its probes know, and writes it to the directory.</summary>
internal sealed class PodCondition(PodPlan plan, PodTools tools) : IProbeListener
{
    private readonly Lock gate = new();
    private readonly Dictionary<ProbePlan, bool> passed = [];
    private TaskCompletionSource<ProbePlan> unhealthy = new();
    private PodStatus status = new(plan.Key, plan.Runtime, "Pending", Ready: false, Terminating: false, Restarts: 0, ProcessId: null, PodWorker.Creating);
    private bool started;

    /// <summary>The container runs.</summary>
    /// <returns>Ends with the probe that wants the container ended.</returns>
    public Task<ProbePlan> Running(int? processId)
    {
        lock (gate)
        {
            unhealthy = new TaskCompletionSource<ProbePlan>(TaskCreationOptions.RunContinuationsAsynchronously);
            started = false;
            passed.Clear();
            foreach (var probe in plan.Probes.Where(p => p.Kind == ProbeKind.Readiness)) passed[probe] = false;
            var waits = plan.Probes.FirstOrDefault(p => p.Kind == ProbeKind.Startup) ?? plan.Probes.FirstOrDefault(p => p.Kind == ProbeKind.Readiness);
            Set(status with
            {
                Phase = "Running", ProcessId = processId, Ready = waits is null, Message = waits is null ? null : $"its {Name(waits)} probe hasn't passed yet",
            });
            return unhealthy.Task;
        }
    }

    /// <summary>No container runs.</summary>
    public void Waiting(string phase, string message)
    {
        lock (gate) Set(status with { Phase = phase, ProcessId = null, Ready = false, Message = message });
    }

    /// <summary>The container ended and starts again after a while.</summary>
    public void BackOff(TimeSpan delay, string how)
    {
        lock (gate)
        {
            var wait = delay == TimeSpan.Zero ? "" : string.Create(CultureInfo.InvariantCulture,
                $"CrashLoopBackOff: back-off {Go(delay)} restarting failed container={plan.Container}: ");
            Set(status with { ProcessId = null, Ready = false, Message = wait + how });
        }
    }

    /// <summary>The container was started again.</summary>
    public void Restarted()
    {
        lock (gate) status = status with { Restarts = status.Restarts + 1 };
    }

    /// <summary>The pod is being stopped; whether it is ready stays as it is, as in Kubernetes.</summary>
    public void Terminating()
    {
        lock (gate) Set(status with { Terminating = true });
    }

    /// <inheritdoc/>
    public void Started()
    {
        lock (gate)
        {
            started = true;
            Refresh(null);
        }
    }

    /// <inheritdoc/>
    public void Readiness(ProbePlan probe, bool passed, ProbeResult result)
    {
        lock (gate)
        {
            var impostor = passed && !status.Ready ? Impostor(probe) : null;
            this.passed[probe] = passed && impostor is null;
            Refresh(impostor ?? (result.Success ? null : $"Readiness probe failed: {result.Output}"));
        }
    }

    /// <inheritdoc/>
    public void Failed(ProbePlan probe, ProbeResult result)
    {
        lock (gate)
        {
            if (!status.Ready) Set(status with { Message = Words(probe, result) });
        }
    }

    /// <inheritdoc/>
    public void Unhealthy(ProbePlan probe, ProbeResult result)
    {
        lock (gate)
        {
            Set(status with { Ready = false, Message = $"Container {probe.Container} failed {Name(probe)} probe, will be restarted: {Words(probe, result)}" });
        }

        tools.Logger.Unhealthy(plan.Name, Words(probe, result));
        unhealthy.TrySetResult(probe);
    }

    private void Refresh(string? message)
    {
        var ready = started && passed.Values.All(p => p);
        Set(status with { Ready = ready, Message = ready ? null : message ?? status.Message ?? "its readiness probe hasn't passed yet" });
    }

    private void Set(PodStatus next)
    {
        var before = status;
        status = next;
        tools.Directory.Set(next);
        if (next.Ready && !before.Ready) tools.Logger.Ready(plan.Name);
        if (!next.Ready && before.Ready && next.Phase == "Running") tools.Logger.Unready(plan.Name, next.Message);
    }

    // A probe that somebody else answers says nothing of this pod.
    private string? Impostor(ProbePlan probe) =>
        status.ProcessId is { } session && PodCompiler.PortOf(probe.Action) is { } port
            ? ListeningSockets.Impostor(plan, plan.Addresses.BoundPort(port), session)
            : null;

    private static string Words(ProbePlan probe, ProbeResult result) => $"{probe.Kind} probe failed: {result.Output}";

    private static string Name(ProbePlan probe) => probe.Kind switch { ProbeKind.Startup => "startup", ProbeKind.Liveness => "liveness", _ => "readiness" };

    // As Go prints a duration: 10s, 1m20s, 5m0s.
    private static string Go(TimeSpan span) => span.TotalMinutes < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0}s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes}m{span.Seconds}s");
}
