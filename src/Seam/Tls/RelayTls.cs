using System.Net.Security;
using System.Net.Sockets;
using Usher.Model.Journeys;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>TLS at a relay: it may end at its front, and begin towards the destination. What came of both stands in the connection's record.</summary>
internal sealed class RelayTls(ITlsEnd end, SeamParts parts)
{
    private readonly ServerHandshakes handshakes = new(end, parts);

    /// <summary>Shakes hands with the client.</summary>
    /// <returns>The stream; null when the handshake failed.</returns>
    internal async Task<SslStream?> AcceptAsync(Socket client, ConnectionRecord record, CancellationToken aborted)
    {
        var handshake = record.Handshake = handshakes.Open(record.Downstream);
        await using var cut = aborted.UnsafeRegister(static socket => TcpDialer.Reset((Socket)socket!), client);
        if (await handshakes.RunAsync(new SocketStream(client), handshake) is { } tls) return tls;
        record.CloseReason = handshake.Outcome is null ? "closed by the client before it had said anything" : "its TLS handshake failed";
        return null;
    }

    /// <summary>Shakes hands with a destination.</summary>
    /// <exception cref="ConnectException">The handshake failed; the socket is closed.</exception>
    internal static async Task<SslStream> SecureAsync(Socket upstream, UpstreamKey key, ConnectionRecord record, TimeProvider time, CancellationToken cancellationToken)
    {
        // Until it is done, what the destination reads is nothing of the client's.
        record.UpstreamTls = new UpstreamSecurity();
        try
        {
            var (stream, session) = await TcpDialer.SecureAsync(upstream, key, time, cancellationToken);
            record.UpstreamTls = UpstreamIdentity.Tell(session);
            return stream;
        }
        catch (ConnectException e)
        {
            record.UpstreamTls = UpstreamIdentity.Tell(e.Session) ?? record.UpstreamTls;
            throw;
        }
    }
}
