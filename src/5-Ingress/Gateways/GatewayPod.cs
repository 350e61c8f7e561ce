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
    // Not disposed of: who waits for it may come later than the end.
    private readonly SemaphoreSlim oneAtATime = new(1, 1);
    private readonly TcpListenerLoop health;
    private readonly GatewayFronts fronts;
    private readonly Action<GatewayPod> gone;
    private volatile bool stopped;
    private volatile bool ready;

    internal GatewayPod(PodStart start, GatewayFronts fronts, SeamParts parts, Action<GatewayPod> gone)
    {
        (this.fronts, this.gone, Key) = (fronts, gone, start.Key);
        Gateway = new ResourceKey(Usher.Model.Gateway.GatewayApi.Group, "Gateway", start.Key.Namespace, start.Pod.Metadata.Labels is { } labels && labels.TryGetValue(GatewayObjects.GatewayLabel, out var gateway) ? gateway : "");
        var server = new Http1Server(new Http1ServerOptions { TimeProvider = parts.Time });
        var healthz = new HealthEndpoint("ok", () => ready ? null : "no listener is served yet");
        health = TcpListenerLoop.Start(start.Addresses.Bind(start.Key, GatewayObjects.HealthPort), (socket, draining, aborted) => server.RunAsync(socket, healthz, draining, aborted));
    }

    /// <summary>The pod.</summary>
    internal ResourceKey Key { get; }

    /// <summary>Whose it is.</summary>
    internal ResourceKey Gateway { get; }

    public Task<string> Exited => exited.Task;

    public int? ProcessId => null;

    /// <summary>Opens the pod's ports that aren't open. One that is open with another protocol is left as it is, until the generation is published that wants it otherwise.</summary>
    /// <returns>Those that were opened.</returns>
    /// <exception cref="SocketException">A port can't be bound; nothing was opened then.</exception>
    /// <exception cref="IOException">A port is in use; nothing was opened then.</exception>
    internal async Task<IReadOnlyList<FrontPlace>> OpenAsync(GatewaySnapshot snapshot, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken);
        var opened = new List<FrontPlace>();
        try
        {
            if (stopped) return [];
            foreach (var port in snapshot.Ports.Where(p => p.Pod == Key && !open.ContainsKey(p.Place)))
            {
                open.Add(port.Place, await fronts.StartAsync(port, cancellationToken));
                opened.Add(port.Place);
            }

            ready |= open.Count > 0 || snapshot.ServesNothingOf(Gateway);
            return opened;
        }
        catch
        {
            foreach (var front in Taken(opened)) await front.DisposeAsync();
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
        foreach (var front in await TakeAsync(_ => places)) await front.DisposeAsync();
    }

    /// <summary>Drains and closes the ports that a published generation doesn't have, or has with another protocol.</summary>
    internal async Task CloseAllButAsync(GatewaySnapshot snapshot)
    {
        // A pod that ends keeps its ports until it is told to stop.
        var wanted = snapshot.Ports.Where(p => p.Pod == Key).ToDictionary(p => p.Place, p => p.Plan.Protocol);
        if (wanted.Count == 0) return;
        var gone = await TakeAsync(fronts => fronts.Where(f => !wanted.TryGetValue(f.Key, out var protocol) || protocol != f.Value.Protocol).Select(f => f.Key));
        await Task.WhenAll(gone.Select(front => StopAsync(front, TimeSpan.FromSeconds(10))));
    }

    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        // Others don't wait for what drains.
        stopped = true;
        var all = await TakeAsync(fronts => fronts.Keys);
        await Task.WhenAll([.. all.Select(front => StopAsync(front, grace)), health.StopAsync(TimeSpan.Zero)]);
        exited.TrySetResult("stopped");
    }

    public async ValueTask DisposeAsync()
    {
        stopped = true;
        gone(this);
        foreach (var front in await TakeAsync(fronts => fronts.Keys)) await front.DisposeAsync();
        await health.DisposeAsync();
        exited.TrySetResult("stopped");
    }

    private static async Task StopAsync(GatewayFront front, TimeSpan grace)
    {
        await front.StopAsync(grace);
        await front.DisposeAsync();
    }

    /// <summary>Takes fronts out, for who stops them: while that takes its time, the others can be looked at.</summary>
    private async Task<List<GatewayFront>> TakeAsync(Func<IReadOnlyDictionary<FrontPlace, GatewayFront>, IEnumerable<FrontPlace>> which)
    {
        await oneAtATime.WaitAsync();
        try
        {
            return Taken([.. which(open)]);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    private List<GatewayFront> Taken(List<FrontPlace> places)
    {
        var taken = new List<GatewayFront>(places.Count);
        foreach (var place in places)
        {
            if (open.Remove(place, out var front)) taken.Add(front);
        }

        return taken;
    }
}
