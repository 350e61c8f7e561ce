using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>
/// The datagrams between one client and the upstream that was chosen for it, over a socket of their own, which is connected: what others send there doesn't come through. Nothing waits: a datagram
/// that a socket doesn't take at once is lost, and counted. Its counters can be read while it lives.
/// </summary>
public sealed class UdpFlow : IDisposable
{
    /// <summary>How many datagrams are sent on before others have their turn.</summary>
    private const int Batch = 64;

    // What is peeked at to wait for a datagram is never looked at, so one place does for all flows: none holds a large buffer while it waits.
    private static readonly byte[] Peeked = new byte[1];

    private readonly UdpRelay _relay;
    private readonly UdpRoute _route;
    private readonly Socket _socket;
    private readonly Deadline _deadline;
    private readonly long _streamFrom;
    private int _end;
    private bool _stream;
    private long _answeredAt;
    private long _lastAt;
    private long _datagramsUp;
    private long _datagramsDown;
    private long _bytesUp;
    private long _bytesDown;
    private long _lost;

    internal UdpFlow(UdpRelay relay, SocketAddress key, IPEndPoint client, UdpRoute route, Socket connected)
    {
        (_relay, Key, Client, _route, _socket) = (relay, key, client, route, connected);
        Local = (IPEndPoint)connected.LocalEndPoint!;
        Place = new LinkedListNode<UdpFlow>(this);
        _deadline = new Deadline(relay.Time, () => End(UdpFlowEnd.IdleTimeout));
        _streamFrom = relay.Time.GetTimestamp() + (long)(route.Patience.StreamAfter.TotalSeconds * relay.Time.TimestampFrequency);
    }

    /// <summary>Who it is with.</summary>
    public IPEndPoint Client { get; }

    /// <summary>This side's end towards the upstream.</summary>
    public IPEndPoint Local { get; }

    /// <summary>The upstream.</summary>
    public IPEndPoint Remote => _route.Remote;

    /// <summary>Datagrams sent to the upstream.</summary>
    public long DatagramsToUpstream => Volatile.Read(ref _datagramsUp);

    /// <summary>Datagrams sent to the client.</summary>
    public long DatagramsToClient => Volatile.Read(ref _datagramsDown);

    /// <summary>Bytes sent to the upstream.</summary>
    public long BytesToUpstream => Volatile.Read(ref _bytesUp);

    /// <summary>Bytes sent to the client.</summary>
    public long BytesToClient => Volatile.Read(ref _bytesDown);

    /// <summary>Datagrams, either way, that a socket didn't take.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>When the first datagram came from the upstream, by the relay's clock; 0 while none has.</summary>
    public long AnsweredAt => Volatile.Read(ref _answeredAt);

    /// <summary>When the last datagram came, from either side.</summary>
    public long LastAt => Volatile.Read(ref _lastAt);

    /// <summary>Why it ended; <see cref="UdpFlowEnd.None"/> while it lives.</summary>
    public UdpFlowEnd Ended => (UdpFlowEnd)Volatile.Read(ref _end);

    internal SocketAddress Key { get; }

    internal LinkedListNode<UdpFlow> Place { get; }

    /// <summary>Ends it.</summary>
    public void Dispose() => End(UdpFlowEnd.Cut);

    internal void Start()
    {
        _deadline.Arm(_route.Patience.Single);
        _ = ReceiveAsync();
    }

    /// <summary>Sends a datagram of the client's on. Called by the relay's loop alone.</summary>
    /// <returns>False when the flow has ended, so that another one is to be opened for it.</returns>
    internal bool Forward(ReadOnlySpan<byte> datagram)
    {
        SocketError error;
        try
        {
            _socket.Send(datagram, SocketFlags.None, out error);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        switch (error)
        {
            case SocketError.Success:
                Renew();
                Volatile.Write(ref _bytesUp, _bytesUp + datagram.Length);
                Volatile.Write(ref _datagramsUp, _datagramsUp + 1);
                return true;
            case SocketError.ConnectionRefused:
                // The answer to an earlier datagram; this one hasn't left.
                End(UdpFlowEnd.Refused);
                return false;
            case SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable or SocketError.MessageSize:
                Interlocked.Increment(ref _lost);
                return true;
            default:
                Interlocked.Increment(ref _lost);
                End(UdpFlowEnd.Unreachable);
                return true;
        }
    }

    /// <summary>Ends it; the first reason counts.</summary>
    internal void End(UdpFlowEnd reason)
    {
        if (Interlocked.CompareExchange(ref _end, (int)reason, (int)UdpFlowEnd.None) != (int)UdpFlowEnd.None) return;
        _relay.Table.Remove(this);
        _deadline.Dispose();
        _socket.Dispose();
        _route.Closed?.Invoke(this);
    }

    private async Task ReceiveAsync()
    {
        while (Ended == UdpFlowEnd.None)
        {
            try
            {
                await _socket.ReceiveAsync(Peeked.AsMemory(), SocketFlags.Peek);
            }
            catch (SocketException e)
            {
                End(OfError(e.SocketErrorCode));
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            var buffer = ArrayPool<byte>.Shared.Rent(UdpRelay.LargestDatagram);
            try
            {
                if (!Return(buffer)) return;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            await Task.Yield();
        }
    }

    /// <summary>Sends to the client what has come; false when the flow has ended.</summary>
    private bool Return(byte[] buffer)
    {
        for (var i = 0; i < Batch; i++)
        {
            int length;
            SocketError error;
            try
            {
                length = _socket.Receive(buffer, SocketFlags.None, out error);
            }
            catch (ObjectDisposedException)
            {
                return false;
            }

            if (error == SocketError.WouldBlock) return true;
            if (error != SocketError.Success)
            {
                End(OfError(error));
                return false;
            }

            Renew(answered: true);
            if (_relay.Answer(buffer.AsSpan(0, length), Key))
            {
                Volatile.Write(ref _bytesDown, _bytesDown + length);
                Volatile.Write(ref _datagramsDown, _datagramsDown + 1);
            }
            else
            {
                Interlocked.Increment(ref _lost);
            }
        }

        return true;
    }

    private void Renew(bool answered = false)
    {
        var now = _relay.Time.GetTimestamp();
        if (answered && _answeredAt == 0) Volatile.Write(ref _answeredAt, now);
        Volatile.Write(ref _lastAt, now);
        if (!_stream && AnsweredAt != 0 && now >= _streamFrom)
        {
            _stream = true;
            _relay.Table.Spare(this);
        }

        _deadline.Arm(_stream ? _route.Patience.Stream : _route.Patience.Single);
    }

    private static UdpFlowEnd OfError(SocketError error) => error == SocketError.ConnectionRefused ? UdpFlowEnd.Refused : UdpFlowEnd.Unreachable;
}
