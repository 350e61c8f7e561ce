using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>Looks whether a connection in the plain begins with HTTP/2's preface (RFC 9113 section 3.4): then that is what is spoken, as if it had been negotiated.</summary>
internal static class PriorKnowledge
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(75);

    /// <summary>Waits for the first bytes, and puts them back. A front that drains doesn't wait for who has said nothing.</summary>
    /// <returns>False where the connection ended before it had said anything.</returns>
    internal static async ValueTask<bool> LookAsync(SocketConnection connection, TimeProvider time, CancellationToken draining)
    {
        var heard = new byte[FirstBytes.Enough];
        var length = 0;
        FirstSpoken? spoken = null;
        using var late = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, draining);
        try
        {
            while (spoken is null)
            {
                var read = await connection.Bytes.ReadAsync(heard.AsMemory(length), limit.Token);
                length += read;
                spoken = FirstBytes.Tell(heard.AsSpan(0, length), isAll: read == 0);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionResetException)
        {
            return false;
        }

        if (spoken == FirstSpoken.Nothing) return false;
        connection.Bytes.PutBack(heard.AsMemory(0, length));
        if (spoken == FirstSpoken.Http2) NegotiatedTls.TellInThePlain(connection, SslApplicationProtocol.Http2);
        return true;
    }
}
