using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;

namespace Usher.Node;

/// <summary>
/// Carries out what kube-proxy programs, with a relay for each front that has an endpoint, and its health checks. A front without one has no listening socket, so that
/// its connections are refused as by kube-proxy's reject rule. Connections that are open outlive their front, as those that netfilter
/// tracks do.
/// <list type="number">
/// <item>Prepare: open what is new; try the places of fronts that have no endpoint yet. A place that is taken is an error.</item>
/// <item>Commit: close what is gone.</item>
/// <item>From then on, whenever endpoints changed: close fronts that lost their last endpoint, open those that got one.</item>
/// </list>
/// A stopped node's fronts are cut, and its places and those of its pods answer nothing until it starts; nor does a front whose packets are dropped.
/// From Prepare to the end of the change nothing else opens or closes fronts.
/// </summary>
internal sealed class NodeCarrier : ICarrier, IAsyncDisposable
{
    private readonly IServiceFronts fronts;
    private readonly NodePorts ports;
    private readonly SeamParts seam;
    private readonly ILogger<NodeCarrier> log;
    private readonly INodeDirectory nodes;
    private readonly OpenFronts open = new();
    private readonly SilentPlaces silent = new();
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly ChangeSignal signal;
    private Generation running = Generation.None;

    public NodeCarrier(IServiceFronts fronts, INodeDirectory nodes, NodePorts ports, SeamParts seam, ILogger<NodeCarrier> log)
    {
        this.fronts = fronts;
        this.nodes = nodes;
        this.ports = ports;
        this.seam = seam;
        this.log = log;
        signal = new ChangeSignal(FollowAsync, seam.Time);
        fronts.Changed += signal.Raise;
        nodes.Changed += signal.Raise;
    }

    /// <inheritdoc/>
    public async Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        var change = new Change(this, next);
        try
        {
            // 1.
            foreach (var front in fronts.All(next).Where(f => !open.Has(f.Place) && !silent.Has(f.Place) && !IsStopped(f)))
            {
                try
                {
                    if (fronts.HasEndpoints(next, front)) change.Started.Add(Start(front));
                    else Try(front.Place);
                }
                catch (SocketException problem)
                {
                    PortInUse.Report(next, front, problem, errors);
                }
            }

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
        fronts.Changed -= signal.Raise;
        nodes.Changed -= signal.Raise;
        await signal.DisposeAsync();
        await gate.WaitAsync(CancellationToken.None);
        try
        {
            running = Generation.None;
            silent.Dispose();
            await open.StopAsync(cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));

    // 3. Returns false when a front could not be opened, to be tried again.
    private async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            return Align(running, endpointsChanged: true);
        }
        finally
        {
            gate.Release();
        }
    }

    private bool Align(Generation generation, bool endpointsChanged)
    {
        var wanted = fronts.All(generation).Where(f => !IsStopped(f) && fronts.HasEndpoints(generation, f)).ToDictionary(f => f.Place);
        foreach (var gone in open.All.Where(f => !wanted.ContainsKey(f.Front.Place)).ToList())
        {
            if (IsStopped(gone.Front))
            {
                open.Cut(gone);
                continue;
            }

            open.Close(gone);
            if (endpointsChanged) NodeLog.Closed(log, gone.Front.Service, gone.Front.Declared);
        }

        CutStale(generation);

        // Before fronts open: a node that started again listens where nothing answered.
        var fine = silent.Keep(SilentPlaces.Of(generation, fronts, nodes));
        foreach (var front in wanted.Values.Where(f => !open.Has(f.Place)))
        {
            try
            {
                open.Add(Start(front));
                if (endpointsChanged) NodeLog.Opened(log, front.Service, front.Declared);
            }
            catch (SocketException problem)
            {
                fine = false;
                NodeLog.Failed(log, front.Service, front.Bound, front.Declared, problem.Message);
            }
        }

        return fine;
    }

    private bool IsStopped(ServiceFront front) => front.Node is { } node && nodes.Current.GetValueOrDefault(node)?.StoppedSince is not null;

    /// <summary>Has the flows of datagrams forgotten whose endpoints don't serve any more.</summary>
    private void CutStale(Generation generation)
    {
        foreach (var (front, socket) in open.All)
        {
            if (socket is FrontFlows flows) flows.Cut((source, endpoint) => !fronts.Serves(generation, front, source, endpoint));
        }
    }

    private OpenFront Start(ServiceFront front)
    {
        if (front.Kind == FrontKind.HealthCheck) return new(front, HealthServer.Start(front, fronts, seam));
        FrontDecision Decide(Generation generation, ConnectionId connection) => ports.Decide(generation, front, connection.From.Address);
        if (front.Udp) return new(front, new FrontFlows(DatagramFront.Start(front.Bound, Decide, seam)));
        return new(front, new FrontRelay(RelayFront.Start(
            front.Bound, Decide, seam, front.Kind == FrontKind.ClusterIP ? (generation, source) => fronts.Drops(generation, front, source) : null)));
    }

    // Bound and let go again: the socket never listens, so that connections are refused, and a datagram is answered by an ICMP port unreachable.
    private static void Try(FrontPlace place)
    {
        using var socket = place.Udp
            ? new Socket(place.Bound.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
            : new Socket(place.Bound.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(place.Bound);
    }

    private sealed class Change(NodeCarrier carrier, Generation next) : ICarrierChange
    {
        private bool over;

        public List<OpenFront> Started { get; } = [];

        public Task CommitAsync(CancellationToken cancellationToken)
        {
            // 2.
            foreach (var front in Started) carrier.open.Add(front);
            Started.Clear();
            carrier.running = next;
            if (!carrier.Align(next, endpointsChanged: false)) carrier.signal.Raise();
            End();
            return Task.CompletedTask;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var front in Started) await front.Socket.DisposeAsync();
            Started.Clear();
            End();
        }

        private void End()
        {
            if (over) return;
            over = true;
            carrier.gate.Release();
        }
    }
}
