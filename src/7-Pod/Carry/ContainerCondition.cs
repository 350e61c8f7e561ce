using System.Globalization;

namespace Usher.Pod;

/// <summary>A container's state as it changes: joins what its worker and its probes know.</summary>
internal sealed class ContainerCondition(PodCondition pod, PodPlan plan, PodTools tools, ContainerState first) : IProbeListener
{
    private readonly Dictionary<ProbePlan, bool> passed = [];
    private TaskCompletionSource<ProbePlan> unhealthy = new();

    /// <summary>As it is now; changed by <see cref="PodCondition.Change"/> only.</summary>
    public ContainerState State { get; set; } = first;

    private string Name => State.Plan.Name;

    /// <summary>The container runs; its probes wait for its postStart hook.</summary>
    /// <returns>Ends with the probe that wants the container ended.</returns>
    public Task<ProbePlan> Running(int? processId)
    {
        var probes = State.Plan.Probes;
        unhealthy = new TaskCompletionSource<ProbePlan>(TaskCreationOptions.RunContinuationsAsynchronously);
        var waits = probes.FirstOrDefault(p => p.Kind == ProbeKind.Startup) ?? probes.FirstOrDefault(p => p.Kind == ProbeKind.Readiness);
        var hook = State.Plan.PostStart is not null;
        pod.Change(this, state =>
        {
            passed.Clear();
            foreach (var probe in probes.Where(p => p.Kind == ProbeKind.Readiness)) passed[probe] = false;
            var ready = waits is null && !hook && state.Plan.Role != ContainerRole.Init;
            return state with
            {
                Stage = ContainerStage.Running, Reason = null, AwaitsObject = false, ProcessId = processId, HasRun = true, Started = ready, Ready = ready,
                Message = hook ? "its postStart hook hasn't ended yet" : waits is not null ? $"its {Word(waits)} probe hasn't passed yet"
                    : state.Plan.Role == ContainerRole.Init ? "it runs" : null,
            };
        });
        return unhealthy.Task;
    }

    /// <summary>The container can't be created before an object is there that its environment is from.</summary>
    public void AwaitsConfig(string message) => Awaits("CreateContainerConfigError", message);

    /// <summary>The pod's volumes can't be mounted before an object is there that they are from: kubectl's word stays that of a pod that is being made.</summary>
    public void AwaitsVolumes(string message) => Awaits(null, $"FailedMount: {message}");

    private void Awaits(string? reason, string message) => pod.Change(this, state => state with
    {
        Stage = ContainerStage.Waiting, Reason = reason ?? state.Reason, Message = message, ProcessId = null, Started = false, Ready = false, AwaitsObject = true,
    });

    /// <summary>The container can't be started.</summary>
    public void CannotStart(string message) => pod.Change(this, state => state with
    {
        Stage = ContainerStage.Waiting, Reason = "CreateContainerError", Message = message, AwaitsObject = false, ProcessId = null, Started = false, Ready = false,
    });

    /// <summary>The container ended for good.</summary>
    public void Ended(string how, bool succeeded) => pod.Change(this, state => state with
    {
        Stage = ContainerStage.Terminated, Reason = succeeded ? "Completed" : "Error", Message = how, AwaitsObject = false, Succeeded = succeeded, ProcessId = null, Started = false, Ready = false,
    });

    /// <summary>The container ended and starts again after a while.</summary>
    public void BackOff(TimeSpan delay, string how, bool succeeded) => pod.Change(this, state => state with
    {
        // Until its back-off begins the API shows how it ended.
        Stage = ContainerStage.Waiting,
        Reason = delay > TimeSpan.Zero ? "CrashLoopBackOff" : succeeded ? "Completed" : "Error",
        Message = (delay > TimeSpan.Zero ? $"CrashLoopBackOff: back-off {Go(delay)} restarting failed container={Name}: " : "") + how,
        ProcessId = null, Started = false, Ready = false,
    });

    /// <summary>The container was started again.</summary>
    public void Restarted() => pod.Change(this, state => state with { Restarts = state.Restarts + 1 });

    /// <summary>A hook failed.</summary>
    public void HookFailed(string message) => pod.Change(this, state => state with { Ready = false, Message = message });

    /// <inheritdoc/>
    void IProbeListener.Started() => pod.Change(this, state => Refresh(state with { Started = true }, null));

    /// <inheritdoc/>
    void IProbeListener.Readiness(ProbePlan probe, bool passed, ProbeResult result) => pod.Change(this, state =>
    {
        var impostor = passed && !state.Ready ? Impostor(state, probe) : null;
        this.passed[probe] = passed && impostor is null;
        return Refresh(state, impostor ?? (result.Success ? null : Words(probe, result)));
    });

    /// <inheritdoc/>
    void IProbeListener.Failed(ProbePlan probe, ProbeResult result) => pod.Change(this, state => state.Ready ? state : state with { Message = Words(probe, result) });

    /// <inheritdoc/>
    void IProbeListener.Unhealthy(ProbePlan probe, ProbeResult result)
    {
        pod.Change(this, state => state with { Ready = false, Message = $"Container {Name} failed {Word(probe)} probe, will be restarted: {Words(probe, result)}" });
        tools.Logger.Unhealthy(plan.Name, Words(probe, result));
        unhealthy.TrySetResult(probe);
    }

    private ContainerState Refresh(ContainerState state, string? message)
    {
        var ready = state.Started && passed.Values.All(p => p);
        return state with { Ready = ready, Message = ready ? null : message ?? state.Message ?? "its readiness probe hasn't passed yet" };
    }

    // A probe that somebody else answers says nothing of this pod.
    private string? Impostor(ContainerState state, ProbePlan probe) =>
        state.ProcessId is not null && PodCompiler.PortOf(probe.Action) is { } port
            ? ListeningSockets.Impostor(plan, plan.Addresses.BoundPort(port), pod.Processes)
            : null;

    private static string Words(ProbePlan probe, ProbeResult result) => $"{probe.Kind} probe failed: {result.Output}";

    private static string Word(ProbePlan probe) => probe.Kind switch { ProbeKind.Startup => "startup", ProbeKind.Liveness => "liveness", _ => "readiness" };

    // As Go prints a duration: 10s, 1m20s, 5m0s.
    private static string Go(TimeSpan span) => span.TotalMinutes < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0}s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes}m{span.Seconds}s");
}
