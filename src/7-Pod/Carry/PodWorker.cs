using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>What every worker uses.</summary>
internal sealed record PodTools(IPodLauncher Launcher, IProber Prober, PodDirectory Directory, TimeProvider Time, ILogger Logger);

/// <summary>
/// One pod from its start to its end: the kubelet's part.
/// <list type="number">
/// <item>Launch the container; a pod without a node has none.</item>
/// <item>Probe it while it runs.</item>
/// <item>When it ends, or a liveness probe ends it, start it again by the restart policy and the back-off.</item>
/// <item>Asked to stop: Terminating at once, preStop, SIGTERM, and SIGKILL after the grace period.</item>
/// </list>
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without a timer holds nothing, and a late caller may still cancel it.")]
internal sealed class PodWorker(PodPlan plan, PodTools tools)
{
    /// <summary>The message of a pod whose container is being started for the first time.</summary>
    public const string Creating = "ContainerCreating";

    private readonly TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource hurry = new();
    private readonly PodCondition condition = new(plan, tools);
    private volatile PodPlan plan = plan;
    private Task life = Task.CompletedTask;

    /// <summary>The plan that its next start follows.</summary>
    public PodPlan Plan
    {
        get => plan;
        set => plan = value;
    }

    /// <summary>Launches the container; what happens to it later shows in the directory.</summary>
    /// <exception cref="LaunchException">It can't be started.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (plan.Node is null || plan.Address is null)
        {
            tools.Directory.Set(PodDirectory.Pending(plan));
            return;
        }

        // 1. Launch.
        var running = await tools.Launcher.LaunchAsync(plan, cancellationToken);
        life = LiveAsync(running);
    }

    /// <summary>Launches the container once another pod is gone; a failure is told by the directory and tried again.</summary>
    public void StartAfter(Task gone)
    {
        life = Run();

        async Task Run()
        {
            await gone;
            if (plan.Node is null || plan.Address is null) tools.Directory.Set(PodDirectory.Pending(plan));
            else if (!stop.Task.IsCompleted) await LiveAsync(null);
        }
    }

    /// <summary>Stops the pod and returns when it is gone.</summary>
    /// <param name="cancellationToken">Ends the grace period.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var hurried = cancellationToken.Register(hurry.Cancel);
        condition.Terminating();
        stop.TrySetResult();
        await life;
        tools.Directory.Remove(plan.Key);
        tools.Logger.Stopped(plan.Name);
    }

    private async Task LiveAsync(IRunningPod? running)
    {
        var backOff = new CrashBackOff();
        var started = running is not null;
        if (!started) condition.Waiting("Pending", Creating);
        while (true)
        {
            string how;
            if (running is not null)
            {
                // 2. Until it ends.
                if (await OneLifeAsync(running) is not { } end) return;
                how = end;
                if (!Again(how))
                {
                    condition.Waiting(Succeeded(how) ? "Succeeded" : "Failed", how);
                    await stop.Task;
                    return;
                }

                // 3. Again.
                if (!await WaitAsync(backOff, how)) return;
            }

            try
            {
                running = await tools.Launcher.LaunchAsync(plan, hurry.Token);
                if (started) condition.Restarted();
                started = true;
            }
            catch (LaunchException e)
            {
                running = null;
                condition.Waiting(started ? "Running" : "Pending", e.Message);
                if (!await WaitAsync(backOff, e.Message)) return;
            }
            catch (OperationCanceledException) when (hurry.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>From launch to end.</summary>
    /// <returns>How it ended; null when it was asked to stop.</returns>
    private async Task<string?> OneLifeAsync(IRunningPod running)
    {
        await using var _ = running;
        using var probing = new CancellationTokenSource();
        var unhealthy = condition.Running(running.ProcessId);
        tools.Logger.Started(plan.Name, running.ProcessId is { } pid ? $"process {pid}" : plan.Runtime == PodRuntime.StandIn ? "stand-in" : "built in");
        var probes = new ProbeRunner(plan, tools.Prober, tools.Time, condition).RunAsync(probing.Token);
        var first = await Task.WhenAny(stop.Task, running.Exited, unhealthy);
        await probing.CancelAsync();
        await probes;

        if (first == unhealthy) await EndAsync(running, (await unhealthy).Grace ?? plan.Grace);
        else if (first == stop.Task) await StopAsync(running);
        return stop.Task.IsCompleted ? null : await running.Exited;
    }

    // 4. Asked to stop; preStop counts against the grace period.
    private async Task StopAsync(IRunningPod running)
    {
        var preStop = plan.PreStop < plan.Grace ? plan.PreStop : plan.Grace;
        try
        {
            if (preStop > TimeSpan.Zero) await Task.WhenAny(running.Exited, Task.Delay(preStop, tools.Time, hurry.Token));
        }
        finally
        {
            await EndAsync(running, plan.Grace - preStop);
        }
    }

    private async Task EndAsync(IRunningPod running, TimeSpan grace)
    {
        try
        {
            await running.StopAsync(grace, hurry.Token);
        }
        catch (OperationCanceledException)
        {
            // Hurried: disposing of it ends it.
        }
    }

    private async Task<bool> WaitAsync(CrashBackOff backOff, string how)
    {
        var delay = backOff.Ended(tools.Time.GetUtcNow());
        condition.BackOff(delay, how);
        tools.Logger.Ended(plan.Name, how, delay.TotalSeconds);
        if (delay > TimeSpan.Zero)
        {
            using var waited = new CancellationTokenSource();
            await Task.WhenAny(stop.Task, Task.Delay(delay, tools.Time, waited.Token));
            await waited.CancelAsync();
        }

        backOff.Restarted(tools.Time.GetUtcNow());
        return !stop.Task.IsCompleted;
    }

    private bool Again(string how) => plan.RestartPolicy switch
    {
        RestartPolicy.Always => true,
        RestartPolicy.OnFailure => !Succeeded(how),
        _ => false,
    };

    private static bool Succeeded(string how) => how == "exit code 0" || how.StartsWith("exit code 0;", StringComparison.Ordinal);
}
