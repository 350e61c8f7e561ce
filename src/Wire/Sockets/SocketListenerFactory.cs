using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Usher.Wire;

/// <summary>Kestrel's connections on our own sockets: <see cref="SocketConnection"/> instead of its transport, which would put two pipes and two loops more between the TLS library and the socket.</summary>
/// <param name="time">The clock.</param>
/// <param name="pools">Makes each listener's pool of buffers.</param>
public sealed class SocketListenerFactory(TimeProvider time, IMemoryPoolFactory<byte> pools) : IConnectionListenerFactory
{
    private const int Backlog = 512;

    /// <inheritdoc/>
    /// <exception cref="AddressInUseException">The port is in use.</exception>
    /// <exception cref="SocketException">The endpoint can't be bound for another reason.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            socket.Listen(Backlog);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            if (e.SocketErrorCode == SocketError.AddressAlreadyInUse) throw new AddressInUseException(e.Message, e);
            throw;
        }

        return new(new Listener(socket, time, pools.Create()));
    }

    private sealed class Listener(Socket socket, TimeProvider time, MemoryPool<byte> pool) : IConnectionListener
    {
        private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(100);

        public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

        /// <summary>The next connection; null once nothing is accepted any more.</summary>
        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                try
                {
                    var accepted = await socket.AcceptAsync(cancellationToken);
                    accepted.NoDelay = true;
                    return new SocketConnection(accepted, time, pool);
                }
                catch (ObjectDisposedException)
                {
                    return null;
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
                {
                    return null;
                }
                catch (SocketException e)
                {
                    if (!TcpListenerLoop.IsOfOneConnection(e)) await Task.Delay(ErrorPause, time, cancellationToken);
                }
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            socket.Dispose();
            return default;
        }

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            pool.Dispose();
            return default;
        }
    }
}
