using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Usher.Certificates.Tests;

/// <summary>Does handshakes until disposed, as the load balancer's listener does.</summary>
internal sealed class Server : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<string?, SslStreamCertificateContext> choose;

    internal Server(Func<string?, SslStreamCertificateContext> choose)
    {
        this.choose = choose;
        listener.Start();
        _ = Accept();
    }

    internal IPEndPoint Endpoint => (IPEndPoint)listener.LocalEndpoint;

    public void Dispose() => listener.Dispose();

    private async Task Accept()
    {
        while (true)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync();
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync((_, hello, _, _) => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = choose(hello.ServerName.Length == 0 ? null : hello.ServerName),
                }), null);
                await tls.ReadExactlyAsync(new byte[1]);
            }
            catch (Exception e) when (e is IOException or AuthenticationException or SocketException)
            {
                if (e is SocketException) return; // stopped
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }
}
