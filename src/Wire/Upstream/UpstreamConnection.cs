using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>
/// One TCP connection to an upstream, with an identity that can be told: its end points and how often it was used. Rented by one exchange
/// at
/// a time; its buffers are there only while it is rented.
/// </summary>
public sealed class UpstreamConnection : IUpstream, IDisposable
{
    private const int SmallBuffer = 16 * 1024;
    private const int LargeBuffer = 64 * 1024;
    private readonly Socket? _socket;
    private readonly TlsChannel? _tls;
    private readonly Action<ClosedUpstream>? _closed;
    private readonly CancellationTokenRegistration _aborting;
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _cut;
    private long _sentBefore;
    private long _receivedBefore;
    private bool _endedByUpstream;
    private int _disposed;

    internal UpstreamConnection(
        long id, UpstreamKey key, DialedUpstream dialed, TimeProvider timeProvider, TlsChannel? tls = null, UpstreamSession? session = null)
    {
        Id = id;
        Key = key;
        Session = session;
        _socket = dialed.Socket;
        _tls = tls;
        _closed = dialed.Closed;
        _endedByUpstream = dialed is { Socket: null, Link: null };
        LocalEndPoint = dialed.Local;
        RemoteEndPoint = key.Remote;
        IsExpress = dialed.Express;
        Link = dialed.Link;
        Deadline = new Deadline(timeProvider, () => Cut(CutReason.ResponseTimeout));
        Output = new SendBuffer(dialed.Socket, tls);
        _aborting = dialed.Aborted.UnsafeRegister(static state => ((UpstreamConnection)state!).Cut(CutReason.Aborted), this);
    }

    /// <inheritdoc/>
    public long Id { get; }

    /// <summary>The key it was made for.</summary>
    public UpstreamKey Key { get; }

    /// <inheritdoc/>
    public IPEndPoint LocalEndPoint { get; }

    /// <inheritdoc/>
    public IPEndPoint RemoteEndPoint { get; }

    /// <inheritdoc/>
    public UpstreamSession? Session { get; }

    /// <inheritdoc/>
    public string Protocol => "HTTP/1.1";

    /// <summary>How often it was rented, this time included.</summary>
    public int Uses { get; internal set; }

    /// <inheritdoc/>
    public object? Tag { get; set; }

    /// <summary>True when it carried a request before.</summary>
    public bool Reused => Uses > 1;

    /// <inheritdoc/>
    public bool IsExpress { get; }

    /// <summary>The link that it is the near end of; null for a socket.</summary>
    internal Link? Link { get; }

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

    /// <summary>The forwarder's working object for this connection, over a socket.</summary>
    internal ForwardAttempt? Attempt { get; set; }

    /// <summary>The same over a link.</summary>
    internal LinkAttempt? LinkAttempt { get; set; }

    internal ResponseHead Response { get; } = new();

    internal HeaderEdits ResponseEdits { get; } = new();

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        Deadline.Dispose();
        _aborting.Dispose();
        _socket?.Dispose();
        _tls?.Dispose();
        Link?.Dispose();
        _closed?.Invoke(new ClosedUpstream(_endedByUpstream, _sentBefore, _receivedBefore));
    }

    /// <summary>Tells that so much of <see cref="Received"/> was used.</summary>
    internal void Use(int bytes) => _start += bytes;

    /// <summary>Receives more behind what is there; 0 at the end of the stream. What came counts once <see cref="Take"/> was told.</summary>
    internal ValueTask<int> ReceiveAsync()
    {
        if (_socket is null) throw new SocketException((int)SocketError.ConnectionReset);
        Room();
        var room = _buffer.AsMemory(_end);
        return _tls is null ? _socket.ReceiveAsync(room, SocketFlags.None) : _tls.ReceiveAsync(room);
    }

    /// <summary>Takes what <see cref="ReceiveAsync"/> received.</summary>
    internal int Take(int received)
    {
        if (received == 0) _endedByUpstream = true;
        _end += received;
        ReceivedBytes += received;
        return received;
    }

    /// <summary>Tells the upstream that nothing more is sent; what it still sends can be received.</summary>
    internal ValueTask EndSendingAsync()
    {
        if (_tls is not null) return _tls.EndSendingAsync();
        _socket?.Shutdown(SocketShutdown.Send);
        return default;
    }

    /// <summary>Ends it from our side; pending operations fail. The first reason counts.</summary>
    internal void Cut(CutReason reason)
    {
        if (Interlocked.CompareExchange(ref _cut, (int)reason, (int)CutReason.None) != (int)CutReason.None) return;
        _socket?.Dispose();
        Link?.Cut();
    }

    /// <summary>What it means that the upstream's side failed.</summary>
    internal ForwardFailure Explain(Exception e, ExchangeException? clientFailure) => WhyCut.Explain(e, "connection")
        ?? (WhyCut == CutReason.RequestFailed && clientFailure is not null
            ? ForwardFailure.From(clientFailure)
            : new(ForwardOutcome.UpstreamReset, $"The upstream reset the connection: {e.Message}", inner: e));

    /// <summary>What becomes of it after an exchange.</summary>
    internal UpstreamFate FateOf(ForwardOptions options, ForwardFailure? failure, bool sent, bool extraBytes)
    {
        if (failure is not null) return UpstreamFate.ClosedOnFailure;
        if (!sent || WhyCut == CutReason.EarlyResponse) return UpstreamFate.ClosedAfterEarlyResponse;
        if (!Response.KeepAlive || Response.Framing.Kind == BodyKind.UntilClose) return UpstreamFate.ClosedByUpstream;
        if (!options.KeepAlive) return UpstreamFate.ClosedByOption;
        return extraBytes ? UpstreamFate.ClosedForExtraBytes : UpstreamFate.Kept;
    }

    /// <summary>True when the peer has closed it, or sent what nobody asked for: then it can't carry another request.</summary>
    /// <param name="look">Whether the socket is asked; without it only what is known already counts.</param>
    internal bool IsKnownDead(bool look = true)
    {
        if (WhyCut != CutReason.None) return true;
        try
        {
            return _endedByUpstream |= Link?.IsClosed ?? (_socket is null || (look && _socket.Poll(0, SelectMode.SelectRead)));
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
        Link?.End();
        _sentBefore += Link?.Exchange.RequestBytes ?? Output.SentBytes;
        _receivedBefore += Link?.Exchange.ResponseBytes ?? ReceivedBytes;
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
