using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>What every worker uses; without conditions nobody opens readiness gates.</summary>
internal sealed record PodTools(IPodLauncher Launcher, IProber Prober, PodDirectory Directory, TimeProvider Time, ILogger Logger, IPodConditions? Conditions = null);

/// <summary>
/// One pod from its start to its end: the kubelet's part.
/// <list type="number">
/// <item>Make its volumes, once what they are from is there; a pod without a node has none, and no container.</item>
/// <item>The init containers one after another: each must succeed, a sidecar must be started.</item>
/// <item>The containers, each after the one before it was launched and its postStart hook has ended.</item>
/// <item>Once all of them have ended for good, the pod has: the sidecars are stopped.</item>
/// <item>Asked to stop: Terminating at once; the containers together, then the sidecars, the last one first, all within the grace period.</item>
/// <item>Active for longer than <c>activeDeadlineSeconds</c>: the same, and it has failed.</item>
/// </list>
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without a timer holds nothing, and a late caller may still cancel it.")]
internal sealed class PodWorker(PodPlan plan, PodTools tools)
{
    /// <summary>The message of a pod whose containers are being started for the first time.</summary>
    public const string Creating = "ContainerCreating";

    /// <summary>The same while its init containers run.</summary>
    public const string Initializing = "PodInitializing";

    private readonly Lock gate = new();
    private readonly List<ContainerWorker> sidecars = [];
    private readonly List<ContainerWorker> others = [];
    private readonly TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ending = Signal();
    private readonly CancellationTokenSource hurry = new();
    private readonly PodCondition condition = new(plan, tools);
    private volatile PodPlan plan = plan;
    private TaskCompletionSource news = Signal();
    private Task life = Task.CompletedTask;
    private bool alive;
    private bool over;

    /// <summary>The plan that its next start follows; what of it concerns volumes reaches a running pod, too.</summary>
    public PodPlan Plan
    {
        get => plan;
        set
        {
            plan = value;
            Interlocked.Exchange(ref news, Signal()).TrySetResult();
            if (Volatile.Read(ref alive) && !stop.Task.IsCompleted) tools.Launcher.Refresh(value);
        }
    }

    /// <summary>Launches the first containers; what happens to the pod later shows in the directory.</summary>
    /// <exception cref="LaunchException">It can't be started.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (plan.Node is null || plan.Address is null)
        {
            tools.Directory.Set(PodDirectory.Pending(plan));
            return;
        }

        // 1. The volumes.
        var launched = new Dictionary<string, IRunningPod>();
        try
        {
            if (plan.Unmounted is not null)
            {
                StartAfter(Task.CompletedTask);
                return;
            }

            tools.Launcher.SetUp(plan);
            if (plan.InitContainers.All(Skipped)) await LaunchAsync(launched, cancellationToken);
        }
        catch
        {
            foreach (var running in launched.Values) await running.DisposeAsync();
            tools.Launcher.TearDown(plan);
            throw;
        }

