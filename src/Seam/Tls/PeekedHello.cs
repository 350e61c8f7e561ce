using System.IO.Pipelines;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>
/// A connection's ClientHello, looked at before the TLS library sees it: its own view of it has the name and the versions only, which is too
/// little to choose between an ECDSA and an RSA certificate. Kept among the connection's features.
/// </summary>
/// <param name="Hello">The message; null when it couldn't be read.</param>
/// <param name="First">The connection's first byte; null when it ended before any.</param>
public sealed record PeekedHello(ClientHello? Hello, byte? First)
{
    private static readonly (ushort Number, string Name)[] Versions =
        [(ClientHello.Tls13, "TLSv1.3"), (ClientHello.Tls12, "TLSv1.2"), (0x0302, "TLSv1.1"), (0x0301, "TLSv1.0")];

    /// <summary>The TLS versions that the client offers, the best first; null when its hello couldn't be read.</summary>
    internal string? Offered => Hello is null ? null : string.Join(", ", Versions.Where(v => Hello.Offers(v.Number)).Select(v => v.Name));

    /// <summary>Waits until the ClientHello is whole, or can't be, and leaves every byte where it is.</summary>
    /// <exception cref="OperationCanceledException">The token fired before the client had said enough.</exception>
    internal static async ValueTask<PeekedHello> ReadAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken);
            var status = ClientHelloReader.Read(read.Buffer, out var hello);
            if (status != HelloStatus.NeedMore || read.IsCompleted)
            {
                var peeked = new PeekedHello(hello, read.Buffer.IsEmpty ? null : read.Buffer.FirstSpan[0]);
                // Nothing counts as examined: the TLS library's next read gets it all at once.
                input.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
                return peeked;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
