using System.Diagnostics.CodeAnalysis;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// What becomes of pods when their node loses its power. Their processes end at once and nobody is told: the kubelet that would report it is gone
/// too, so the pods stay as they last were until the control plane misses the node. When it starts again, its kubelet starts them anew.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose handle nobody asked for holds nothing, and a late change may still wait for it.")]
internal sealed class StoppedNodes : IDisposable
{
    private readonly PodCarrier pods;
    private readonly PodDirectory directory;
    private readonly INodeDirectory nodes;
    private readonly SemaphoreSlim oneAtATime = new(1, 1);
    private readonly HashSet<PodWorker> dead = [];

    public StoppedNodes(PodCarrier pods, PodDirectory directory, INodeDirectory nodes)
    {
        this.pods = pods;
        this.directory = directory;
        this.nodes = nodes;
        nodes.Changed += Changed;
    }

    /// <summary>Follows no more.</summary>
    public void Dispose() => nodes.Changed -= Changed;

    /// <summary>Brings the pods in line with their nodes' power; a generation may have put one on a node that is stopped.</summary>
    internal async Task FollowAsync()
    {
        if (nodes.Current.IsEmpty && dead.Count == 0) return;
        await oneAtATime.WaitAsync();
        try
        {
            foreach (var worker in dead.Where(w => Status(w)?.StoppedSince is null).ToList())
            {
                dead.Remove(worker);
                pods.StartAgain(worker);
            }

            await Task.WhenAll(pods.Running.Where(w => Status(w)?.StoppedSince is not null && dead.Add(w)).ToList().Select(CutAsync));
            var running = pods.Running.ToHashSet();
            dead.IntersectWith(running);
            foreach (var worker in dead) Tell(worker);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    private void Changed() => _ = FollowAsync();

    private async Task CutAsync(PodWorker worker)
    {
        await worker.CutAsync();
        if (directory.Current.GetValueOrDefault(worker.Plan.Key) is { } status) directory.Set(status with { ProcessId = null });
    }

    // The node lifecycle controller marks the pods of a node that isn't ready
    // (https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller).
    private void Tell(PodWorker worker)
    {
        if (Status(worker) is not { NotReadySince: not null } || directory.Current.GetValueOrDefault(worker.Plan.Key) is not { Ready: true } status) return;
        directory.Set(status with { Ready = false, ContainersReady = false, Message = $"NodeNotReady: node {worker.Plan.Node} is stopped" });
    }

    private NodeStatus? Status(PodWorker worker) =>
        worker.Plan.Node is { } node ? nodes.Current.GetValueOrDefault(new ResourceKey("", "Node", "", node)) : null;
}
