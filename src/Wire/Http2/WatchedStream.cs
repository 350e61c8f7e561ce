using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>How a connection has ended.</summary>
internal enum StreamEnd
{
    /// <summary>It hasn't.</summary>
    Open,

    /// <summary>The peer ended its side.</summary>
    ClosedByPeer,

    /// <summary>The peer reset it, or it broke.</summary>
    Broken,

    /// <summary>We closed it.</summary>
    Closed,
}

/// <summary>The bytes of a connection as they pass, below TLS: how many, and which side ended it first. What HTTP/2 says of a failure doesn't tell.</summary>
internal sealed class WatchedStream(Socket socket) : AsyncStream
{
    private readonly NetworkStream _inner = new(socket, ownsSocket: true);
    private int _end;
    private long _sent;
    private long _received;

    /// <summary>How it has ended; the first end counts.</summary>
    public StreamEnd End => (StreamEnd)Volatile.Read(ref _end);

    /// <summary>Bytes sent so far.</summary>
    public long SentBytes => Volatile.Read(ref _sent);

    /// <summary>Bytes received so far.</summary>
    public long ReceivedBytes => Volatile.Read(ref _received);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await _inner.ReadAsync(buffer, cancellationToken);
            if (read == 0 && !buffer.IsEmpty) Note(IsReset() ? StreamEnd.Broken : StreamEnd.ClosedByPeer);
            Interlocked.Add(ref _received, read);
            return read;
        }
        catch (IOException)
        {
            Note(StreamEnd.Broken);
            throw;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _inner.WriteAsync(buffer, cancellationToken);
            Interlocked.Add(ref _sent, buffer.Length);
        }
        catch (IOException)
        {
            Note(StreamEnd.Broken);
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        Note(StreamEnd.Closed);
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>
    /// Whether a reset ended it. The system tells of one once, to whoever asks first, and that may be a write; to others it looks like an end. The connection's state is told to all (tcp(7), TCP_INFO).
    /// </summary>
    private bool IsReset()
    {
        const int tcp = 6, tcpInfo = 11, closed = 7;
        if (!OperatingSystem.IsLinux()) return false;
        Span<byte> state = stackalloc byte[1];
        try
        {
            return socket.GetRawSocketOption(tcp, tcpInfo, state) == 1 && state[0] == closed;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private void Note(StreamEnd end) => Interlocked.CompareExchange(ref _end, (int)end, (int)StreamEnd.Open);
}
