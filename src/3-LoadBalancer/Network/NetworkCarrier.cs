using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;

namespace Usher.LoadBalancer;

/// <summary>
/// Keeps one relay's front for each listener of the running generation's Network Load Balancers. A listener that is taken away accepts no more; the connections that it has go on
/// until they end, as flows that are tracked do.
/// </summary>
internal sealed class NetworkCarrier(SeamParts seam, NetworkListeners listeners) : ICarrier
{
    private readonly Dictionary<IPEndPoint, RelayFront> fronts = [];
    private readonly ConcurrentDictionary<RelayFront, Task> ending = new();

    public Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken)
    {
        var snapshot = next.Get<LoadBalancerSnapshot>();
        var started = new List<RelayFront>();
        foreach (var plan in snapshot.NetworkListeners.Where(p => !fronts.ContainsKey(p.Bound)))
        {
            try
            {
                started.Add(RelayFront.Start(plan.Bound, (generation, connection) => listeners.Decide(generation, plan.Bound, connection), seam, hop: Hop.LoadBalancer));
            }
            catch (SocketException e)
            {
                errors.Add(((IListenerNode)plan).CantListen(plan.Label, e.Message));
            }
        }

        return Task.FromResult<ICarrierChange>(new Change(this, snapshot, started));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        RelayFront[] all = [.. fronts.Values, .. ending.Keys];
        fronts.Clear();
        try
        {
            await Task.WhenAll(all.Select(f => f.StopQuietAsync(Timeout.InfiniteTimeSpan))).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // What is left is cut.
        }

        foreach (var front in all) await front.DisposeAsync();
    }

    private void Commit(LoadBalancerSnapshot snapshot, IEnumerable<RelayFront> started)
    {
        foreach (var front in started) fronts.Add(front.Bound, front);
        foreach (var gone in fronts.Values.Where(f => snapshot.NetworkListenerAt(f.Bound) is null).ToList())
        {
            fronts.Remove(gone.Bound);
            var ends = gone.StopAsync(Timeout.InfiniteTimeSpan);
            ending[gone] = ends;
            _ = ForgetAsync(gone, ends);
        }
    }

    private async Task ForgetAsync(RelayFront front, Task ends)
    {
        await ends;
        if (ending.TryRemove(front, out _)) await front.DisposeAsync();
    }

    private sealed class Change(NetworkCarrier carrier, LoadBalancerSnapshot snapshot, List<RelayFront> started) : ICarrierChange
    {
        public Task CommitAsync(CancellationToken cancellationToken)
        {
            carrier.Commit(snapshot, started);
            started.Clear();
            return Task.CompletedTask;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var front in started) await front.DisposeAsync();
        }
    }
}
