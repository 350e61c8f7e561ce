using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Usher.Dns;

/// <summary>
/// TCP (RFC 7766): each message after its length in two bytes, several on one connection, answered in their order. A connection that
/// is silent too long is closed, in the middle of a message as well; past the most connections allowed, new ones wait in the kernel's queue.
/// </summary>
internal sealed class TcpServer : IDisposable
{
    /// <summary>Most connections at a time.</summary>
    public const int MaxConnections = 256;

    private const int Backlog = 128;

    private readonly Socket listener;
    private readonly DnsParts parts;
    private readonly TimeSpan idle;
    private readonly SemaphoreSlim room = new(MaxConnections, MaxConnections);
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentDictionary<Task, bool> connections = [];
    private Task accepting = Task.CompletedTask;

    /// <summary>Binds, without accepting yet.</summary>
    /// <param name="endPoint">Where; port 0 for any that is free.</param>
    /// <param name="idle">How long a connection may be silent.</param>
    /// <param name="parts">What answers.</param>
    /// <exception cref="SocketException">The place is taken or not allowed.</exception>
    public TcpServer(IPEndPoint endPoint, TimeSpan idle, DnsParts parts)
    {
        this.parts = parts;
        this.idle = idle;
        listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endPoint);
            listener.Listen(Backlog);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Begins to accept.</summary>
    public void Start() => accepting = AcceptAsync();

    /// <summary>Closes the listener and idle connections; an answer that is on its way is sent until <paramref name="cancellationToken"/>.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        try
        {
            await Task.WhenAll(connections.Keys).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await ending.CancelAsync();
            await Task.WhenAll(connections.Keys);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stopping.Cancel();
        ending.Cancel();
        listener.Dispose();
        stopping.Dispose();
        ending.Dispose();
        room.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await room.WaitAsync(stopping.Token);
                var socket = await listener.AcceptAsync(stopping.Token);
                Track(Task.Run(() => ServeAsync(socket), CancellationToken.None));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException problem)
            {
                room.Release();
                if (stopping.IsCancellationRequested) return;
                parts.Log.NotReceiving("TCP", problem.Message);
                // Out of file handles, most often: without a pause this would spin.
                await Task.Delay(TimeSpan.FromMilliseconds(100), parts.Time, CancellationToken.None);
            }
        }
    }

    private void Track(Task connection)
    {
        connections[connection] = true;
        _ = connection.ContinueWith(done => connections.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using (socket)
            {
                socket.NoDelay = true;
                await new TcpConnection(socket, EndPoint, idle, parts).ServeAsync(stopping.Token, ending.Token);
            }
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, or was silent too long.
        }
        catch (Exception fault)
        {
            parts.Log.Failed(fault, null);
        }
        finally
        {
            room.Release();
        }
    }
}
