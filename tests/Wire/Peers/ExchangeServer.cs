using System.Net;

namespace Usher.Wire.Tests.Peers;

/// <summary>An HTTP/1 server on loopback whose every request goes to one function.</summary>
internal sealed class ExchangeServer : IAsyncDisposable, IExchangeHandler
{
    private readonly Func<HttpExchange, Task> _handle;
    private readonly Func<HttpExchange, HttpRejection, Task> _reject;
    private readonly Http1Server _server;
    private readonly TcpListenerLoop _loop;

    public ExchangeServer(
        Func<HttpExchange, Task> handle, Http1ServerOptions? options = null, Func<HttpExchange, HttpRejection, Task>? reject = null)
    {
        _handle = handle;
        _reject = reject ?? (static (exchange, rejection) =>
            rejection.Violation is HttpViolation.IdleTimeout or HttpViolation.ConnectionClosed
                ? Task.CompletedTask : exchange.RespondAsync(400, "text/plain", rejection.Violation.ToString()).AsTask());
        _server = new Http1Server(options);
        _loop = TcpListenerLoop.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            (socket, draining, aborted) => _server.RunAsync(socket, this, draining, aborted),
            new TcpListenerOptions { OnError = e => Error = e });
    }

    public IPEndPoint EndPoint => _loop.LocalEndPoint;

    public int Connections => _loop.Connections;

    /// <summary>The last exception that a handler left.</summary>
    public Exception? Error { get; private set; }

    public async ValueTask HandleAsync(HttpExchange exchange) => await _handle(exchange);

    public async ValueTask OnRejectedAsync(HttpExchange exchange, HttpRejection rejection) => await _reject(exchange, rejection);

    public Task<RawPeer> ConnectAsync(int? receiveBuffer = null) => RawPeer.ConnectAsync(EndPoint, receiveBuffer);

    public Task StopAsync(TimeSpan grace) => _loop.StopAsync(grace);

    public ValueTask DisposeAsync() => _loop.DisposeAsync();
}
