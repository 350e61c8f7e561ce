using System.Net.Sockets;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>A pod of a Gateway that runs: a front for each port, and the port that answers its probe.</summary>
internal sealed class GatewayPod : IRunningPod
{
    private readonly TaskCompletionSource<string> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<FrontPlace, GatewayFront> open = [];
    private readonly SemaphoreSlim oneAtATime = new(1, 1);
    private readonly TcpListenerLoop health;
    private readonly GatewayFronts fronts;
    private readonly TimeProvider time;
    private readonly Action<GatewayPod> gone;
    private bool stopped;
    private volatile bool ready;

    internal GatewayPod(PodStart start, GatewayFronts fronts, SeamParts parts, Action<GatewayPod> gone)
    {
        (this.fronts, time, this.gone, Key) = (fronts, parts.Time, gone, start.Key);
        Gateway = new ResourceKey(Usher.Model.Gateway.GatewayApi.Group, "Gateway", start.Key.Namespace, start.Pod.Metadata.Labels[GatewayObjects.GatewayLabel]);
        var server = new Http1Server(new Http1ServerOptions { TimeProvider = parts.Time });
        var healthz = new HealthEndpoint(this);
        health = TcpListenerLoop.Start(start.Addresses.Bind(start.Key, GatewayObjects.HealthPort), (socket, draining, aborted) => server.RunAsync(socket, healthz, draining, aborted));
    }

    /// <summary>The pod.</summary>
    internal ResourceKey Key { get; }

    /// <summary>Whose it is.</summary>
    internal ResourceKey Gateway { get; }

    public Task<string> Exited => exited.Task;

    public int? ProcessId => null;

    /// <summary>Opens the pod's ports that aren't open.</summary>
    /// <returns>Those that were opened.</returns>
    /// <exception cref="SocketException">A port can't be bound; nothing was opened then.</exception>
    internal async Task<IReadOnlyList<FrontPlace>> OpenAsync(GatewaySnapshot snapshot, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken);
        var opened = new List<FrontPlace>();
        try
        {
            if (stopped) return [];
            foreach (var port in snapshot.Ports.Where(p => p.Pod == Key && !Serves(p)))
            {
                // Another protocol wants another front: the old one makes room at once.
                if (open.Remove(port.Place, out var old)) await old.DisposeAsync();
                open.Add(port.Place, await fronts.StartAsync(port, cancellationToken));
                opened.Add(port.Place);
            }

            ready |= open.Count > 0;
            return opened;
        }
        catch
        {
            foreach (var place in opened)
            {
                if (open.Remove(place, out var front)) await front.DisposeAsync();
            }

            throw;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Closes these ports.</summary>
    internal async Task CloseAsync(IEnumerable<FrontPlace> places)
    {
        await oneAtATime.WaitAsync();
        try
        {
            foreach (var place in places)
            {
                if (open.Remove(place, out var front)) await front.DisposeAsync();
            }
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Drains and closes the ports that a generation doesn't have.</summary>
    internal async Task CloseAllButAsync(GatewaySnapshot snapshot, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken);
        try
        {
            // A pod that ends keeps its ports until it is told to stop.
            var wanted = snapshot.Ports.Where(p => p.Pod == Key).Select(p => p.Place).ToHashSet();
            if (wanted.Count == 0) return;
            foreach (var place in open.Keys.Where(p => !wanted.Contains(p)).ToList())
            {
                open.Remove(place, out var front);
                await front!.StopAsync(TimeSpan.FromSeconds(10));
                await front.DisposeAsync();
            }
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken);
        try
        {
            stopped = true;
            await Task.WhenAll(open.Values.Select(f => f.StopAsync(grace)));
            await health.StopAsync(TimeSpan.Zero);
        }
        finally
        {
            oneAtATime.Release();
        }

        exited.TrySetResult("stopped");
    }

    public async ValueTask DisposeAsync()
    {
        stopped = true;
        gone(this);
        foreach (var front in open.Values) await front.DisposeAsync();
        open.Clear();
        await health.DisposeAsync();
        oneAtATime.Dispose();
        exited.TrySetResult("stopped");
    }

    private bool Serves(GatewayPort port) => open.TryGetValue(port.Place, out var front) && front.Protocol == port.Plan.Protocol;

    /// <summary>Answers well once the pod listens.</summary>
    private sealed class HealthEndpoint(GatewayPod pod) : IExchangeHandler
    {
        public ValueTask HandleAsync(HttpExchange exchange) => !exchange.Request.Path.SequenceEqual("/healthz"u8) ? exchange.RespondAsync(404, "text/plain", "")
            : pod.ready ? exchange.RespondAsync(200, "text/plain", "ok") : exchange.RespondAsync(503, "text/plain", "no listener is served yet");
    }
}
