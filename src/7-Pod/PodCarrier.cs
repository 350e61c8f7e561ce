using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>
/// Brings the running pods in line with a generation. Prepare starts those that don't run yet; commit stops those that terminate or are gone, in
/// the background, and starts changed ones of the same name once the old is gone. A pod whose spec, address and command are the same is kept.
/// </summary>
internal sealed class PodCarrier(
    PodOptions options, IPodLauncher launcher, IProber prober, PodDirectory directory, Warden warden, TimeProvider time,
    ILogger<PodCarrier> logger, INodeDirectory? nodes = null, IPodConditions? conditions = null) : ICarrier, IAsyncDisposable, IDisposable
{
    private readonly PodTools tools = new(launcher, prober, directory, time, logger, conditions);

    // Pods of the running generation; written by commits only, which come one after another.
    private readonly ConcurrentDictionary<ResourceKey, PodWorker> workers = new();
    private readonly ConcurrentDictionary<PodWorker, Task> leaving = new();
    private readonly ConcurrentDictionary<PodWorker, byte> all = new();

    // Follows the nodes, and the conditions of pods, from the first change on.
    private StoppedNodes? stopped;
    private bool follows;

    /// <summary>The pods of the running generation.</summary>
    internal IEnumerable<PodWorker> Running => workers.Values;

    /// <summary>Starts a pod whose node had lost its power; nothing when it is of the running generation no more.</summary>
    internal void StartAgain(PodWorker cut)
    {
        var worker = Track(new PodWorker(cut.Plan, tools));
        if (workers.TryUpdate(cut.Plan.Key, worker, cut)) worker.StartAfter(Task.CompletedTask);
        else all.TryRemove(worker, out _);
        all.TryRemove(cut, out _);
    }

    /// <inheritdoc/>
    public async Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken)
    {
        if (nodes is not null) stopped ??= new StoppedNodes(this, directory, nodes);
        if (conditions is not null && !follows) conditions.Changed += GateChanged;
        follows = true;
        var change = new PodChange(this, next.Get<PodSnapshot>());
        foreach (var plan in change.Next.Pods)
        {
            if (plan.Terminating) continue;
            if (!workers.TryGetValue(plan.Key, out var running)) change.Started.Add(Track(new PodWorker(plan, tools)));
            else if (running.Plan.Fingerprint != plan.Fingerprint) change.Replaced.Add(plan);
        }

        try
        {
            // One that can't start doesn't keep the controllers from going on: it waits, and says why.
            if (next.IsStep) change.Started.ForEach(worker => worker.StartAfter(Left(worker.Plan)));
            else await Task.WhenAll(change.Started.Select(worker => StartAsync(worker, next.State, errors, cancellationToken)));
            return change;
        }
        catch
        {
            await change.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        stopped?.Dispose();
        if (conditions is not null) conditions.Changed -= GateChanged;
        await Task.WhenAll(all.Keys.Select(worker => StopAsync(worker, cancellationToken)));
        workers.Clear();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        warden.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => warden.Dispose();

    private async Task StartAsync(PodWorker worker, DesiredState state, ErrorList errors, CancellationToken cancellationToken)
    {
        var plan = worker.Plan;

        await Left(plan).WaitAsync(cancellationToken);
        try
        {
            await worker.StartAsync(cancellationToken);
        }
        catch (LaunchException e) when (e is { Field: not null, Command: { } command })
        {
            // Said once, though every replica fails by it.
            if (errors.All.All(known => known.Message != e.Message)) errors.Add(command, e.Field, e.Message);
        }
        catch (LaunchException e)
        {
            var written = Written.Of(new Resource<k8s.Models.V1Pod>(plan.Key, plan.Pod, state.Find(plan.Key)?.Origin ?? Origin.Derived), state);
            errors.Add(written.Key, written.Origin, written.Spec, $"pod {plan.Name} can't start: {e.Message}");
        }
    }

    // One of the same name or address may still be in its grace period.
    private Task Left(PodPlan plan) =>
        Task.WhenAll(leaving.Where(l => l.Key.Plan.Key == plan.Key || Same(l.Key.Plan.Address, plan.Address)).Select(l => l.Value));

    private void GateChanged(ResourceKey pod)
    {
        foreach (var (worker, _) in all)
        {
            if (worker.Plan.Key == pod) worker.GateChanged();
        }
    }

    private PodWorker Track(PodWorker worker)
    {
        all[worker] = 0;
        return worker;
    }

    private async Task StopAsync(PodWorker worker, CancellationToken cancellationToken)
    {
        await worker.StopAsync(cancellationToken);
        all.TryRemove(worker, out _);
        leaving.TryRemove(worker, out _);
    }

    /// <summary>Stops a pod in the background.</summary>
    private Task Leave(PodWorker worker, bool keepLog)
    {
        var gone = leaving[worker] = LeaveAsync();
        // It may have been gone before it was noted.
        if (gone.IsCompleted) leaving.TryRemove(worker, out _);
        return gone;

        async Task LeaveAsync()
        {
            await StopAsync(worker, CancellationToken.None);
            if (!keepLog && worker.Plan.Runtime == PodRuntime.Process) PodOutput.Remove(PodOutput.PathOf(options.LogDirectory, worker.Plan));
        }
    }

    private static bool Same(RoadAddress? a, RoadAddress? b) => a is not null && b is not null && a.Bound.Equals(b.Bound);

    /// <summary>One change of the pods.</summary>
    private sealed class PodChange(PodCarrier carrier, PodSnapshot next) : ICarrierChange
    {
        private bool committed;

        public PodSnapshot Next { get; } = next;

        public List<PodWorker> Started { get; } = [];

        public List<PodPlan> Replaced { get; } = [];

        /// <inheritdoc/>
        public Task CommitAsync(CancellationToken cancellationToken)
        {
            committed = true;

            // Those who terminate, and those who are gone.
            foreach (var (key, worker) in carrier.workers)
            {
                if (Next.Find(key) is { Terminating: false }) continue;
                carrier.workers.TryRemove(key, out _);
                _ = carrier.Leave(worker, keepLog: false);
            }

            // Those who changed under the same name.
            foreach (var plan in Replaced)
            {
                if (!carrier.workers.TryGetValue(plan.Key, out var old)) continue;
                var worker = carrier.Track(new PodWorker(plan, carrier.tools));
                worker.StartAfter(carrier.Leave(old, keepLog: true));
                carrier.workers[plan.Key] = worker;
            }

            // Those who are new, and those who stay.
            foreach (var worker in Started) carrier.workers[worker.Plan.Key] = worker;
            foreach (var plan in Next.Pods)
            {
                if (carrier.workers.TryGetValue(plan.Key, out var worker)) worker.Plan = plan;
            }

            return carrier.stopped?.FollowAsync() ?? Task.CompletedTask;
        }

        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            if (committed) return;
            await Task.WhenAll(Started.Select(worker => carrier.StopAsync(worker, new CancellationToken(canceled: true))));
        }
    }
}
