using System.Collections.Concurrent;
using System.Net.Sockets;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Seam;

namespace Usher.LoadBalancer;

/// <summary>
/// Keeps a front for connections, for datagrams or for both of each listener of the running generation's Network Load Balancers. A listener that is taken away accepts no more; the connections that it has go on
/// until they end, as flows that are tracked do; datagrams can't, for want of the socket that they come to.
/// </summary>
internal sealed class NetworkCarrier(SeamParts seam, NetworkListeners listeners, ICertificateChooser certificates) : ICarrier
{
    private readonly Dictionary<FrontPlace, NetworkFront> fronts = [];
    private readonly ConcurrentDictionary<NetworkFront, Task> ending = new();

    public Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken)
    {
        var snapshot = next.Get<LoadBalancerSnapshot>();
        var started = new List<NetworkFront>();
        foreach (var (plan, place) in snapshot.NetworkListeners.SelectMany(p => p.Places, (plan, place) => (plan, place)).Where(p => !fronts.ContainsKey(p.place)))
        {
            try
            {
                started.Add(NetworkFront.Start(place, listeners, seam, certificates));
            }
            catch (SocketException e)
            {
                errors.Add(((IListenerNode)plan).CantListen(plan.Label, e.Message, seam.Generations.Current.Find<LoadBalancerSnapshot>()));
            }
        }

        return Task.FromResult<ICarrierChange>(new Change(this, snapshot, started));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // One that has ended by itself meanwhile isn't ours any more.
        NetworkFront[] all = [.. fronts.Values, .. ending.Keys.Where(f => ending.TryRemove(f, out _))];
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

    private void Commit(LoadBalancerSnapshot snapshot, IEnumerable<NetworkFront> started)
    {
        foreach (var front in started) fronts.Add(front.Place, front);
        foreach (var gone in fronts.Values.Where(f => snapshot.NetworkListenerAt(f.Place.Bound)?.Takes(f.Place.Udp) != true).ToList())
        {
            fronts.Remove(gone.Place);
            var ends = gone.StopAsync(Timeout.InfiniteTimeSpan);
            ending[gone] = ends;
            _ = ForgetAsync(gone, ends);
        }
    }

    private async Task ForgetAsync(NetworkFront front, Task ends)
    {
        await ends;
        if (ending.TryRemove(front, out _)) await front.DisposeAsync();
    }

    private sealed class Change(NetworkCarrier carrier, LoadBalancerSnapshot snapshot, List<NetworkFront> started) : ICarrierChange
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
