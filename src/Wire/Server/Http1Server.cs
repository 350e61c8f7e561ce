using System.Buffers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Usher.Wire;

/// <summary>
/// Serves HTTP/1.0 and HTTP/1.1 on connections that something else accepted. Thread-safe; one instance serves many connections.
/// </summary>
public sealed class Http1Server
{
    private readonly Http1ServerOptions _options;

    /// <summary>A server with these options.</summary>
    public Http1Server(Http1ServerOptions? options = null) => _options = options ?? new Http1ServerOptions();

    /// <summary>How connections are served.</summary>
    public Http1ServerOptions Options => _options;

    /// <summary>
    /// Serves one connection (Kestrel's raw connection middleware: before or after TLS) until either side closes it. When
    /// <paramref name="draining"/> fires, or Kestrel asks for the connection's end, the current response is finished with "Connection:
    /// close".
    /// The connection's end points have to be IP end points.
    /// </summary>
    public Task RunAsync(ConnectionContext connection, IExchangeHandler handler, CancellationToken draining)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(handler);
        return new Http1Connection(connection, handler, _options).RunAsync(draining);
    }

    /// <summary>Serves one connected socket, and disposes it. <paramref name="aborted"/> cuts the connection.</summary>
    public Task RunAsync(Socket socket, IExchangeHandler handler, CancellationToken draining, CancellationToken aborted = default) => RunAsync(socket, null, handler, draining, aborted);

    /// <summary>The same for a connection whose first bytes somebody else reads. <paramref name="before"/> says whether it is served at all; null for all of them.</summary>
    public async Task RunAsync(Socket socket, Func<SocketConnection, ValueTask<bool>>? before, IExchangeHandler handler, CancellationToken draining, CancellationToken aborted = default)
    {
        ArgumentNullException.ThrowIfNull(socket);
        await using var connection = new SocketConnection(socket, _options.TimeProvider, MemoryPool<byte>.Shared);
        await using var abort = aborted.UnsafeRegister(static state => ((ConnectionContext)state!).Abort(), connection);
        if (before is not null && !await before(connection)) return;
        connection.Open();
        await RunAsync(connection, handler, draining);
    }
}
