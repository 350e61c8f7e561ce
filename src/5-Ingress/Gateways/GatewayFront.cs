using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>Opens the sockets of Gateways' ports.</summary>
internal sealed class GatewayFronts(GatewayService service, IServiceFronts services, BalancerTable balancers, SeamParts parts)
{
    // As nginx's and Envoy's: 75 s, and an hour. Clients keep connections for less.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(75);

    /// <summary>Binds a port and starts to take what comes.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">It can't be bound.</exception>
    /// <exception cref="IOException">It is in use.</exception>
    internal async Task<GatewayFront> StartAsync(GatewayPort port, CancellationToken cancellationToken)
    {
        var bound = port.Bound;
        switch (port.Plan.Protocol)
        {
            case PortProtocol.Tcp:
                return new GatewayFront(PortProtocol.Tcp, RelayFront.Start(bound, (generation, connection) => Decide(generation, connection, udp: false), parts, hop: Hop.Ingress, encryption: new GatewayEncryption(bound)));
            case PortProtocol.Udp:
                return new GatewayFront(PortProtocol.Udp, DatagramFront.Start(bound, (generation, connection) => Decide(generation, connection, udp: true), parts, Hop.Ingress));
            default:
                var server = new Http1Server(new Http1ServerOptions { IdleTimeout = Idle, HeadLimits = GatewayForwarding.Heads, TimeProvider = parts.Time });
                var options = new KestrelFrontOptions { Bound = bound, Hop = service, Http1 = server, KeepAlive = Idle, HeadBytes = GatewayForwarding.Heads.TotalBytes, PriorKnowledge = true };
                if (port.Plan.Protocol == PortProtocol.Tls) options = options with { Tls = new GatewayTlsEnd(bound, service, this, parts.Generations) };
                return new GatewayFront(port.Plan.Protocol, await KestrelFront.StartAsync(options, parts, cancellationToken));
        }
    }

    /// <summary>Where a connection or flow goes.</summary>
    private FrontDecision Decide(Generation generation, ConnectionId connection, bool udp) =>
        generation.Find<GatewaySnapshot>()?.PortAt(connection.To, udp) is { } port
            ? Of(GatewayConnectionDecision.Make(port, null, new LivingBackend(services, generation, balancers, port.Pod), Draw.Random()), port)
            : new FrontDecision(new ClosedPort(connection), null, null);

    /// <summary>Where a connection of a TLS listener goes.</summary>
    internal FrontDecision Decide(Generation generation, GatewayPort port, string? serverName) =>
        Of(GatewayConnectionDecision.Make(port, serverName, new LivingBackend(services, generation, balancers, port.Pod), Draw.Random()), port);

    private static FrontDecision Of(GatewayConnectionDecision decision, GatewayPort port) => decision.Choice is { Forwards: true, Backend: { } backend }
        ? new FrontDecision(decision, decision.Choice.Read.Bound(backend), port.SourceTo(decision.Choice.Read.Bound(backend))) { Declared = decision.Choice.Read.Declared(backend) }
        : new FrontDecision(decision, null, null);

    /// <summary>A connection that reached a port which isn't the Gateway's any more.</summary>
    private sealed class ClosedPort(ConnectionId connection) : IConnectionDecision
    {
        public IEnumerable<HopAccount> Tell() => [new HopAccount(Hop.Ingress, connection.To.ToString(), "the port isn't a Gateway's any more") { Ok = false, Outcome = "ingress.no-listener" }];
    }
}

/// <summary>The socket of one port of a Gateway's pod.</summary>
internal sealed class GatewayFront : IAsyncDisposable
{
    private readonly KestrelFront? http;
    private readonly RelayFront? connections;
    private readonly DatagramFront? datagrams;

    internal GatewayFront(PortProtocol protocol, KestrelFront http) => (Protocol, this.http) = (protocol, http);

    internal GatewayFront(PortProtocol protocol, RelayFront connections) => (Protocol, this.connections) = (protocol, connections);

    internal GatewayFront(PortProtocol protocol, DatagramFront datagrams) => (Protocol, this.datagrams) = (protocol, datagrams);

    /// <summary>What is spoken there.</summary>
    internal PortProtocol Protocol { get; }

    /// <summary>Takes nothing new, and gives what is open this long to end.</summary>
    internal async Task StopAsync(TimeSpan grace)
    {
        using var limit = new CancellationTokenSource(grace);
        await (http?.StopAsync(limit.Token) ?? connections?.StopAsync(grace) ?? datagrams!.DisposeAsync().AsTask());
    }

    public ValueTask DisposeAsync() => http?.DisposeAsync() ?? connections?.DisposeAsync() ?? datagrams!.DisposeAsync();
}
