using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>How a container's life ended.</summary>
internal enum ContainerEnd
{
    /// <summary>With exit code 0, and it isn't started again.</summary>
    Succeeded,

    /// <summary>Otherwise, and it isn't started again.</summary>
    Failed,

    /// <summary>The pod is being stopped.</summary>
    Stopped,
}

/// <summary>
/// One container from its first start to its last end:
/// <list type="number">
/// <item>Launch it, once what its environment is from is there.</item>
/// <item>Run its postStart hook; a container whose hook fails is ended.</item>
/// <item>Probe it while it runs.</item>
/// <item>When it ends, or a probe ends it, start it again by its restart policy and the back-off.</item>
/// <item>To end it: preStop, its stop signal, and SIGKILL after the grace period (<c>killContainer</c> in <c>pkg/kubelet/kuberuntime</c>).</item>
/// </list>
/// </summary>
/// <param name="name">Its name; its plan is read anew at each start.</param>
/// <param name="pod">Its pod's plan now.</param>
/// <param name="news">Ends when its pod's plan changes.</param>
/// <param name="condition">Where it tells how it is.</param>
/// <param name="tools">What every worker uses.</param>
/// <param name="hurry">Ends every grace period.</param>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without a timer holds nothing.")]
internal sealed class ContainerWorker(string name, Func<PodPlan> pod, Func<Task> news, ContainerCondition condition, PodTools tools, CancellationToken hurry)
{
    /// <summary>However long preStop took, a container has this much between the signal and SIGKILL.</summary>
    public static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource<TimeSpan> stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its life, which <see cref="Begin"/> begins.</summary>
    public Task<ContainerEnd> Life { get; private set; } = Task.FromResult(ContainerEnd.Stopped);

    /// <summary>It was launched and its postStart hook has ended: the next container's turn.</summary>
    public Task Begun => begun.Task;

    /// <summary>Its startup probe passed: where a sidecar lets the next one start.</summary>
    public Task Started => started.Task;

    private ContainerPlan Plan => pod().AllContainers.First(c => c.Name == name);

    /// <summary>Begins its life.</summary>
    /// <param name="running">The container, when it was launched already.</param>
    public void Begin(IRunningPod? running) => Life = LiveAsync(running);

    /// <summary>Ends it and returns when it is gone.</summary>
    public Task StopAsync(TimeSpan grace)
    {
        stop.TrySetResult(grace);
        return Life;
    }

    private async Task<ContainerEnd> LiveAsync(IRunningPod? running)
    {
        // One that was launched is told of at once.
        if (running is null) await Task.Yield();
        var backOff = new CrashBackOff();
        for (var starts = running is null ? 0 : 1; ;)
        {
            if (running is null)
            {
                if (!await CreatableAsync()) return ContainerEnd.Stopped;
                try
                {
                    // 1. Launch.
                    running = await tools.Launcher.LaunchAsync(pod(), Plan, hurry);
                    if (starts++ > 0) condition.Restarted();
                }
                catch (LaunchException e)
                {
                    condition.CannotStart(e.Message);
                    if (!await WaitAsync(backOff, e.Message, tell: false)) return ContainerEnd.Stopped;
                    continue;
                }
                catch (OperationCanceledException) when (hurry.IsCancellationRequested)
                {
                    return ContainerEnd.Stopped;
                }
            }

            var how = await OneLifeAsync(running);
            running = null;
            if (how is null) return ContainerEnd.Stopped;

            // 4. Again, or not.
            if (!Again(how))
            {
                condition.Ended(how, Succeeded(how));
                return Succeeded(how) ? ContainerEnd.Succeeded : ContainerEnd.Failed;
            }

            if (!await WaitAsync(backOff, how, tell: true)) return ContainerEnd.Stopped;
        }
    }

    /// <summary>Waits until everything is there that its environment is from; the next container doesn't wait for it.</summary>
    /// <returns>False once it is asked to stop.</returns>
    private async Task<bool> CreatableAsync()
    {
        for (var changed = news(); !stop.Task.IsCompleted && Plan.ConfigError is { } missing; changed = news())
        {
            condition.AwaitsConfig(missing);
            begun.TrySetResult();
            await Task.WhenAny(stop.Task, changed);
        }

        return !stop.Task.IsCompleted;
    }