        condition.Tell();
        _ = ExpireAsync();
        Volatile.Write(ref alive, true);
        life = LiveAsync(launched);
    }

    /// <summary>Launches the containers once another pod is gone; a failure is told by the directory and tried again.</summary>
    public void StartAfter(Task gone)
    {
        life = Run();

        async Task Run()
        {
            await gone;
            if (plan.Node is null || plan.Address is null)
            {
                tools.Directory.Set(PodDirectory.Pending(plan));
                return;
            }

            condition.Tell();
            _ = ExpireAsync();
            if (!await SetUpAsync()) return;
            Volatile.Write(ref alive, true);
            await LiveAsync([]);
        }
    }

    /// <summary>Stops the pod and returns when it is gone.</summary>
    /// <param name="cancellationToken">Ends the grace period.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var hurried = cancellationToken.Register(hurry.Cancel);
        condition.Terminating();
        End();
        await StopAllAsync();
        await life;
        tools.Launcher.TearDown(plan);
        condition.Over();
        tools.Directory.Remove(plan.Key);
        tools.Logger.Stopped(plan.Name);
    }

    /// <summary>Ends its processes as a power-off does: at once, and nobody is told how the pod is now.</summary>
    public async Task CutAsync()
    {
        condition.Over();
        End();
        await hurry.CancelAsync();
        await StopAllAsync();
        await life;
    }

    /// <summary>A condition that one of the pod's readiness gates waits for has changed.</summary>
    public void GateChanged() => condition.GateChanged();

    private void End()
    {
        lock (gate)
        {
            ending.TrySetResult();
            stop.TrySetResult();
        }
    }

    // 6. Once it was active for longer than it may be, it has failed; one that has ended before isn't active any more.
    private async Task ExpireAsync()
    {
        if (!await ActiveDeadline.PassedAsync(plan, ending.Task, tools.Time)) return;
        lock (gate)
        {
            if (over || !ending.TrySetResult()) return;
        }

        await StopAllAsync();
        condition.Expired();
    }

    private Task News() => Volatile.Read(ref news).Task;

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What is to run to its end, and has no program, succeeds at once: an init container, and a container without a port in a pod that isn't restarted (a Job's).
    private bool Skipped(ContainerPlan container) => container is { Role: ContainerRole.Init, Runtime: not PodRuntime.Process }
        || (container is { Role: ContainerRole.App, Runtime: PodRuntime.StandIn, Listens.IsEmpty: true, Datagrams.IsEmpty: true } && plan.RestartPolicy != RestartPolicy.Always);

    // Whoever applies a change hears of what can't start; what follows a hook starts later.
    private async Task LaunchAsync(Dictionary<string, IRunningPod> launched, CancellationToken cancellationToken)
    {
        foreach (var container in plan.Containers.Where(c => !Skipped(c) && c.ConfigError is null))
        {
            launched[container.Name] = await tools.Launcher.LaunchAsync(plan, container, cancellationToken);
            if (container.PostStart is not null) return;
        }
    }

    private async Task<bool> SetUpAsync()
    {
        var backOff = new CrashBackOff();
        while (!ending.Task.IsCompleted)
        {
            var changed = News();
            if (plan.Unmounted is { } missing)
            {
                condition.Of(plan.AllContainers.First()).AwaitsVolumes(missing);
                await Task.WhenAny(ending.Task, changed);
                continue;
            }

            try
            {
                tools.Launcher.SetUp(plan);
                return true;
            }
            catch (LaunchException e)
            {
                condition.Of(plan.AllContainers.First()).CannotStart(e.Message);
                var delay = backOff.Ended(tools.Time.GetUtcNow());
                tools.Logger.Ended(plan.Name, e.Message, delay.TotalSeconds);
                await backOff.WaitAsync(delay, ending.Task, tools.Time);
            }
        }

        return false;
    }

    private async Task LiveAsync(Dictionary<string, IRunningPod> launched)
    {
        // 2. The init containers.
        foreach (var container in plan.InitContainers)
        {
            if (Skipped(container))
            {
                condition.Of(container).Ended("a stand-in succeeds at once", succeeded: true);
                continue;
            }

            if (Begin(container, null) is not { } worker) return;
            if (container.Role == ContainerRole.Sidecar) await Task.WhenAny(worker.Started, worker.Life);
            else if (await worker.Life is not ContainerEnd.Succeeded and var end)
            {
                if (end == ContainerEnd.Failed) await OverAsync();
                return;
            }
        }

        // 3. The containers.
        var apps = new List<ContainerWorker>();
        foreach (var container in plan.Containers)
        {
            if (Skipped(container))
            {
                condition.Of(container).Ended("a stand-in succeeds at once", succeeded: true);
                continue;
            }

            if (Begin(container, launched.GetValueOrDefault(container.Name)) is not { } worker)
            {
                if (launched.TryGetValue(container.Name, out var unwanted)) await unwanted.DisposeAsync();
                continue;
            }

            apps.Add(worker);
            await Task.WhenAny(worker.Begun, worker.Life, ending.Task);
        }

        // 4. The end of all of them.
        await Task.WhenAll(apps.Select(a => a.Life));
        if (!stop.Task.IsCompleted) await OverAsync();
    }

    // The pod has ended for good, and stays to be looked at.
    private async Task OverAsync()
    {
        lock (gate) over = true;
        await StopSidecarsAsync(plan.Grace);
        await stop.Task;
    }

    // Null once the pod is being stopped: what isn't known by then isn't started.
    private ContainerWorker? Begin(ContainerPlan container, IRunningPod? running)
    {
        lock (gate)
        {
            if (ending.Task.IsCompleted) return null;
            var worker = new ContainerWorker(container.Name, () => plan, News, condition.Of(container), tools, hurry.Token);
            (container.Role == ContainerRole.Sidecar ? sidecars : others).Add(worker);
            worker.Begin(running);
            return worker;
        }
    }

    // 5. The order of the end (Sidecar Containers, "Pod termination").
    private async Task StopAllAsync()
    {
        var asked = tools.Time.GetTimestamp();
        List<ContainerWorker> first;
        lock (gate) first = [.. others];
        await Task.WhenAll(first.Select(c => c.StopAsync(plan.Grace)));
        await StopSidecarsAsync(plan.Grace - tools.Time.GetElapsedTime(asked));
    }

    private async Task StopSidecarsAsync(TimeSpan grace)
    {
        var asked = tools.Time.GetTimestamp();
        List<ContainerWorker> reversed;
        lock (gate) reversed = [.. Enumerable.Reverse(sidecars)];
        foreach (var sidecar in reversed)
        {
            var left = grace - tools.Time.GetElapsedTime(asked);
            await sidecar.StopAsync(left > ContainerWorker.LeastGrace ? left : ContainerWorker.LeastGrace);
        }
    }
}
