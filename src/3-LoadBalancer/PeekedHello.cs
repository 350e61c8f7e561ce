using System.IO.Pipelines;
using System.Security.Authentication;
using Usher.Model.Contracts;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>
/// A connection's ClientHello, looked at before the TLS library sees it: its own view of it has the name and the versions only, which is too
/// little to choose between an ECDSA and an RSA certificate. Kept among the connection's features.
/// </summary>
/// <param name="Status">What the first bytes were.</param>
/// <param name="Hello">The message; null when it couldn't be read.</param>
/// <param name="IsEmpty">True when the connection ended before any byte.</param>
/// <param name="IsHttp">True when it begins as a plain request does, with a method.</param>
internal sealed record PeekedHello(HelloStatus Status, ClientHello? Hello, bool IsEmpty, bool IsHttp = false)
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
                // Nothing counts as examined: the TLS library's next read gets it all at once.
                input.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
                var isHttp = !read.Buffer.IsEmpty && read.Buffer.FirstSpan[0] is >= (byte)'A' and <= (byte)'Z';
                return new PeekedHello(status, hello, read.Buffer.IsEmpty, isHttp);
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The kinds of keys that the client can verify at a listener with these protocols; any, when nobody could read its hello.</summary>
    internal CertificateKeys Accepted(SslProtocols offered)
    {
        if (Hello is null) return CertificateKeys.Any;
        var tls13 = offered.HasFlag(SslProtocols.Tls13) && Hello.Offers(ClientHello.Tls13);
        var accepted = Hello.TakesRsa(tls13) ? CertificateKeys.Rsa : CertificateKeys.None;
        if (Hello.TakesEcdsa(tls13, ClientHello.P256)) accepted |= CertificateKeys.EcdsaP256;
        if (Hello.TakesEcdsa(tls13, ClientHello.P384)) accepted |= CertificateKeys.EcdsaP384;
        if (Hello.TakesEcdsa(tls13, ClientHello.P521)) accepted |= CertificateKeys.EcdsaP521;
        return accepted;
    }
}
