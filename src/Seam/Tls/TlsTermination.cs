using System.Net;
using Microsoft.AspNetCore.Connections;
using Usher.Model.Journeys;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>TLS at an HTTP hop's front. A connection that begins as a plain request is answered so, and leaves no handshake.</summary>
internal sealed class TlsTermination(IHttpTlsEnd end, SeamParts parts, ConnectionDelegate plainly)
{
    private readonly ServerHandshakes handshakes = new(end, parts);

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

        if (await handshakes.ShakeHandsAsync(connection.Bytes, hello, record) is not { } tls) return;
        NegotiatedTls.Tell(connection, tls.NegotiatedApplicationProtocol);
        connection.Open(tls);
        await next(connection);
    }
}
