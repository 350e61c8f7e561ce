using System.Net;
using System.Net.Security;
using System.Text;

namespace Usher.Wire;

/// <summary>
/// HTTP/2 on one connection that is there already, and on no other: framing and header compression are .NET's, which connections there are and what is sent on
/// them is ours. Nothing is followed, decompressed, remembered or added. With TLS all requests must have the same Host: .NET takes another connection
/// for another.
/// </summary>
public sealed class Http2Session : IDisposable
{
    /// <summary>The origin that all URIs name; the request's own is in its Host, from which <c>:authority</c> is made.</summary>
    private const string Origin = "upstream";

    /// <summary>The most of a response's head. A larger one ends the connection with all that is on it, so it is much more than anybody allows.</summary>
    private const int HeadKilobytes = 128;

    private readonly HttpMessageInvoker _invoker;
    private readonly string _scheme;
    private Stream? _connection;

    /// <summary>Speaks HTTP/2 with prior knowledge on this connection; in TLS, ALPN must have chosen it. The session owns the connection.</summary>
    public Http2Session(Stream connection)
    {
        _connection = connection;
        _scheme = connection is SslStream ? "https" : "http";
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (_, _) => Interlocked.Exchange(ref _connection, null) is { } only ? new(only) : throw new NoMoreStreamsException(),
            // Without it, requests beyond the peer's limit would wait here instead of going to another connection.
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            MaxResponseHeadersLength = HeadKilobytes,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        });
    }

    /// <summary>A request on this connection.</summary>
    /// <param name="method">Its method. One that differs from a known one by case only is written in upper case.</param>
    /// <param name="target">Path and query, which are sent as they are.</param>
    public HttpRequestMessage Request(string method, string target) => new(
        new HttpMethod(method), new Uri($"{_scheme}://{Origin}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>Sends a request; the response's body is still to be read.</summary>
    /// <exception cref="HttpRequestException">The request failed, or the connection takes no more (<see cref="NoMoreStreamsException"/> inside).</exception>
    /// <exception cref="OperationCanceledException">The token fired; the stream is reset.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _invoker.SendAsync(request, cancellationToken);

    /// <summary>Closes the connection, with what is still under way on it.</summary>
    public void Dispose()
    {
        _invoker.Dispose();
        Interlocked.Exchange(ref _connection, null)?.Dispose();
    }
}

/// <summary>A connection takes no further request: it has as many as the peer allows, or the peer lets it end. Nothing of the request was processed.</summary>
public sealed class NoMoreStreamsException() : IOException("The HTTP/2 connection takes no more requests.");
