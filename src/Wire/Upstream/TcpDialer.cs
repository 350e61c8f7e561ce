using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>Makes TCP connections with NoDelay set, and TLS ones over them.</summary>
public static class TcpDialer
{
    private const int SolIp = 0;
    private const int IpBindAddressNoPort = 24;

    /// <summary>Connects, and sends nothing.</summary>
    /// <exception cref="ConnectException">The connection couldn't be made in time.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public static ValueTask<Socket> ConnectAsync(UpstreamKey key, TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        ConnectAsync(key, default, timeout, timeProvider, cancellationToken);

    /// <summary>Connects; the key's TLS settings are left to others. A source address is bound without choosing its port, so that one port can serve many destinations.</summary>
    /// <param name="key">Where to, and from where.</param>
    /// <param name="preface">What is sent first.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ConnectException">The connection couldn't be made in time.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public static async ValueTask<Socket> ConnectAsync(
        UpstreamKey key, ReadOnlyMemory<byte> preface, TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        Socket? socket = null;
        try
        {
            socket = new Socket(key.Remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (key.Source is not null) Bind(socket, key.Source);
            using var limit = new CancellationTokenSource(timeout, timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await socket.ConnectAsync(key.Remote, either.Token);

            // Linux connects a socket to itself when the system happens to choose the very port that is connected to.
            if (key.Remote.Equals(socket.LocalEndPoint)) throw new SocketException((int)SocketError.ConnectionRefused);
            // A new connection has room for the few bytes.
            if (!preface.IsEmpty) await socket.SendAsync(preface, either.Token);
            var connected = socket;
            socket = null;
            return connected;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectException(key, ConnectFailure.TimedOut, $"no answer within {timeout.TotalSeconds:0.###} s", e);
        }
        catch (SocketException e)
        {
            throw ConnectException.From(key, e);
        }
        finally
        {
            socket?.Dispose();
        }
    }

    /// <summary>Connects, and secures the connection where the key says so. The stream owns the connection.</summary>
    /// <param name="key">Where to, from where, and with which TLS.</param>
    /// <param name="preface">What is sent before the handshake.</param>
    /// <param name="timeout">How long the connection may take.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ConnectException">The connection couldn't be made in time, or not be secured.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public static async Task<Stream> OpenAsync(UpstreamKey key, ReadOnlyMemory<byte> preface, TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var socket = await ConnectAsync(key, preface, timeout, timeProvider, cancellationToken);
        return key.Tls is null
            ? new NetworkStream(socket, ownsSocket: true)
            : (await SecureAsync(socket, key, timeProvider, cancellationToken)).Stream;
    }

    /// <summary>Secures a connection that was made for a key with TLS settings. The stream owns the socket, which is closed when the handshake fails.</summary>
    /// <exception cref="ConnectException">The handshake failed, took too long, or the certificate isn't trusted.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public static Task<(SslStream Stream, UpstreamSession Session)> SecureAsync(Socket socket, UpstreamKey key, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        new TlsHandshake(key, DialedUpstream.To(socket), timeProvider).RunAsync(cancellationToken);

    /// <summary>Closes a socket so that its peer sees a reset (RST), not an end.</summary>
    public static void Reset(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is already closed.
        }

        socket.Dispose();
    }

    private static void Bind(Socket socket, IPAddress source)
    {
        if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(SolIp, IpBindAddressNoPort, BitConverter.GetBytes(1));
        socket.Bind(new IPEndPoint(source, 0));
    }
}
