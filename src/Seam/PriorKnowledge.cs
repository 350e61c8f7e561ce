using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>Looks whether a connection in the plain begins with HTTP/2's preface (RFC 9113 section 3.4): then that is what is spoken, as if it had been negotiated.</summary>
internal static class PriorKnowledge
{
    // PRI is no method of HTTP/1, so that these four tell.
    private const int Telling = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(75);

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Waits for the first bytes, and puts them back. A front that drains doesn't wait for who has said nothing.</summary>
    /// <returns>False where the connection ended before it had said anything.</returns>
    internal static async ValueTask<bool> LookAsync(SocketConnection connection, TimeProvider time, CancellationToken draining)
    {
        var heard = new byte[Telling];
        var length = 0;
        using var late = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, draining);
        try
        {
            while (length < Telling && Preface.StartsWith(heard.AsSpan(0, length)))
            {
                var read = await connection.Bytes.ReadAsync(heard.AsMemory(length), limit.Token);
                if (read == 0) break;
                length += read;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionResetException)
        {
            return false;
        }

        if (length == 0) return false;
        connection.Bytes.PutBack(heard.AsMemory(0, length));
        if (length == Telling && Preface.StartsWith(heard)) NegotiatedTls.TellInThePlain(connection, SslApplicationProtocol.Http2);
        return true;
    }
}
