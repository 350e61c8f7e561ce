using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Usher.Model.Journeys;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// A port's side of TLS handshakes, with their records:
/// <list type="number">
/// <item>Open the record when the connection is accepted.</item>
/// <item>Wait for the ClientHello.</item>
/// <item>Let the hop choose the certificate, and shake hands.</item>
/// <item>Close the record, with what was negotiated or with why it failed, and hand it to the journey log.</item>
/// </list>
/// </summary>
internal sealed class ServerHandshakes(ITlsEnd end, SeamParts parts)
{
    private static readonly TimeSpan NoticePause = TimeSpan.FromSeconds(10);

    private readonly ILogger log = parts.Logging.CreateLogger("Usher.Seam");
    private long noticedAt;

    /// <summary>1.</summary>
    internal HandshakeRecord Open(ConnectionId connection) => new() { Hop = end.Hop, Connection = connection, AcceptedAt = parts.Time.GetTimestamp() };

    /// <summary>All of it for a port where every connection is to speak TLS.</summary>
    /// <returns>The stream, which leaves the socket open; null when the handshake failed.</returns>
    internal async Task<SslStream?> RunAsync(SocketStream bytes, HandshakeRecord record) =>
        await HelloAsync(bytes, record) is { } hello ? await ShakeHandsAsync(bytes, hello, record) : null;

    /// <summary>2. The connection's first message; null when the connection ended or it took too long, which is recorded.</summary>
    internal async Task<PeekedHello?> HelloAsync(SocketStream bytes, HandshakeRecord record)
    {
        using var limit = new CancellationTokenSource(end.HandshakeLimit, parts.Time);
        try
        {
            var peeked = await PeekedHello.ReadAsync(bytes, limit.Token);
            (record.Offered, record.ServerName, record.AlpnOffered) = (peeked.Offered, peeked.Hello?.ServerName, peeked.Hello is { } hello ? hello.ApplicationProtocols : []);
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

        Failed(record);
        return null;
    }

    /// <summary>3 and 4. What the handshake came to; null when it failed.</summary>
    internal async Task<SslStream?> ShakeHandsAsync(SocketStream bytes, PeekedHello hello, HandshakeRecord record)
    {
        using var limit = new CancellationTokenSource(end.HandshakeLimit, parts.Time);
        var tls = new SslStream(bytes, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsServerAsync(end.Choose(hello, record), limit.Token);
            Secured(record, tls);
            return tls;
        }
        catch (OperationCanceledException)
        {
            HandshakeFailures.Tell(record, "timeout", $"the handshake took longer than the {end.Words.Server} waits");
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // Who has looked at the client's certificate knows better what was wrong with it.
            if (record.Outcome is null) HandshakeFailures.Tell(record, e, end.Words);
        }

        await tls.DisposeAsync();
        Failed(record);
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
