using System.Collections.Concurrent;
using Usher.Model.Contracts;

namespace Usher.Pod.Tests;

/// <summary>Answers every probe with what it is told.</summary>
internal sealed class FakeProber : IProber
{
    public ProbeResult Answer { get; set; } = ProbeResult.Passed;

    /// <summary>What hooks wait for; a completed one by default.</summary>
    public TaskCompletionSource<ProbeResult> Hook { get; set; } = Done(ProbeResult.Passed);

    public ConcurrentQueue<ProbeAction> Hooks { get; } = [];

    public static TaskCompletionSource<ProbeResult> Done(ProbeResult result)
    {
        var source = new TaskCompletionSource<ProbeResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        source.SetResult(result);
        return source;
    }

    public Task<ProbeResult> AskAsync(PodPlan pod, ProbePlan probe, IRunningPod running, CancellationToken cancellationToken) => Task.FromResult(Answer);

    public Task<ProbeResult> RunAsync(PodPlan pod, ProbeAction hook, IRunningPod running, CancellationToken cancellationToken)
    {
        Hooks.Enqueue(hook);
        return Hook.Task.WaitAsync(cancellationToken);
    }
}

/// <summary>Launches containers that do as they are told.</summary>
internal sealed class FakeLauncher : IPodLauncher
{
    private readonly Lock gate = new();
    private readonly List<FakePod> launched = [];

    public string? Failure { get; set; }

    public ConcurrentQueue<string> Calls { get; } = [];

    public int Count => All.Count;

    public FakePod Last => All[^1];

    public List<FakePod> All
    {
        get
        {
            lock (gate) return [.. launched];
        }
    }

    /// <summary>The names of the containers that were launched, in their order.</summary>
    public string Order => string.Join(' ', All.Select(p => p.Name));

    public FakePod Latest(string name) => All.Last(p => p.Name == name);

    public void SetUp(PodPlan pod) => Calls.Enqueue("set up");

    public void Refresh(PodPlan pod) => Calls.Enqueue("refresh");

    public void TearDown(PodPlan pod) => Calls.Enqueue("tear down");

    public Task<IRunningPod> LaunchAsync(PodPlan pod, ContainerPlan container, CancellationToken cancellationToken)
    {
        if (Failure is { } failure) throw new LaunchException(failure);
        var running = new FakePod(container.Name, Calls);
        lock (gate) launched.Add(running);
        return Task.FromResult<IRunningPod>(running);
    }
}

/// <summary>A container that runs until it is told to end, or to stop.</summary>
internal sealed class FakePod(string name, ConcurrentQueue<string> calls) : IRunningPod
{
    private readonly TaskCompletionSource<string> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => name;

    public List<TimeSpan> Stops { get; } = [];

    public bool Disposed { get; private set; }

    public Task<string> Exited => exited.Task;

    public int? ProcessId => 41;

    public void End(string how) => exited.TrySetResult(how);

    public Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        Stops.Add(grace);
        calls.Enqueue($"stop {name}");
        End("exit code 143 (SIGTERM)");
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
