using System.Buffers;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Usher.Wire;

/// <summary>
/// An accepted TCP connection, for our own codec and for Kestrel's. Nothing is read of it until <see cref="Open()"/> or <see cref="Open(SslStream)"/>, so that whoever stands before them can look at its first bytes and end TLS.
/// </summary>
public sealed class SocketConnection : DefaultConnectionContext, IMemoryPoolFeature
{
    /// <summary>How long a client that takes nothing is waited for with the end of TLS.</summary>
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(1);

    /// <summary>How long its own end is waited for.</summary>
    private static readonly TimeSpan LingerLimit = TimeSpan.FromSeconds(2);

    private static long _ids;

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly SocketStream _bytes;
    private StreamTransport? _transport;
    private SslStream? _tls;
    private readonly CancellationTokenSource _closed = new();
    private Task _telling = Task.CompletedTask;
    private int _told;
    private int _aborted;

    /// <summary>Takes the socket over.</summary>
    /// <param name="socket">A connected one.</param>
    /// <param name="time">The clock.</param>
    /// <param name="pool">Where its buffers are from.</param>
    public SocketConnection(Socket socket, TimeProvider time, MemoryPool<byte> pool)
        : base(Interlocked.Increment(ref _ids).ToString("X", CultureInfo.InvariantCulture))
    {
        ArgumentNullException.ThrowIfNull(socket);
        (_socket, _time, _bytes) = (socket, time, new SocketStream(socket));
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        MemoryPool = pool;
        Features.Set<IMemoryPoolFeature>(this);
    }

    /// <inheritdoc/>
    public MemoryPool<byte> MemoryPool { get; }

    /// <summary>
    /// Whether what the client still sends is taken for a moment after our end: what comes to a closed socket is answered with a reset, and that may overtake the last that was sent, HTTP/2's GOAWAY say (RFC 9112 section 9.6).
    /// </summary>
    public bool Lingers { get; set; }

    /// <summary>The connection's bytes below everything, for who ends TLS.</summary>
    public SocketStream Bytes => _bytes;

    /// <summary>The socket, for who relays it and so opens nothing here.</summary>
    public Socket Socket => _socket;

    /// <summary>Goes on in the plain.</summary>
    public void Open() => Transport = _transport = new StreamTransport(_bytes, MemoryPool, Ended);

    /// <summary>Goes on within TLS whose handshake is done; the stream is owned from now on.</summary>
    public void Open(SslStream tls) => Transport = _transport = new StreamTransport(_tls = tls, MemoryPool, Ended);

    /// <summary>Resets the connection: what is unsent is lost.</summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (Interlocked.Exchange(ref _aborted, 1) != 0) return;
        TcpDialer.Reset(_socket);
        Ended();
    }

    /// <summary>Closes it in order, unless it was aborted.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (_transport is not null)
        {
            await _transport.Input.CompleteAsync();
            await _transport.Output.CompleteAsync();
        }

        if (_tls is not null && _aborted == 0) await SayGoodbyeAsync(_tls);
        if (Lingers && _aborted == 0 && _transport is not null) await LingerAsync(_transport.Receiving);
        EndSocket(SocketShutdown.Both);
        // Only a stream that nobody reads may be disposed.
        if (_transport is not null) await _transport.Receiving;
        if (_tls is not null) await _tls.DisposeAsync();
        _socket.Dispose();
        await _telling;
        _closed.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>TLS's own end (close_notify, RFC 8446 section 6.1): without it a client can't tell the end of a body from a cut.</summary>
    private async ValueTask SayGoodbyeAsync(SslStream tls)
    {
        try
        {
            var goodbye = tls.ShutdownAsync();
            if (!goodbye.IsCompleted) await goodbye.WaitAsync(GoodbyeLimit, _time);
            else await goodbye;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or TimeoutException)
        {
            // The client is gone, or takes nothing.
        }
    }

    private async ValueTask LingerAsync(Task receiving)
    {
        EndSocket(SocketShutdown.Send);
        try
        {
            await receiving.WaitAsync(LingerLimit, _time);
        }
        catch (TimeoutException)
        {
            // It has had its time to read what came.
        }
    }

    private void EndSocket(SocketShutdown ways)
    {
        try
        {
            if (_aborted == 0) _socket.Shutdown(ways);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It had ended.
        }
    }

    /// <summary>Tells whoever serves the connection, on the thread pool: what they do then isn't the socket's business.</summary>
    private void Ended()
    {
        if (Interlocked.Exchange(ref _told, 1) != 0) return;
        try
        {
            _telling = _closed.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // Nobody serves it any more.
        }
    }
}
