using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// A connection's ClientHello, looked at before the TLS library sees it: its own view of it has the name and the versions only, which is too
/// little to choose between an ECDSA and an RSA certificate.
/// </summary>
/// <param name="Hello">The message; null when it couldn't be read.</param>
/// <param name="First">The connection's first byte; null when it ended before any.</param>
public sealed record PeekedHello(ClientHello? Hello, byte? First)
{
    private const int FirstRead = 4 * 1024;

    private static readonly (ushort Number, string Name)[] Versions =
        [(ClientHello.Tls13, "TLSv1.3"), (ClientHello.Tls12, "TLSv1.2"), (0x0302, "TLSv1.1"), (0x0301, "TLSv1.0")];

    /// <summary>The TLS versions that the client offers, the best first; null when its hello couldn't be read.</summary>
    internal string? Offered => Hello is null ? null : string.Join(", ", Versions.Where(v => Hello.Offers(v.Number)).Select(v => v.Name));

    /// <summary>Waits until the ClientHello is whole, or can't be. The connection gives the TLS library the same bytes again.</summary>
    /// <exception cref="OperationCanceledException">The token fired before the client had said enough.</exception>
    /// <exception cref="ConnectionResetException">The connection was reset.</exception>
    internal static async ValueTask<PeekedHello> ReadAsync(SocketStream bytes, CancellationToken cancellationToken)
    {
        var heard = ArrayPool<byte>.Shared.Rent(FirstRead);
        try
        {
            for (var length = 0; ;)
            {
                var read = await bytes.ReadAsync(heard.AsMemory(length), cancellationToken);
                length += read;
                var status = ClientHelloReader.Read(new ReadOnlySequence<byte>(heard, 0, length), out var hello);
                if (status != HelloStatus.NeedMore || read == 0)
                {
                    bytes.PutBack(heard.AsSpan(0, length).ToArray());
                    return new PeekedHello(hello, length == 0 ? null : heard[0]);
                }

                if (length == heard.Length) heard = Longer(heard);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(heard);
        }
    }

    private static byte[] Longer(byte[] heard)
    {
        var longer = ArrayPool<byte>.Shared.Rent(heard.Length * 2);
        heard.CopyTo(longer, 0);
        ArrayPool<byte>.Shared.Return(heard);
        return longer;
    }
}
