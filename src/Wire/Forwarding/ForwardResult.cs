using System.Net;

namespace Usher.Wire;

/// <summary>How a forwarded request ended.</summary>
public enum ForwardOutcome
{
    /// <summary>The whole response reached the client's connection.</summary>
    Completed,

    /// <summary>Nothing listens at the destination.</summary>
    ConnectRefused,

    /// <summary>The destination didn't answer the connection attempt in time.</summary>
    ConnectTimedOut,

    /// <summary>The connection couldn't be made for another reason: see <see cref="ForwardResult.ConnectFailure"/>.</summary>
    ConnectFailed,

    /// <summary>
    /// Connected, but the TLS handshake failed, took too long, or the certificate isn't trusted: see <see cref="ForwardResult.ConnectFailure"/>.
    /// </summary>
    TlsHandshakeFailed,

    /// <summary>
    /// The upstream ended the connection before any byte of the response. With <see cref="ForwardResult.UpstreamReused"/> it is most likely
    /// the
    /// keep-alive race: the upstream closed an idle connection just as it was used.
    /// </summary>
    UpstreamClosedBeforeResponse,

    /// <summary>The upstream reset the connection, before or within the response.</summary>
    UpstreamReset,

    /// <summary>The upstream was silent for longer than the response timeout.</summary>
    ResponseTimedOut,

    /// <summary>The response's head or chunked coding is malformed: see <see cref="ForwardResult.Violation"/>.</summary>
    MalformedResponse,

    /// <summary>The response's head is larger than allowed.</summary>
    ResponseHeadTooLarge,

    /// <summary>The upstream ended the connection before the response's body was complete.</summary>
    UpstreamClosedMidBody,

    /// <summary>The client closed its connection before it had the response.</summary>
    ClientGone,

    /// <summary>The client was idle for too long: it sent no more body, or took no more of the response.</summary>
    ClientTimedOut,

    /// <summary>The request's body is malformed: see <see cref="ForwardResult.Violation"/>.</summary>
    MalformedRequestBody,

    /// <summary>The request's body is longer than the options allow.</summary>
    RequestBodyTooLarge,

    /// <summary>The caller canceled.</summary>
    Canceled,

    /// <summary>The request can't be said in the upstream's protocol here.</summary>
    CannotBeCarried,

    /// <summary>The observer wants another response: this one was dropped, and its connection closed.</summary>
    Declined,
}

/// <summary>What became of the upstream connection.</summary>
public enum UpstreamFate
{
    /// <summary>There was none.</summary>
    None,

    /// <summary>It is kept for the next request.</summary>
    Kept,

    /// <summary>The upstream said that it closes it (Connection: close, HTTP/1.0, or a body that ends with the connection).</summary>
    ClosedByUpstream,

    /// <summary>Keep-alive is off.</summary>
    ClosedByOption,

    /// <summary>The response came before the request was sent completely.</summary>
    ClosedAfterEarlyResponse,

    /// <summary>It carried another protocol.</summary>
    ClosedAfterUpgrade,

    /// <summary>The upstream sent more than its response.</summary>
    ClosedForExtraBytes,

    /// <summary>The pool had no room, or was disposed.</summary>
    ClosedByPool,

    /// <summary>The exchange failed.</summary>
    ClosedOnFailure,
}

/// <summary>
/// The result of <see cref="Forwarder.ForwardAsync"/>. Timestamps are those of the clock in the options; 0 when the moment never came.
/// </summary>
public sealed record ForwardResult
{
    /// <summary>How it ended.</summary>
    public ForwardOutcome Outcome { get; init; }

    /// <summary>One sentence for a person about a failure; null when completed.</summary>
    public string? Detail { get; init; }

    /// <summary>What is wrong with a malformed response or request body.</summary>
    public HttpViolation Violation { get; init; }

    /// <summary>Why no connection could be made.</summary>
    public ConnectFailure ConnectFailure { get; init; }

    /// <summary>The trailers that came after the response's body, of HTTP/2 their names in lower case; null when none came, or they aren't passed on.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Trailers { get; internal set; }

    /// <summary>The upstream's status; 0 when no response head came.</summary>
    public int StatusCode { get; init; }

    /// <summary>
    /// True when a response head was handed to the client's side. If false after a failure, the answer is the caller's to give.
    /// </summary>
    public bool ResponseStarted { get; init; }

    /// <summary>True when the connection had carried a request before.</summary>
    public bool UpstreamReused { get; init; }

    /// <summary>True when a reused connection had closed and the request was sent once more on a new one.</summary>
    public bool Retried { get; init; }

    /// <summary>What became of the connection.</summary>
    public UpstreamFate UpstreamFate { get; internal set; }

    /// <summary>The connection's id in the pool; 0 when there was none.</summary>
    public long UpstreamConnectionId { get; init; }

    /// <summary>Our end of the connection.</summary>
    public IPEndPoint? UpstreamLocal { get; init; }

    /// <summary>The upstream's end of the connection.</summary>
    public IPEndPoint? UpstreamRemote { get; init; }

    /// <summary>What was carried after the upstream had switched protocols (101); null when it hadn't.</summary>
    public RelayResult? Tunnel { get; internal set; }

    /// <summary>What the connection's TLS handshake negotiated, or what is known of one that failed; null for plain TCP.</summary>
    public UpstreamSession? UpstreamSession { get; init; }

    /// <summary>When a connection was asked for.</summary>
    public long ConnectStarted { get; init; }

    /// <summary>When there was one.</summary>
    public long Connected { get; init; }

    /// <summary>When the request was sent completely.</summary>
    public long RequestSent { get; internal set; }

    /// <summary>When the response's head was complete.</summary>
    public long FirstByte { get; internal set; }

    /// <summary>When the response's end was received, or the failure noticed.</summary>
    public long LastByte { get; internal set; }

    /// <summary>Bytes sent to the upstream, framing included. HTTP/2: of the equivalent head, and the body's data.</summary>
    public long SentBytes { get; internal set; }

    /// <summary>Bytes received from the upstream, framing included. HTTP/2: of the equivalent head, and the body's data.</summary>
    public long ReceivedBytes { get; internal set; }
}
