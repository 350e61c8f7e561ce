using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Usher.Model.Journeys;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// TLS at a front:
/// <list type="number">
/// <item>Open the handshake's record when the connection is accepted.</item>
/// <item>Wait for the ClientHello. A connection that begins as a plain request is answered so, and leaves no handshake.</item>
/// <item>Let the hop choose the certificate, and shake hands.</item>
/// <item>Close the record, with what was negotiated or with why it failed, and hand it to the journey log.</item>
/// </list>
/// </summary>
internal sealed class TlsTermination(ITlsEnd end, SeamParts parts, ConnectionDelegate plainly)
{
    private static readonly TimeSpan NoticePause = TimeSpan.FromSeconds(10);

    private readonly ILogger log = parts.Logging.CreateLogger("Usher.Seam");
    private long noticedAt;

    /// <summary>Stands before whatever serves the endpoint.</summary>
    internal ConnectionDelegate Before(ConnectionDelegate next) => connection => AcceptAsync((SocketConnection)connection, next);

    private async Task AcceptAsync(SocketConnection connection, ConnectionDelegate next)
    {
        // 1.
        var record = new HandshakeRecord
        {
            Hop = end.Hop,
            Connection = new ConnectionId((IPEndPoint)connection.RemoteEndPoint!, (IPEndPoint)connection.LocalEndPoint!),
            AcceptedAt = parts.Time.GetTimestamp(),
        };
        connection.Features.Set(record);
        connection.Features.Set(new ClientConnection(record.Connection));

        // 2.
        if (await HelloAsync(connection, record) is not { } hello)
        {
            Failed(record);
            return;
        }

        if (hello.First is { } first && end.IsPlain(first))
        {
            connection.Open();
            await plainly(connection);
            return;
        }

        // 3.
        if (await ShakeHandsAsync(connection, hello, record) is not { } tls)
        {
            Failed(record);
            return;
        }

        // 4.
        Secured(record, tls);
        NegotiatedTls.Tell(connection, tls.NegotiatedApplicationProtocol);
        connection.Open(tls);
        await next(connection);
    }

    /// <summary>The connection's first message; null when the connection ended or it took too long.</summary>
    private async Task<PeekedHello?> HelloAsync(SocketConnection connection, HandshakeRecord record)
    {
        using var limit = new CancellationTokenSource(end.HandshakeLimit, parts.Time);
        try
        {
            var peeked = await PeekedHello.ReadAsync(connection, limit.Token);
            (record.Offered, record.ServerName) = (peeked.Offered, peeked.Hello?.ServerName);
            if (peeked.First is not null) return peeked;
            record.Failure = "the client closed the connection before it had sent anything";
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            HandshakeFailures.Tell(record, "timeout", $"the client had sent no whole ClientHello after {end.HandshakeLimit.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is ConnectionResetException or OperationCanceledException)
        {
            record.Failure = "the connection was reset before the client had sent a whole ClientHello";
        }

        return null;
    }

    /// <summary>What the handshake came to; null when it failed.</summary>
    private async Task<SslStream?> ShakeHandsAsync(SocketConnection connection, PeekedHello hello, HandshakeRecord record)
    {
        using var limit = new CancellationTokenSource(end.HandshakeLimit, parts.Time);
        var tls = new SslStream(connection.Bytes, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsServerAsync(end.Choose(hello, record), limit.Token);
            return tls;
        }
        catch (OperationCanceledException)
        {
            HandshakeFailures.Tell(record, "timeout", $"the handshake took longer than the {end.Words.Server} waits");
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            HandshakeFailures.Tell(record, e, end.Words);
        }

        await tls.DisposeAsync();
        return null;
    }

    private void Secured(HandshakeRecord record, SslStream tls)
    {
        record.DoneAt = parts.Time.GetTimestamp();
        record.Version = tls.SslProtocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2";
        record.Cipher = tls.NegotiatedCipherSuite.ToString();
        record.Alpn = tls.NegotiatedApplicationProtocol.Protocol.IsEmpty ? null : tls.NegotiatedApplicationProtocol.ToString();
        parts.Log.Add(record);
    }

    private void Failed(HandshakeRecord record)
    {
        record.FailedAt = parts.Time.GetTimestamp();
        record.Failure ??= "the handshake was not completed: the client closed the connection, or both share no TLS version or cipher";
        parts.Log.Add(record);
        Notice(record);
    }

    /// <summary>Says that a handshake failed, now and then: a client that tries again and again is not to fill anybody's terminal.</summary>
    private void Notice(HandshakeRecord record)
    {
        if (record.Outcome is not { } outcome) return;
        var last = Volatile.Read(ref noticedAt);
        if (last != 0 && parts.Time.GetElapsedTime(last, record.FailedAt) < NoticePause) return;
        if (Interlocked.CompareExchange(ref noticedAt, record.FailedAt, last) != last) return;
        log.HandshakeFailed(record.Connection.From, record.Connection.To, outcome, record.Failure?.TrimEnd('.') ?? "", (int)NoticePause.TotalSeconds);
    }
}
