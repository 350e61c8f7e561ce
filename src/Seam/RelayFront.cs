using System.Net;
using System.Net.Sockets;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>Chooses where a relay sends a new connection.</summary>
/// <param name="generation">The generation that the connection is served by.</param>
/// <param name="source">Who dialled.</param>
public delegate FrontDecision DecideConnection(Generation generation, IPAddress source);

/// <summary>
/// The seam for hops that carry connections and read nothing of them: accepts at one endpoint, lets the hop decide, dials and relays. The
/// record is opened before the hop decides and closed when both directions have ended.
/// </summary>
public sealed class RelayFront : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private readonly DecideConnection decide;
    private readonly SeamParts parts;
    private readonly RelayOptions options;
    private readonly TcpListenerLoop listener;

    private RelayFront(IPEndPoint bound, DecideConnection decide, SeamParts parts)
    {
        this.decide = decide;
        this.parts = parts;
        options = new RelayOptions { TimeProvider = parts.Time };
        listener = TcpListenerLoop.Start(bound, ServeAsync, new TcpListenerOptions { TimeProvider = parts.Time });
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Bound => listener.LocalEndPoint;

    /// <summary>Binds and starts to accept.</summary>
    /// <exception cref="SocketException">The endpoint can't be bound.</exception>
    public static RelayFront Start(IPEndPoint bound, DecideConnection decide, SeamParts parts) => new(bound, decide, parts);

    /// <summary>Refuses new connections from now on, and gives those that are open this long to end.</summary>
    public Task StopAsync(TimeSpan grace) => listener.StopAsync(grace);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => listener.DisposeAsync();

    /// <summary>1. Open the record. 2. Decide. 3. Dial; a failure resets the client. 4. Relay. 5. Close the record.</summary>
    private async Task ServeAsync(Socket socket, CancellationToken draining, CancellationToken aborted)
    {
        // 1.
        var generation = parts.Generations.Current;
        var record = new ConnectionRecord
        {
            Generation = generation,
            Downstream = new ConnectionId((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!),
            AcceptedAt = parts.Time.GetTimestamp(),
        };
        parts.Log.Add(record);
        try
        {
            // 2.
            var decision = decide(generation, record.Downstream.From.Address);
            record.Decision = decision.Decision;
            if (decision.Destination is not { } destination)
            {
                record.CloseReason = "no endpoint to send it to";
                TcpDialer.Reset(socket);
                return;
            }

            // 3.
            var upstream = await DialAsync(socket, new UpstreamKey(destination, decision.Source), record, aborted);
            if (upstream is null) return;
            decision.Opened?.Invoke();

            // 4.
            var relay = new TcpRelay(socket, upstream, options);
            var result = await relay.RunAsync(aborted);
            record.BytesUp = result.BytesToUpstream;
            record.BytesDown = result.BytesToClient;
            record.CloseReason = Words(result.End);
        }
        catch (Exception e)
        {
            record.CloseReason = $"a fault in Usher itself: {e.Message}";
            TcpDialer.Reset(socket);
            throw;
        }
        finally
        {
            // 5.
            record.ClosedAt = parts.Time.GetTimestamp();
            parts.Log.Closed(record);
        }
    }

    private async Task<Socket?> DialAsync(Socket client, UpstreamKey key, ConnectionRecord record, CancellationToken aborted)
    {
        try
        {
            var upstream = await TcpDialer.ConnectAsync(key, ConnectTimeout, parts.Time, aborted);
            record.ConnectedAt = parts.Time.GetTimestamp();
            record.Upstream = new ConnectionId((IPEndPoint)upstream.LocalEndPoint!, key.Remote);
            return upstream;
        }
        catch (Exception e) when (e is ConnectException or OperationCanceledException)
        {
            record.CloseReason = e is ConnectException failed ? Words(record.Generation, key, failed) : "stopped while dialling";
            TcpDialer.Reset(client);
            return null;
        }
    }

    private static string Words(Generation generation, UpstreamKey key, ConnectException failed)
    {
        var at = generation.Addresses.Declared(key.Remote);
        return failed.Failure switch
        {
            ConnectFailure.Refused => $"{at} refused the connection: nothing listens there",
            ConnectFailure.TimedOut => $"{at} did not answer within 10 s",
            _ => $"{at} can't be reached ({failed.Failure})",
        };
    }

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
