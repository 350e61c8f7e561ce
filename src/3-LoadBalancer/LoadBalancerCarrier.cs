using System.Net;
using System.Net.Sockets;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Keeps one listening server for each listener and one health checker for each target group of the running generation.</summary>
internal sealed class LoadBalancerCarrier(ListenerParts parts, TargetTable table, HealthChecks checks, KeySources keys, TargetHealthGates gates) : ICarrier
{
    private readonly Dictionary<IPEndPoint, ListenerServer> servers = [];
    private LoadBalancerSnapshot? running;

    public async Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken)
    {
        var snapshot = next.Get<LoadBalancerSnapshot>();
        var started = new List<ListenerServer>();
        // A listener whose protocol changes keeps its endpoint but needs another server; it is replaced at the commit.
        foreach (var plan in snapshot.Listeners.Where(p => !servers.ContainsKey(p.Bound)))
        {
            try
            {
                started.Add(await ListenerServer.StartAsync(plan, parts, cancellationToken));
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                errors.Add(((IListenerNode)plan).CantListen(plan.Label, e.InnerException?.Message ?? e.Message, parts.Seam.Generations.Current.Find<LoadBalancerSnapshot>()));
            }
        }

        table.Prepare(snapshot.TargetGroups);
        keys.Prepare(snapshot);
        return new Change(this, next, started);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await checks.StopAsync();
        await keys.RetainAsync(null);
        await Task.WhenAll(servers.Values.Select(s => s.StopAsync(cancellationToken)));
        // Nothing comes in any more: connections kept for further requests would only hold up the relays behind.
        parts.Seam.Upstreams.Drain();
        foreach (var server in servers.Values) await server.DisposeAsync();
        servers.Clear();
    }

    private async Task CommitAsync(Generation next, IEnumerable<ListenerServer> started, CancellationToken cancellationToken)
    {
        var snapshot = next.Get<LoadBalancerSnapshot>();
        running = snapshot;
        foreach (var server in started) servers.Add(server.Bound, server);
        foreach (var server in servers.Values)
        {
            if (snapshot.ListenerAt(server.Bound) is { } plan) server.Follow(plan);
        }

        table.Retain(snapshot.TargetGroups);
        checks.Follow(snapshot.GroupsInUse);
        gates.Follow(next);
        await keys.RetainAsync(snapshot);
        var wanted = snapshot.Listeners.ToDictionary(l => l.Bound, l => l.Https);
        foreach (var old in servers.Values.Where(s => !wanted.TryGetValue(s.Bound, out var https) || https != s.Https).ToList())
        {
            servers.Remove(old.Bound);
            await old.StopAsync(cancellationToken);
            await old.DisposeAsync();
            if (snapshot.ListenerAt(old.Bound) is { } changed) servers.Add(changed.Bound, await ListenerServer.StartAsync(changed, parts, cancellationToken));
        }
    }

    /// <summary>Fetches nothing that only a change wanted which isn't made.</summary>
    private Task ForgetAsync() => keys.RetainAsync(running);

    private sealed class Change(LoadBalancerCarrier carrier, Generation next, List<ListenerServer> started) : ICarrierChange
    {
        private bool committed;

        public Task CommitAsync(CancellationToken cancellationToken)
        {
            committed = true;
            return carrier.CommitAsync(next, started, cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            if (committed) return;
            await carrier.ForgetAsync();
            foreach (var server in started)
            {
                await server.StopAsync(CancellationToken.None);
                await server.DisposeAsync();
            }
        }
    }
}
