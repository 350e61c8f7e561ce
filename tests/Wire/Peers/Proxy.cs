using System.Collections.Concurrent;
using System.Net;

namespace Usher.Wire.Tests.Peers;

/// <summary>A server that forwards everything to one upstream, and answers 502 with the outcome's name when that fails.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    private readonly ExchangeServer _server;
    private readonly UpstreamPool _pool;

    public Proxy(
        UpstreamKey upstream,
        ForwardOptions? options = null,
        Http1ServerOptions? serverOptions = null,
        UpstreamPoolOptions? poolOptions = null,
        HeaderEdits? edits = null,
        IResponseEditor? editor = null,
        IForwardObserver? observer = null)
    {
        _pool = new UpstreamPool(poolOptions);
        options ??= new ForwardOptions();
        _server = new ExchangeServer(
            async exchange =>
            {
                var result = await Forwarder.ForwardAsync(exchange, _pool, upstream, edits, editor, options, observer);
                if (!result.ResponseStarted && result.Outcome != ForwardOutcome.ClientGone)
                    await exchange.RespondAsync(502, "text/plain", result.Outcome.ToString());
                Results.Add(result);
            },
            serverOptions);
    }

    public IPEndPoint EndPoint => _server.EndPoint;

    public UpstreamPool Pool => _pool;

    public BlockingCollection<ForwardResult> Results { get; } = [];

    public Task<RawPeer> ConnectAsync(int? receiveBuffer = null) => _server.ConnectAsync(receiveBuffer);

    public Task StopAsync(TimeSpan grace) => _server.StopAsync(grace);

    /// <summary>The next result, once it is there.</summary>
    public async Task<ForwardResult> ResultAsync()
    {
        await Limit.UntilAsync(() => Results.Count > 0);
        return Results.Take();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _pool.Dispose();
        Results.Dispose();
        if (_server.Error is { } error) throw new InvalidOperationException("A handler failed.", error);
    }
}
