using System.Collections.Concurrent;
using System.Net;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Links;

/// <summary>Two proxies, one behind the other, as a load balancer and an ingress are: joined by a socket, or by a link.</summary>
internal sealed class Chain : IAsyncDisposable
{
    private readonly ExchangeServer _front;
    private readonly ExchangeServer _behind;
    private readonly UpstreamPool _frontPool;
    private readonly UpstreamPool _pool = new();

    public Chain(bool express, UpstreamKey upstream, ChainOptions? options = null)
    {
        options ??= new ChainOptions();
        _behind = new ExchangeServer(Behind(upstream, options), options.Server, options.Reject);
        Server = new LinkServer(_behind, options.Server);
        _frontPool = new UpstreamPool(new UpstreamPoolOptions { Dialer = express ? new LinkDialer(Server, _behind.EndPoint) : null });
        _front = new ExchangeServer(async exchange =>
        {
            var result = await Forwarder.ForwardAsync(
                exchange, _frontPool, new UpstreamKey(_behind.EndPoint), options.FrontEdits, options.FrontEditor, options.Front);
            if (!result.ResponseStarted && result.Outcome != ForwardOutcome.ClientGone) await exchange.RespondAsync(502, "text/plain", result.Outcome.ToString());
            FrontResults.Add(result);
        });
    }

    public LinkServer Server { get; }

    public UpstreamPool FrontPool => _frontPool;

    /// <summary>What the first proxy found.</summary>
    public BlockingCollection<ForwardResult> FrontResults { get; } = [];

    /// <summary>What the second found.</summary>
    public BlockingCollection<ForwardResult> Results { get; } = [];

    public Task<RawPeer> ConnectAsync() => _front.ConnectAsync();

    /// <summary>Stops the second proxy, sockets and links.</summary>
    public Task StopBehindAsync(TimeSpan grace) => Task.WhenAll(_behind.StopAsync(grace), Server.StopAsync(grace));

    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync();
        _frontPool.Dispose();
        await Server.StopAsync(TimeSpan.Zero);
        await _behind.DisposeAsync();
        _pool.Dispose();
        FrontResults.Dispose();
        Results.Dispose();
    }

    private Func<HttpExchange, Task> Behind(UpstreamKey upstream, ChainOptions options) => async exchange =>
    {
        if (options.Handler is { } handler)
        {
            await handler(exchange);
            return;
        }

        var result = await Forwarder.ForwardAsync(exchange, _pool, upstream, options.Edits, options.Editor, options.Behind);
        if (!result.ResponseStarted && result.Outcome != ForwardOutcome.ClientGone) await exchange.RespondAsync(502, "text/plain", $"behind: {result.Outcome}");
        Results.Add(result);
    };

    private sealed class LinkDialer(LinkServer server, IPEndPoint at) : IUpstreamDialer
    {
        private int _port = 1023;

        public ValueTask<DialedUpstream> DialAsync(UpstreamKey key, bool byWire, TimeSpan timeout, CancellationToken cancellationToken)
        {
            var from = new IPEndPoint(IPAddress.Loopback, Interlocked.Increment(ref _port));
            return server.TryOpen(from, at) is { } link
                ? new(new DialedUpstream { Link = link, Local = from, Express = true })
                : throw new ConnectException(key, ConnectFailure.Refused, "stopped");
        }
    }
}

/// <summary>How a chain's proxies behave.</summary>
internal sealed record ChainOptions
{
    public ForwardOptions Front { get; init; } = new();

    public ForwardOptions Behind { get; init; } = new() { RetryStaleConnection = true };

    public Http1ServerOptions Server { get; init; } = new();

    public HeaderEdits? FrontEdits { get; init; }

    public HeaderEdits? Edits { get; init; }

    public IResponseEditor? FrontEditor { get; init; }

    public IResponseEditor? Editor { get; init; }

    /// <summary>Answers in the second proxy's place.</summary>
    public Func<HttpExchange, Task>? Handler { get; init; }

    /// <summary>Answers what never became a request.</summary>
    public Func<HttpExchange, HttpRejection, Task>? Reject { get; init; }
}
