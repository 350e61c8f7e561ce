using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Usher.Wire;

/// <summary>
/// One TCP connection to an upstream, with an identity that can be told: its end points and how often it was used. Rented by one exchange
/// at
/// a time; its buffers are there only while it is rented.
/// </summary>
public sealed class UpstreamConnection : IDisposable
{
    private const int SmallBuffer = 16 * 1024;
    private const int LargeBuffer = 64 * 1024;
    private readonly Socket _socket;
    private readonly TlsChannel? _tls;
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _cut;

    internal UpstreamConnection(
        long id, UpstreamKey key, Socket socket, TimeProvider timeProvider, TlsChannel? tls = null, UpstreamSession? session = null)
    {
        Id = id;
        Key = key;
        Session = session;
        _socket = socket;
        _tls = tls;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        RemoteEndPoint = key.Remote;
        Deadline = new Deadline(timeProvider, () => Cut(CutReason.ResponseTimeout));
        Output = new SendBuffer(socket, tls);
    }

    /// <summary>Why a connection was cut from our side while it was in use.</summary>
    internal enum CutReason
    {
        None,
        ResponseTimeout,
        ClientGone,
        RequestFailed,
        EarlyResponse,
        Canceled,
    }

    /// <summary>A number of its own within the process's pool.</summary>
    public long Id { get; }

    /// <summary>The key it was made for.</summary>
    public UpstreamKey Key { get; }

    /// <summary>Our end.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>The upstream's end.</summary>
    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>What its TLS handshake negotiated; null for plain TCP.</summary>
    public UpstreamSession? Session { get; }

    /// <summary>How often it was rented, this time included.</summary>
    public int Uses { get; internal set; }

    /// <summary>Whatever its user wants to remember of the connection; it stays over all of its uses.</summary>
    public object? Tag { get; set; }

    /// <summary>True when it carried a request before.</summary>
    public bool Reused => Uses > 1;

    /// <summary>When it was last returned, as the pool's clock's timestamp.</summary>
    internal long ReturnedAt { get; set; }

    /// <summary>The response timeout: cuts the connection.</summary>
    internal Deadline Deadline { get; }

    /// <summary>What is sent.</summary>
    internal SendBuffer Output { get; }

    /// <summary>What was received and not yet used.</summary>
    internal ReadOnlyMemory<byte> Received => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Bytes received since it was rented.</summary>
    internal long ReceivedBytes { get; private set; }

    /// <summary>Why it was cut, if it was.</summary>
    internal CutReason WhyCut => (CutReason)Volatile.Read(ref _cut);

    /// <summary>Parser, heads and edits that are reused with the connection.</summary>
    internal Http1Parser Parser { get; } = new(HeadLimits.Responses);

    /// <summary>The forwarder's working object for this connection.</summary>
    internal ForwardAttempt? Attempt { get; set; }

    internal ResponseHead Response { get; } = new();

    internal HeaderEdits ResponseEdits { get; } = new();

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        Deadline.Dispose();
        _socket.Dispose();
        _tls?.Dispose();
    }

    /// <summary>Tells that so much of <see cref="Received"/> was used.</summary>
    internal void Use(int bytes) => _start += bytes;

    /// <summary>Receives more behind what is there; 0 at the end of the stream.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<int> ReceiveAsync()
    {
        Room();
        var room = _buffer.AsMemory(_end);
        var received = _tls is null ? await _socket.ReceiveAsync(room, SocketFlags.None) : await _tls.ReceiveAsync(room);
        _end += received;
        ReceivedBytes += received;
        return received;
    }

    /// <summary>Tells the upstream that nothing more is sent; what it still sends can be received.</summary>
    internal ValueTask EndSendingAsync()
    {
        if (_tls is not null) return _tls.EndSendingAsync();
        _socket.Shutdown(SocketShutdown.Send);
        return default;
    }

    /// <summary>Ends it from our side; pending operations fail. The first reason counts.</summary>
    internal void Cut(CutReason reason)
    {
        if (Interlocked.CompareExchange(ref _cut, (int)reason, (int)CutReason.None) == (int)CutReason.None) _socket.Dispose();
    }

    /// <summary>True when the peer has closed it, or sent what nobody asked for: then it can't carry another request.</summary>
    internal bool IsKnownDead()
    {
        try
        {
            return WhyCut != CutReason.None || _socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Makes ready for a request.</summary>
    internal void Begin()
    {
        Uses++;
        ReceivedBytes = 0;
        Output.Begin();
    }

    /// <summary>Gives the buffers back.</summary>
    internal void End()
    {
        Deadline.Disarm();
        Output.End();
        if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _start = _end = 0;
    }

    /// <summary>Makes room at the buffer's end; a buffer that one receive filled becomes a larger one.</summary>
    private void Room()
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(SmallBuffer);
        var filled = _end == _buffer.Length;
        var left = _end - _start;
        if (filled && _buffer.Length < LargeBuffer)
        {
            var larger = ArrayPool<byte>.Shared.Rent(LargeBuffer);
            Received.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else if (left > 0 && filled)
        {
            Received.CopyTo(_buffer);
        }
        else if (left > 0)
        {
            return;
        }

        _start = 0;
        _end = left;
    }
}
