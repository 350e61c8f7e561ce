using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Usher.Wire.Tests.Peers;

/// <summary>A server for HTTP/2 that forwards everything to one upstream, and answers 502 with the outcome's name when that fails; with a client for it.</summary>
internal sealed class Http2Proxy : IAsyncDisposable, IExchangeHandler
{
    private readonly UpstreamKey _upstream;
    private readonly ForwardOptions _options;
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
    });
    private Http2Server _server = null!;

    private Http2Proxy(UpstreamKey upstream, ForwardOptions? options, UpstreamPoolOptions? poolOptions)
    {
        (_upstream, _options, Pool) = (upstream, options ?? new ForwardOptions(), new UpstreamPool(poolOptions));
        _client.Timeout = Limit.Wait;
    }

    public UpstreamPool Pool { get; }

    public IPEndPoint EndPoint => _server.EndPoint;

    public BlockingCollection<ForwardResult> Results { get; } = [];

    public Action<HttpExchange, HeaderEdits>? Edit { get; set; }

    public IForwardObserver? Observer { get; set; }

    /// <summary>The last exception that a handler left.</summary>
    public Exception? Error { get; private set; }

    public static async Task<Http2Proxy> StartAsync(
        UpstreamKey upstream, ForwardOptions? options = null, UpstreamPoolOptions? poolOptions = null, Http1ServerOptions? front = null)
    {
        var proxy = new Http2Proxy(upstream, options, poolOptions);
        proxy._server = await Http2Server.StartAsync(context => KestrelExchange.RunAsync(context, proxy, front ?? new Http1ServerOptions()));
        return proxy;
    }

    /// <summary>A request for this proxy.</summary>
    public HttpRequestMessage Request(HttpMethod method, string target = "/", HttpContent? content = null) => new(
        method, new Uri($"http://{_server.EndPoint}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = content,
    };

    /// <summary>Sends a request; the body of the response is still to be read.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken = default) =>
        _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <summary>Status and body of the answer to a GET.</summary>
    public async Task<(int Status, string Body)> GetAsync(string target = "/")
    {
        using var request = Request(HttpMethod.Get, target);
        using var response = await SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The next result, once it is there.</summary>
    public async Task<ForwardResult> ResultAsync()
    {
        await Limit.UntilAsync(() => Results.Count > 0);
        return Results.Take();
    }

    /// <summary>What a GET that fails comes to.</summary>
    public async Task<ForwardResult> FailAsync()
    {
        var (status, body) = await GetAsync();
        var result = await ResultAsync();
        Assert.Equal((502, result.Outcome.ToString()), (status, body));
        return result;
    }

    async ValueTask IExchangeHandler.HandleAsync(HttpExchange exchange)
    {
        var edits = new HeaderEdits();
        Edit?.Invoke(exchange, edits);
        try
        {
            var result = await Forwarder.ForwardAsync(exchange, Pool, _upstream, edits, null, _options, Observer);
            if (!result.ResponseStarted && result.Outcome != ForwardOutcome.ClientGone)
                await exchange.RespondAsync(502, "text/plain", result.Outcome.ToString());
            Results.Add(result);
        }
        catch (Exception e)
        {
            Error = e;
            throw;
        }
    }

    async ValueTask IExchangeHandler.OnRejectedAsync(HttpExchange exchange, HttpRejection rejection) => await exchange.RespondAsync(400, "text/plain", rejection.Message);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        Pool.Dispose();
        Results.Dispose();
        if (Error is { } error and not ExchangeException) throw new InvalidOperationException("A handler failed.", error);
    }
}
