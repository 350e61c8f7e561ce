using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Usher.Wire.Tests.Peers;

/// <summary>An upstream that speaks TLS on every connection, and answers each request by a function of its head and body.</summary>
internal sealed class TlsUpstream : IAsyncDisposable
{
    private readonly TcpListenerLoop _loop;
    private int _connections;

    /// <param name="certificate">What it shows.</param>
    /// <param name="answer">Given the raw request: the raw response; null ends the connection.</param>
    /// <param name="configure">Changes its TLS settings.</param>
    /// <param name="at">Where it listens; a free port when null.</param>
    public TlsUpstream(
        SslStreamCertificateContext certificate, Func<string, string?> answer, Action<SslServerAuthenticationOptions>? configure = null, IPEndPoint? at = null)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate, ApplicationProtocols = [SslApplicationProtocol.Http11],
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        configure?.Invoke(options);
        _loop = TcpListenerLoop.Start(at ?? new IPEndPoint(IPAddress.Loopback, 0), async (socket, _, aborted) =>
        {
            Interlocked.Increment(ref _connections);
            await using var cut = aborted.Register(socket.Dispose);
            await using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            try
            {
                await stream.AuthenticateAsServerAsync(options, aborted);
                ServerName = stream.TargetHostName;
                ClientSubject = stream.RemoteCertificate?.Subject;
                await ServeAsync(stream, answer);
            }
            catch (Exception e) when (e is IOException or AuthenticationException or ObjectDisposedException or OperationCanceledException)
            {
                Failure = e;
            }
        });
    }

    public IPEndPoint EndPoint => _loop.LocalEndPoint;

    public int Connections => _connections;

    /// <summary>The server name of the last handshake; empty when none was sent.</summary>
    public string? ServerName { get; private set; }

    /// <summary>The subject of the certificate that the last client showed.</summary>
    public string? ClientSubject { get; private set; }

    public Exception? Failure { get; private set; }

    public UpstreamKey Key(UpstreamTls? tls = null) => new(EndPoint, null, tls ?? UpstreamTls.Unverified);

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private static async Task ServeAsync(SslStream stream, Func<string, string?> answer)
    {
        var received = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var text = received.ToString();
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            var length = head < 4 ? 0 : Length(text[..head]);
            if (head >= 4 && text.Length >= head + length)
            {
                received.Remove(0, head + length);
                if (answer(text[..(head + length)]) is not { } response) return;
                await stream.WriteAsync(Encoding.Latin1.GetBytes(response));
                continue;
            }

            var read = await stream.ReadAsync(buffer);
            if (read == 0) return;
            received.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }

    private static int Length(string head)
    {
        var line = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line[15..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