    /// <summary>From launch to end.</summary>
    /// <returns>How it ended; null when it was asked to stop.</returns>
    private async Task<string?> OneLifeAsync(IRunningPod running)
    {
        await using var _ = running;
        using var ended = new CancellationTokenSource();
        var unhealthy = condition.Running(running.ProcessId);
        tools.Logger.Started(Label, running.ProcessId is { } pid ? $"process {pid}" : Plan.Runtime == PodRuntime.StandIn ? "stand-in" : "built in");

        // 2. The hook.
        if (await HookAsync(running, ended) is { } failure)
        {
            await EndAsync(running, pod().Grace);
            return stop.Task.IsCompleted ? null : failure;
        }

        // 3. The probes.
        begun.TrySetResult();
        IProbeListener listener = new StartListener(condition, started);
        var probes = Plan.Role == ContainerRole.Init || stop.Task.IsCompleted || running.Exited.IsCompleted
            ? Task.CompletedTask
            : new ProbeRunner(pod(), Plan.Probes, running, tools.Prober, tools.Time, listener).RunAsync(ended.Token);
        var first = await Task.WhenAny(stop.Task, running.Exited, unhealthy);
        // 5. While preStop runs a container is probed no more, so that its readiness stays as it is.
        await ended.CancelAsync();
        await probes;
        if (first == unhealthy) await EndAsync(running, (await unhealthy).Grace ?? pod().Grace);
        else if (first == stop.Task) await EndAsync(running, await stop.Task);
        return stop.Task.IsCompleted ? null : await running.Exited;
    }

    /// <summary>Runs the postStart hook to its end, or to the container's.</summary>
    /// <returns>What went wrong; null when nothing did.</returns>
    private async Task<string?> HookAsync(IRunningPod running, CancellationTokenSource ended)
    {
        if (Plan.PostStart is not { } hook) return null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended.Token, hurry);
        var asked = tools.Prober.RunAsync(pod(), hook, running, either.Token);
        if (await Task.WhenAny(asked, running.Exited, stop.Task) != asked)
        {
            await either.CancelAsync();
            await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return null;
        }

        try
        {
            if (await asked is not { Success: false } result) return null;
            var message = $"PostStartHookError: {result.Output}";
            condition.HookFailed(message);
            return message;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    // 5. preStop counts against the grace period; at least two seconds are left after it.
    private async Task EndAsync(IRunningPod running, TimeSpan grace)
    {
        var asked = tools.Time.GetTimestamp();
        if (Plan.PreStop is { } hook && grace > TimeSpan.Zero && !running.Exited.IsCompleted && !hurry.IsCancellationRequested)
        {
            using var limit = new CancellationTokenSource(grace, tools.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, hurry);
            Task hooked = tools.Prober.RunAsync(pod(), hook, running, either.Token);
            // A hook that fails, or takes too long, holds nothing up.
            await Task.WhenAny(hooked, running.Exited);
            await either.CancelAsync();
            await hooked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var left = grace - tools.Time.GetElapsedTime(asked);
        try
        {
            await running.StopAsync(left > LeastGrace ? left : LeastGrace, hurry);
        }
        catch (OperationCanceledException)
        {
            // Hurried: disposing of it ends it.
        }
    }

    private async Task<bool> WaitAsync(CrashBackOff backOff, string how, bool tell)
    {
        var delay = backOff.Ended(tools.Time.GetUtcNow());
        if (tell) condition.BackOff(delay, how, Succeeded(how));
        tools.Logger.Ended(Label, how, delay.TotalSeconds);
        await backOff.WaitAsync(delay, stop.Task, tools.Time);
        return !stop.Task.IsCompleted;
    }

    private string Label => pod() is { InitContainers.IsEmpty: true, Containers.Length: 1 } plan ? plan.Name : string.Create(CultureInfo.InvariantCulture, $"{pod().Name}/{name}");

    private bool Again(string how) => Plan.RestartPolicy switch
    {
        RestartPolicy.Always => true,
        RestartPolicy.OnFailure => !Succeeded(how),
        _ => false,
    };

    private static bool Succeeded(string how) => how == "exit code 0" || how.StartsWith("exit code 0;", StringComparison.Ordinal);

    /// <summary>Passes on what probes say, and notes that the container is started.</summary>
    private sealed class StartListener(IProbeListener next, TaskCompletionSource started) : IProbeListener
    {
        public void Started()
        {
            next.Started();
            started.TrySetResult();
        }

        public void Readiness(ProbePlan probe, bool passed, ProbeResult result) => next.Readiness(probe, passed, result);

        public void Failed(ProbePlan probe, ProbeResult result) => next.Failed(probe, result);

        public void Unhealthy(ProbePlan probe, ProbeResult result) => next.Unhealthy(probe, result);
    }
}
