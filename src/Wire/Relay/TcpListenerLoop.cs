using System.Net;
using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>Serves one accepted socket and disposes it.</summary>
/// <param name="socket">The connection, with NoDelay set.</param>
/// <param name="draining">Fires when the listener stops: finish what is under way.</param>
/// <param name="aborted">Fires when the time to finish is over: cut.</param>
public delegate Task ServeSocket(Socket socket, CancellationToken draining, CancellationToken aborted);

/// <summary>
/// Accepts TCP connections and serves each. Stopping first closes the listener, so that new connections are refused, then waits.
/// </summary>
public sealed class TcpListenerLoop : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly ServeSocket _serve;
    private readonly TcpListenerOptions _options;
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _aborted = new();
    private readonly SemaphoreSlim _room;
    private readonly Task _accepting;
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pending = 1;
    private int _active;
    private int _stopped;

    private TcpListenerLoop(Socket listener, ServeSocket serve, TcpListenerOptions options)
    {
        _listener = listener;
        _serve = serve;
        _options = options;
        _room = new SemaphoreSlim(options.MaxConnections);
        LocalEndPoint = (IPEndPoint)listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens, with the port that the system chose if 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Connections being served.</summary>
    public int Connections => Volatile.Read(ref _active);

    /// <summary>Binds, listens and accepts.</summary>
    /// <exception cref="SocketException">The address can't be bound: in use, not ours, or a privileged port.</exception>
    public static TcpListenerLoop Start(IPEndPoint endPoint, ServeSocket serve, TcpListenerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endPoint);
            return Start(listener, serve, options);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Whether accepting failed for one connection's sake, which ended in the backlog; running out of descriptors, say, wants a pause.</summary>
    internal static bool IsOfOneConnection(SocketException e) => e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted;

    /// <summary>
    /// Listens and accepts on a socket that is bound already (in another network namespace, for one); it is owned from now on.
    /// </summary>
    /// <exception cref="SocketException">The socket can't listen.</exception>
    public static TcpListenerLoop Start(Socket bound, ServeSocket serve, TcpListenerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(bound);
        ArgumentNullException.ThrowIfNull(serve);
        options ??= new TcpListenerOptions();
        bound.Listen(options.Backlog);
        return new TcpListenerLoop(bound, serve, options);
    }

    /// <summary>
    /// Stops: refuses new connections, lets served ones finish for at most <paramref name="grace"/>, then aborts them and waits for their
    /// end.
    /// </summary>
    public async Task StopAsync(TimeSpan grace)
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            _listener.Dispose();
            await _draining.CancelAsync();
            await _accepting;
            Release();
        }

        try
        {
            await _empty.Task.WaitAsync(grace, _options.TimeProvider);
        }
        catch (TimeoutException)
        {
            await _aborted.CancelAsync();
            await _empty.Task;
        }
    }

    /// <summary>Stops without grace.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        _draining.Dispose();
        _aborted.Dispose();
        _room.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (Volatile.Read(ref _stopped) == 0)
        {
            try
            {
                await _room.WaitAsync(_draining.Token);
                var socket = await AcceptOneAsync();
                if (socket is null) _room.Release();
                else _ = ServeAsync(socket);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async ValueTask<Socket?> AcceptOneAsync()
    {
        try
        {
            return await _listener.AcceptAsync(_draining.Token);
        }
        catch (SocketException e) when (Volatile.Read(ref _stopped) == 0)
        {
            _options.OnError?.Invoke(e);
            if (!IsOfOneConnection(e)) await Task.Delay(_options.ErrorPause, _options.TimeProvider, _draining.Token);
            return null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Interlocked.Increment(ref _pending);
        Interlocked.Increment(ref _active);
        try
        {
            socket.NoDelay = true;
            await Task.Yield();
            await _serve(socket, _draining.Token, _aborted.Token);
        }
        catch (Exception e)
        {
            if (e is not (SocketException or OperationCanceledException)) _options.OnError?.Invoke(e);
        }
        finally
        {
            socket.Dispose();
            Interlocked.Decrement(ref _active);
            _room.Release();
            Release();
        }
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _pending) == 0) _empty.TrySetResult();
    }
}
