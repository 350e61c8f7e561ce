using System.Net;
using System.Net.Sockets;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>Chooses where a relay sends a new connection.</summary>
/// <param name="generation">The generation that the connection is served by.</param>
/// <param name="connection">Who dialled, and where.</param>
public delegate FrontDecision DecideConnection(Generation generation, ConnectionId connection);

/// <summary>Tells whose connections never arrive, since their own node's rules drop the packets.</summary>
/// <param name="generation">The running generation.</param>
/// <param name="source">Who dials.</param>
public delegate bool DropPackets(Generation generation, IPAddress source);

/// <summary>
/// The seam for hops that carry connections and read nothing of them: accepts at one endpoint, lets the hop decide, dials and relays. The
/// record is opened before the hop decides and closed when both directions have ended. By express links a connection is decided and recorded in the
/// same way, and led on to where it goes without a relay in between.
/// </summary>
public sealed class RelayFront : ILinkFront, IAsyncDisposable
{
    private readonly DecideConnection decide;
    private readonly DropPackets? drops;
    private readonly SeamParts parts;
    private readonly TcpListenerLoop listener;
    private readonly RelayLinks links;
    private readonly RelayedConnections relayed;
    private readonly IRelayTlsEnd? end;
    private readonly IRelayEncryption? encryption;
    private readonly RelayTls? tls;
    private readonly CancellationTokenSource quiet = new();

    private RelayFront(IPEndPoint bound, DecideConnection decide, SeamParts parts, DropPackets? drops, Hop hop, IRelayTlsEnd? end, IRelayEncryption? encryption)
    {
        this.end = end;
        this.encryption = encryption;
        tls = end is null ? null : new RelayTls(end, parts);
        relayed = new RelayedConnections(hop, parts, (IEncryptingEnd?)end ?? encryption, hop == Hop.LoadBalancer ? quiet.Token : CancellationToken.None);
        this.decide = decide;
        this.drops = drops;
        this.parts = parts;
        links = new RelayLinks(parts.Time);
        listener = TcpListenerLoop.Start(bound, ServeAsync, new TcpListenerOptions { TimeProvider = parts.Time });
        parts.Links.Add(Bound, this);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Bound => listener.LocalEndPoint;

    /// <summary>Binds and starts to accept.</summary>
    /// <param name="bound">Where to listen.</param>
    /// <param name="decide">Chooses for each connection.</param>
    /// <param name="parts">The seam's parts.</param>
    /// <param name="drops">Whose connections from this process never arrive; null for nobody's.</param>
    /// <param name="hop">Whose front it is.</param>
    /// <param name="end">The end of TLS; null where nobody here decrypts.</param>
    /// <param name="encryption">How what comes in the plain is encrypted; null where it goes on in the plain, and where <paramref name="end"/> says it.</param>
    /// <exception cref="SocketException">The endpoint can't be bound.</exception>
    public static RelayFront Start(IPEndPoint bound, DecideConnection decide, SeamParts parts, DropPackets? drops = null, Hop hop = Hop.Node, IRelayTlsEnd? end = null, IRelayEncryption? encryption = null) =>
        new(bound, decide, parts, drops, hop, end, encryption);

    /// <summary>Refuses new connections from now on, and gives those that are open this long to end.</summary>
    public Task StopAsync(TimeSpan grace)
    {
        parts.Links.Remove(Bound, this);
        return Task.WhenAll(listener.StopAsync(grace), links.StopAsync(grace));
    }

    /// <summary>
    /// The same for a load balancer's front when its road ends: connections on which nothing moves are cut at once, since nobody here can know that a client is done with one that it keeps.
    /// </summary>
    public async Task StopQuietAsync(TimeSpan grace)
    {
        var stopped = StopAsync(grace);
        await quiet.CancelAsync();
        await stopped;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        await listener.DisposeAsync();
        links.Dispose();
        quiet.Dispose();
    }

    /// <inheritdoc/>
    bool ILinkFront.Drops(IPAddress source) => drops?.Invoke(parts.Generations.Current, source) == true;

    /// <summary>1. Open the record, and shake hands where TLS ends here. 2 to 5: see <see cref="RelayedConnections"/>.</summary>
    private async Task ServeAsync(Socket socket, CancellationToken draining, CancellationToken aborted)
    {
        var record = relayed.Open(new ConnectionId((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!));
        await relayed.ServeAsync(record, socket, end?.Ends(record.Generation) == true ? () => tls!.AcceptAsync(socket, record, aborted) : null, () => decide(record.Generation, record.Downstream), draining, aborted);
    }

    /// <summary>The same for a link: 1. Open the record. 2. Decide. 3. Open the way on; without one the link is as good as reset. 4. Close the record with the link.</summary>
    async ValueTask<DialedUpstream?> ILinkFront.ConnectAsync(UpstreamKey key, bool byWire, CancellationToken cancellationToken)
    {
        // What wants a handshake takes a socket.
        var generation = parts.Generations.Current;
        if (end?.Ends(generation) == true || encryption?.Encrypts(generation) == true || !links.TryTake(key.Source, out var from)) return null;

        // 1.
        var record = relayed.Open(new ConnectionId(from, Bound), generation);
        var dialed = new DialedUpstream { Local = from, Express = true, Aborted = links.Aborted, Closed = closed => Close(record, closed, from) };
        try
        {
            // 2.
            var decision = decide(record.Generation, record.Downstream);
            record.Decision = decision.Decision;

            // 3.
            if (!byWire && decision is { Destination: { } end, Preface.IsEmpty: true } && parts.Links.HopAt(end)?.TryOpen(decision.Source) is { } link)
            {
                record.ConnectedAt = parts.Time.GetTimestamp();
                record.Upstream = new ConnectionId(link.From, link.To);
                record.Link = LinkKind.Express;
                parts.Log.Connected(record);
                dialed = dialed with { Link = link };
            }
            else if (await relayed.DialAsync(record, decision, cancellationToken) is { } upstream)
            {
                dialed = dialed with { Socket = upstream.Socket };
            }
            else
            {
                return dialed;
            }

            decision.Opened?.Invoke();
            return dialed;
        }
        catch (Exception e)
        {
            record.CloseReason = e is OperationCanceledException ? RelayedConnections.Words(RelayEnd.ClientClosed) : RelayedConnections.Fault(e);
            Close(record, default, from);
            throw;
        }
    }

    // 4. of a link.
    private void Close(ConnectionRecord record, ClosedUpstream closed, IPEndPoint from)
    {
        record.BytesUp = closed.SentBytes;
        record.BytesDown = closed.ReceivedBytes;
        record.CloseReason ??= RelayedConnections.Words(closed.ByUpstream ? RelayEnd.UpstreamClosed : RelayEnd.ClientClosed);
        relayed.Close(record);
        links.GiveBack(from);
    }
}
