using System.Net;
using Microsoft.AspNetCore.Connections;
using Usher.Model.Journeys;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>TLS at an HTTP hop's front. A connection that begins as a plain request is answered so, and leaves no handshake.</summary>
internal sealed class TlsTermination(IHttpTlsEnd end, SeamParts parts, ConnectionDelegate plainly)
{
    private readonly ServerHandshakes handshakes = new(end, parts);
    private readonly IMixedTlsEnd? mixed = end as IMixedTlsEnd;
    private readonly RelayedConnections? relayed = end is IMixedTlsEnd some ? new RelayedConnections(end.Hop, parts, some) : null;

    /// <summary>Stands before whatever serves the endpoint.</summary>
    internal ConnectionDelegate Before(ConnectionDelegate next) => connection => AcceptAsync((SocketConnection)connection, next);

    private async Task AcceptAsync(SocketConnection connection, ConnectionDelegate next)
    {
        var record = handshakes.Open(new ConnectionId((IPEndPoint)connection.RemoteEndPoint!, (IPEndPoint)connection.LocalEndPoint!));
        connection.Features.Set(record);
        connection.Features.Set(new ClientConnection(record.Connection));

        if (await handshakes.HelloAsync(connection.Bytes, record) is not { } hello) return;
        if (hello.First is { } first && end.IsPlain(first))
        {
            connection.Open();
            await plainly(connection);
            return;
        }

        if (mixed?.Relays(hello, parts.Generations.Current) is { } relaying)
        {
            await RelayAsync(connection, hello, record, relaying);
            return;
        }

        if (await handshakes.ShakeHandsAsync(connection.Bytes, hello, record) is not { } tls) return;
        NegotiatedTls.Tell(connection, tls.NegotiatedApplicationProtocol);
        connection.Open(tls);
        await next(connection);
    }

    /// <summary>A connection that isn't HTTP's: its record is a relay's, and what was read of it to see its server name is sent on first.</summary>
    private Task RelayAsync(SocketConnection connection, PeekedHello hello, HandshakeRecord handshake, RelayedTls how)
    {
        var record = relayed!.Open(handshake.Connection);
        if (!how.Ends)
        {
            var heard = connection.Bytes.TakeBack();
            return relayed.ServeAsync(record, connection.Socket, null, () => how.Decide() with { Preface = heard }, connection.ConnectionClosed, connection.ConnectionClosed, heard.Length);
        }

        record.Handshake = handshake;
        return relayed.ServeAsync(
            record, connection.Socket,
            async () =>
            {
                var tls = await handshakes.ShakeHandsAsync(connection.Bytes, hello, handshake);
                if (tls is null) record.CloseReason = "its TLS handshake failed";
                return tls;
            },
            how.Decide, connection.ConnectionClosed, connection.ConnectionClosed);
    }
}
