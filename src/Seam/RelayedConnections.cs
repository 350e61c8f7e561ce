using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// Connections that are carried and not read, whichever front they came by:
/// <list type="number">
/// <item>Open the record, and shake hands where TLS ends here.</item>
/// <item>Decide; a client whose packets would have been dropped gets no answer.</item>
/// <item>Dial; a failure resets the client once it knows that it is connected.</item>
/// <item>Relay.</item>
/// <item>Close the record.</item>
/// </list>
/// </summary>
/// <param name="hop">Whose connections.</param>
/// <param name="parts">The seam's parts.</param>
/// <param name="encrypts">Says how destinations are encrypted to; null where none is.</param>
/// <param name="quiet">When it fires, connections on which nothing moves are cut.</param>
internal sealed class RelayedConnections(Hop hop, SeamParts parts, IEncryptingEnd? encrypts, CancellationToken quiet = default)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A connection on which nothing came for this long waits for its client.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly RelayOptions options = new() { TimeProvider = parts.Time };

    /// <summary>1. The record of a connection.</summary>
    internal ConnectionRecord Open(ConnectionId downstream) => Open(downstream, parts.Generations.Current);

    /// <summary>The same where the generation that serves it was read already.</summary>
    internal ConnectionRecord Open(ConnectionId downstream, Generation generation)
    {
        var record = new ConnectionRecord { Hop = hop, Generation = generation, Downstream = downstream, AcceptedAt = parts.Time.GetTimestamp() };
        parts.Log.Add(record);
        return record;
    }

    /// <summary>2 to 5.</summary>
    /// <param name="record">The record.</param>
    /// <param name="socket">The client's, which is closed in the end.</param>
    /// <param name="accept">Ends TLS; gives null where that failed. Null in the plain.</param>
    /// <param name="decide">Decides.</param>
    /// <param name="draining">Fires when the front takes nothing new.</param>
    /// <param name="aborted">Fires when what is open is cut.</param>
    /// <param name="heard">How many bytes of the client's were read already, and go on as the decision's preface.</param>
    internal async Task ServeAsync(ConnectionRecord record, Socket socket, Func<Task<SslStream?>>? accept, Func<FrontDecision> decide, CancellationToken draining, CancellationToken aborted, int heard = 0)
    {
        var client = new RelaySide(socket);
        try
        {
            if (accept is not null)
            {
                client = new RelaySide(socket, await accept());
                if (client.Tls is null) return;
            }

            // 2.
            var decision = decide();
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
                record.BytesUp = heard;
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

    /// <summary>5.</summary>
    internal void Close(ConnectionRecord record)
    {
        record.ClosedAt = parts.Time.GetTimestamp();
        parts.Log.Closed(record);
    }

    /// <summary>3. The connection to where the hop decided; null when there is none, and the record says why.</summary>
    internal async Task<RelaySide?> DialAsync(ConnectionRecord record, FrontDecision decision, CancellationToken cancellationToken)
    {
        if (decision.Destination is not { } destination)
        {
            record.CloseReason = "no endpoint to send it to";
            return null;
        }

        var key = new UpstreamKey(destination, decision.Source, encrypts?.Towards(decision.Decision, record.Handshake?.Alpn));
        try
        {
            var upstream = await TcpDialer.ConnectAsync(key, decision.Preface, ConnectTimeout, parts.Time, cancellationToken);
            record.ConnectedAt = parts.Time.GetTimestamp();
            record.Upstream = new ConnectionId((IPEndPoint)upstream.LocalEndPoint!, key.Remote);
            parts.Log.Connected(record);
            return new RelaySide(upstream, key.Tls is null ? null : await RelayTls.SecureAsync(upstream, key, record, parts.Time, cancellationToken));
        }
        catch (Exception e) when (e is ConnectException or OperationCanceledException)
        {
            record.Refused = e is ConnectException { Failure: ConnectFailure.Refused };
            record.CloseReason = e is ConnectException failed ? Words(decision.Declared ?? record.Generation.Addresses.Declared(key.Remote), failed, record.Refused ? parts.ClosedPorts.At(record.Generation, key.Remote) : null) : "stopped while dialling";
            return null;
        }
    }

    /// <summary>A failure of our own, for the record.</summary>
    internal static string Fault(Exception e) => $"a fault in Usher itself: {e.Message}";

    /// <summary>How a relay ended, for the record.</summary>
    internal static string Words(RelayEnd end) => end switch
    {
        RelayEnd.ClientClosed => "closed by the client",
        RelayEnd.UpstreamClosed => "closed by the endpoint",
        RelayEnd.ClientReset => "reset by the client",
        RelayEnd.UpstreamReset => "reset by the endpoint",
        RelayEnd.IdleTimeout => "idle for too long",
        _ => "cut when the road stopped or changed",
    };

    private async Task RelayAsync(ConnectionRecord record, TcpRelay relay, ConnectionCut? cut, CancellationToken aborted)
    {
        using var either = cut is null ? null : CancellationTokenSource.CreateLinkedTokenSource(cut.Token, aborted);
        await using var quieten = quiet.UnsafeRegister(static relay => ((TcpRelay)relay!).CutWhenQuiet(Quiet), relay);
        var result = await relay.RunAsync(either?.Token ?? aborted);
        record.BytesUp += result.BytesToUpstream;
        record.BytesDown = result.BytesToClient;
        record.CloseReason = result.End == RelayEnd.Canceled && cut?.Why is { } why ? $"cut: {why}" : Words(result.End);
    }

    private static string Words(IPEndPoint at, ConnectException failed, ClosedPort? closed) => failed.Failure switch
    {
        ConnectFailure.Refused when closed is not null => $"{at} refused the connection: nothing listens there, since {closed.Why}",
        ConnectFailure.Refused => $"{at} refused the connection: nothing listens there",
        ConnectFailure.TimedOut => $"{at} did not answer within 10 s",
        ConnectFailure.TlsFailed or ConnectFailure.TlsTimedOut or ConnectFailure.TlsUntrusted => $"{at}: {failed.Reason}",
        _ => $"{at} can't be reached ({failed.Failure})",
    };
}
