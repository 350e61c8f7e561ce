using System.Net;
using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>
/// Receives datagrams at one end point and sends each client's on by a flow of its own; what comes back goes to that client from the same end point. It knows nothing of what it carries.
/// </summary>
public sealed class UdpRelay : IAsyncDisposable
{
    /// <summary>The most that a UDP datagram over IPv4 holds.</summary>
    public const int LargestDatagram = 65_507;

    // What a burst may fill until the loop has its turn; Linux gives what net.core.rmem_max allows.
    private const int KernelBuffer = 1 << 20;

    private readonly Socket _socket;
    private readonly RouteFlow _route;
    private readonly UdpRelayOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _receiving;
    private long _unrouted;
    private long _full;
    private int _stopped;

    private UdpRelay(Socket socket, RouteFlow route, UdpRelayOptions options)
    {
        (_socket, _route, _options) = (socket, route, options);
        Table = new UdpFlowTable(options.MaxFlows);
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        _receiving = Task.Run(ReceiveAsync);
    }

    /// <summary>Where it listens, with the port that the system chose if 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Flows that live now.</summary>
    public int Flows => Table.Count;

    /// <summary>Datagrams that were dropped since they had nowhere to go.</summary>
    public long Unrouted => Volatile.Read(ref _unrouted);

    /// <summary>Datagrams that were dropped since there were as many flows as there may be, all of them streams.</summary>
    public long Full => Volatile.Read(ref _full);

    internal UdpFlowTable Table { get; }

    internal TimeProvider Time => _options.TimeProvider;

    /// <summary>Binds and starts to receive.</summary>
    /// <exception cref="SocketException">The end point can't be bound: in use, not ours, or a privileged port.</exception>
    public static UdpRelay Start(IPEndPoint endPoint, RouteFlow route, UdpRelayOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentNullException.ThrowIfNull(route);
        var socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false, ReceiveBufferSize = KernelBuffer };
        try
        {
            socket.Bind(endPoint);
            return new UdpRelay(socket, route, options ?? new UdpRelayOptions());
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Ends the flows that meet a condition; the next datagram of their clients is routed anew.</summary>
    public void Cut(Func<UdpFlow, bool> which)
    {
        ArgumentNullException.ThrowIfNull(which);
        foreach (var flow in Table.All.Where(which)) flow.End(UdpFlowEnd.Cut);
    }

    /// <summary>Stops at once: the port is unreachable from now on, and all flows are cut.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            // At once, so that the place is free.
            _socket.Dispose();
            await _stopping.CancelAsync();
        }

        await _receiving;
        Cut(_ => true);
        _stopping.Dispose();
    }

    /// <summary>Sends a datagram to a client; false when the socket didn't take it.</summary>
    internal bool Answer(ReadOnlySpan<byte> datagram, SocketAddress client)
    {
        try
        {
            return _socket.SendTo(datagram, SocketFlags.None, client) == datagram.Length;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[LargestDatagram];
        var from = new SocketAddress(_socket.AddressFamily);
        while (Volatile.Read(ref _stopped) == 0)
        {
            try
            {
                var length = await _socket.ReceiveFromAsync(buffer.AsMemory(), SocketFlags.None, from);
                Take(buffer.AsSpan(0, length), from);
            }
            catch (Exception e) when (Volatile.Read(ref _stopped) != 0 || e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception e)
            {
                // Nothing that comes in ends the loop.
                _options.OnError?.Invoke(e);
                if (!await PausedAsync()) return;
            }
        }
    }

    private async Task<bool> PausedAsync()
    {
        try
        {
            await Task.Delay(_options.ErrorPause, Time, _stopping.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Take(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        if (Table.TryFind(from, out var known) && known.Forward(datagram)) return;
        if (Open(from) is { } opened && !opened.Forward(datagram)) Interlocked.Increment(ref _unrouted);
    }

    private UdpFlow? Open(SocketAddress from)
    {
        if (!Table.TryMakeRoom())
        {
            Interlocked.Increment(ref _full);
            _options.OnFull?.Invoke();
            return null;
        }

        var client = (IPEndPoint)LocalEndPoint.Create(from);
        if (_route(client) is not { } route)
        {
            Interlocked.Increment(ref _unrouted);
            return null;
        }

        try
        {
            var flow = new UdpFlow(this, Copy(from), client, route, Connect(route));
            // Before anybody can end it.
            route.Opened?.Invoke(flow);
            Table.Add(flow);
            // Its owner may have ended it at once.
            if (flow.Ended != UdpFlowEnd.None) Table.Remove(flow);
            flow.Start();
            return flow;
        }
        catch (SocketException e)
        {
            Interlocked.Increment(ref _unrouted);
            route.Failed?.Invoke(e);
            return null;
        }
    }

    private static Socket Connect(UdpRoute route)
    {
        var socket = new Socket(route.Remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            if (route.Source is { } source) socket.Bind(new IPEndPoint(source, 0));
            socket.Connect(route.Remote);

            // Where nothing listens, the system may choose the very port that is connected to.
            if (route.Remote.Equals(socket.LocalEndPoint)) throw new SocketException((int)SocketError.ConnectionRefused);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SocketAddress Copy(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Size);
        address.Buffer.Span[..address.Size].CopyTo(copy.Buffer.Span);
        return copy;
    }
}
