using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Ingress.Tests;

/// <summary>A client of TLS that takes any certificate.</summary>
internal static class TlsPeer
{
    /// <summary>Connects and shakes hands.</summary>
    /// <param name="at">The port.</param>
    /// <param name="serverName">The name that is asked for; null for none.</param>
    /// <param name="version">The one version that is offered; the system's when there is none.</param>
    /// <param name="protocols">What ALPN offers, by its names; null for no ALPN.</param>
    /// <param name="certificate">The client's own; null for none.</param>
    internal static async Task<SslStream> HandshakeAsync(
        IPEndPoint at, string? serverName, SslProtocols version = SslProtocols.None, IEnumerable<string>? protocols = null, X509Certificate2? certificate = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(at, TestContext.Current.CancellationToken);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = serverName,
                    EnabledSslProtocols = version,
                    ApplicationProtocols = protocols is null ? null : [.. protocols.Select(p => new SslApplicationProtocol(p))],
                    ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
                    RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
                },
                TestContext.Current.CancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
