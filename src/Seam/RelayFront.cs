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
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A connection on which nothing came for this long waits for its client.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly DecideConnection decide;
    private readonly DropPackets? drops;
    private readonly SeamParts parts;
    private readonly RelayOptions options;
    private readonly TcpListenerLoop listener;
    private readonly RelayLinks links;
    private readonly Hop hop;
    private readonly IRelayTlsEnd? end;
    private readonly RelayTls? tls;
    private readonly CancellationTokenSource quiet = new();

    private RelayFront(IPEndPoint bound, DecideConnection decide, SeamParts parts, DropPackets? drops, Hop hop, IRelayTlsEnd? end)
    {
        this.hop = hop;
        this.end = end;
        tls = end is null ? null : new RelayTls(end, parts);
        this.decide = decide;
        this.drops = drops;
        this.parts = parts;
        options = new RelayOptions { TimeProvider = parts.Time };
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
    /// <param name="end">The end of TLS; null where nobody here encrypts or decrypts.</param>
    /// <exception cref="SocketException">The endpoint can't be bound.</exception>
    public static RelayFront Start(IPEndPoint bound, DecideConnection decide, SeamParts parts, DropPackets? drops = null, Hop hop = Hop.Node, IRelayTlsEnd? end = null) =>
        new(bound, decide, parts, drops, hop, end);

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

    /// <summary>
    /// 1. Open the record, and shake hands where TLS ends here. 2. Decide; a client whose packets would have been dropped gets no answer. 3. Dial; a failure resets the client once it knows that
    /// it is connected. 4. Relay. 5. Close the record.
    /// </summary>
    private async Task ServeAsync(Socket socket, CancellationToken draining, CancellationToken aborted)
    {
        // 1.
        var record = Open(new ConnectionId((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!));
        var client = new RelaySide(socket);
        try
        {
            if (end?.Ends(record.Generation) == true)
            {
                client = new RelaySide(socket, await tls!.AcceptAsync(socket, record, aborted));
                if (client.Tls is null) return;
            }

            // 2.
            var decision = decide(record.Generation, record.Downstream);
            record.Decision = decision.Decision;
            if (decision.Dropped)
            {
                record.CloseReason = "left without an answer: its packets are dropped";
                await SilentClient.LeaveAsync(socket, parts.Time, draining);
                TcpDialer.Reset(socket);
                return;
            }

            // 3.
            if (await DialAsync(record, decision, aborted) is not { } upstream)
            {
                await SilentClient.HeardAsync(socket, parts.Time, aborted);
                TcpDialer.Reset(socket);
                return;
            }

            decision.Opened?.Invoke();

            // 4.
            try
            {
                await RelayAsync(record, new TcpRelay(client, upstream, decision.IdleTimeout is { } idle ? options with { IdleTimeout = idle } : options), decision.Cut, aborted);
            }
            finally
            {
                decision.Closed?.Invoke();
            }
        }
        catch (Exception e)
        {
            record.CloseReason = Fault(e);
            TcpDialer.Reset(socket);
            throw;
        }
        finally
        {
            // 5.
            client.Tls?.Dispose();
            Close(record);
        }
    }

    private async Task RelayAsync(ConnectionRecord record, TcpRelay relay, ConnectionCut? cut, CancellationToken aborted)
    {
        using var either = cut is null ? null : CancellationTokenSource.CreateLinkedTokenSource(cut.Token, aborted);
        await using var quieten = hop == Hop.LoadBalancer ? quiet.Token.UnsafeRegister(static relay => ((TcpRelay)relay!).CutWhenQuiet(Quiet), relay) : default;
        var result = await relay.RunAsync(either?.Token ?? aborted);
        record.BytesUp = result.BytesToUpstream;
        record.BytesDown = result.BytesToClient;
        record.CloseReason = result.End == RelayEnd.Canceled && cut?.Why is { } why ? $"cut: {why}" : Words(result.End);
    }

    /// <summary>The same for a link: 1. Open the record. 2. Decide. 3. Open the way on; without one the link is as good as reset. 4. Close the record with the link.</summary>
    async ValueTask<DialedUpstream?> ILinkFront.ConnectAsync(UpstreamKey key, bool byWire, CancellationToken cancellationToken)
    {
        // What wants a handshake takes a socket.
        if (end?.Ends(parts.Generations.Current) == true || !links.TryTake(key.Source, out var from)) return null;

        // 1.
        var record = Open(new ConnectionId(from, Bound));
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
            else if (await DialAsync(record, decision, cancellationToken) is { } upstream)
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
            record.CloseReason = e is OperationCanceledException ? Words(RelayEnd.ClientClosed) : Fault(e);
            Close(record, default, from);
            throw;
        }
    }

    private ConnectionRecord Open(ConnectionId downstream)
    {
        var record = new ConnectionRecord { Hop = hop, Generation = parts.Generations.Current, Downstream = downstream, AcceptedAt = parts.Time.GetTimestamp() };
        parts.Log.Add(record);
        return record;
    }

    private void Close(ConnectionRecord record)
    {
        record.ClosedAt = parts.Time.GetTimestamp();
        parts.Log.Closed(record);
    }

    // 4. of a link.
    private void Close(ConnectionRecord record, ClosedUpstream closed, IPEndPoint from)
    {
        record.BytesUp = closed.SentBytes;
        record.BytesDown = closed.ReceivedBytes;
        record.CloseReason ??= Words(closed.ByUpstream ? RelayEnd.UpstreamClosed : RelayEnd.ClientClosed);
        Close(record);
        links.GiveBack(from);
    }

    /// <summary>The connection to where the hop decided; null when there is none, and the record says why.</summary>
    private async Task<RelaySide?> DialAsync(ConnectionRecord record, FrontDecision decision, CancellationToken cancellationToken)
    {
        if (decision.Destination is not { } destination)
        {
            record.CloseReason = "no endpoint to send it to";
            return null;
        }

        var key = new UpstreamKey(destination, decision.Source, record.Handshake is null ? null : tls!.Towards(decision, record));
        try
        {
            var upstream = await TcpDialer.ConnectAsync(key, decision.Preface, ConnectTimeout, parts.Time, cancellationToken);
            record.ConnectedAt = parts.Time.GetTimestamp();
            record.Upstream = new ConnectionId((IPEndPoint)upstream.LocalEndPoint!, key.Remote);
            parts.Log.Connected(record);
            return new RelaySide(upstream, key.Tls is null ? null : await tls!.SecureAsync(upstream, key, record, cancellationToken));
        }
        catch (Exception e) when (e is ConnectException or OperationCanceledException)
        {
            record.Refused = e is ConnectException { Failure: ConnectFailure.Refused };
            record.CloseReason = e is ConnectException failed ? Words(decision.Declared ?? record.Generation.Addresses.Declared(key.Remote), failed) : "stopped while dialling";
            return null;
        }
    }

    private static string Fault(Exception e) => $"a fault in Usher itself: {e.Message}";

    private static string Words(IPEndPoint at, ConnectException failed) => failed.Failure switch
    {
        ConnectFailure.Refused => $"{at} refused the connection: nothing listens there",
        ConnectFailure.TimedOut => $"{at} did not answer within 10 s",
        ConnectFailure.TlsFailed or ConnectFailure.TlsTimedOut => $"{at}: {failed.Reason}",
        _ => $"{at} can't be reached ({failed.Failure})",
    };

    private static string Words(RelayEnd end) => end switch
    {
        RelayEnd.ClientClosed => "closed by the client",
        RelayEnd.UpstreamClosed => "closed by the endpoint",
        RelayEnd.ClientReset => "reset by the client",
        RelayEnd.UpstreamReset => "reset by the endpoint",
        RelayEnd.IdleTimeout => "idle for too long",
        _ => "cut when the road stopped or changed",
    };
}
