using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Usher.Wire;

/// <summary>
/// One request and its response, as a server sees them. It is valid until the handler returns. The request body and the response may be
/// worked
/// on at the same time, each by one caller at a time. Bodies are decoded bytes.
/// </summary>
public abstract class HttpExchange
{
    private ResponseHead? _ownResponse;

    private protected HttpExchange()
    {
    }

    /// <summary>The request's head.</summary>
    public abstract RequestHead Request { get; }

    /// <summary>The server's end of the client's connection.</summary>
    public abstract IPEndPoint LocalEndPoint { get; }

    /// <summary>The client's end of its connection.</summary>
    public abstract IPEndPoint RemoteEndPoint { get; }

    /// <summary>The protocol as access logs write it: "HTTP/1.0", "HTTP/1.1" or "HTTP/2.0".</summary>
    public abstract string Protocol { get; }

    /// <summary>How many requests came on this connection before this one; 0 when that isn't known (HTTP/2).</summary>
    public abstract int EarlierRequests { get; }

    /// <summary>The connection's features (HTTP/1) or the request's (HTTP/2): the TLS handshake, for one.</summary>
    public abstract IFeatureCollection Features { get; }

    /// <summary>Whatever the handler wants to remember with this object, which on HTTP/1 serves all of a connection's requests.</summary>
    public object? Tag { get; set; }

    /// <summary>True once a response head was handed over; a second one can't follow.</summary>
    public abstract bool ResponseStarted { get; }

    /// <summary>True once the response was completed.</summary>
    public abstract bool ResponseCompleted { get; }

    /// <summary>True when the response, once started, is its connection's last (HTTP/1).</summary>
    public virtual bool ClosesAfterwards => false;

    /// <summary>Lets the response, which hasn't started yet, be its connection's last (HTTP/1; other streams of an HTTP/2 connection go on).</summary>
    public virtual void CloseAfterResponse()
    {
    }

    /// <summary>Fires when the client has closed or reset its connection (HTTP/1: also its half) or stream (HTTP/2).</summary>
    public abstract CancellationToken ClientGone { get; }

    /// <summary>
    /// Bytes of the request read so far: head, body and its framing. HTTP/2: of the equivalent head, and the body's data.
    /// </summary>
    public abstract long RequestBytes { get; }

    /// <summary>
    /// Bytes of the response handed over so far: head, body and its framing. HTTP/2: of the equivalent head, and the body's data.
    /// </summary>
    public abstract long ResponseBytes { get; }

    /// <summary>
    /// Reads more of the request's body; <see cref="AdvanceBody(SequencePosition, SequencePosition)"/> must follow before the next read.
    /// The last result is completed. Sends 100 Continue first when the client waits for it.
    /// </summary>
    /// <exception cref="ExchangeException">The body is malformed, the client is gone, or it was idle for too long.</exception>
    public abstract ValueTask<ReadResult> ReadBodyAsync(CancellationToken cancellationToken = default);

    /// <summary>Tells what of the last read was used, and what was looked at; the rest is given again.</summary>
    public abstract void AdvanceBody(SequencePosition consumed, SequencePosition examined);

    /// <summary>The trailers of a request whose body was read to its end, those that a proxy may pass on (RFC 9110 section 6.5.1); null when there are none.</summary>
    public virtual IReadOnlyList<KeyValuePair<string, string>>? RequestTrailers => null;

    /// <summary>Lets a pending or the next <see cref="ReadBodyAsync"/> return with <see cref="ReadResult.IsCanceled"/>. Such a result has been advanced already.</summary>
    public abstract void CancelBodyRead();

    /// <summary>Sends 100 Continue when the client waits for it and no response has started; otherwise does nothing.</summary>
    /// <exception cref="ExchangeException">The client is gone.</exception>
    public abstract ValueTask SendContinueAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Hands over the response's head; it is sent with the first flush. Connection and framing headers are the exchange's own: those of
    /// <paramref name="head"/> are dropped. <paramref name="framing"/> is what the caller knows of the length; what the client understands
    /// is made of it
    /// (chunks, or closing for HTTP/1.0). Responses to HEAD, and 204 and 304, have no body: what is written to them is dropped.
    /// </summary>
    /// <exception cref="InvalidOperationException">A response has already started, or the status is 1xx.</exception>
    public abstract ValueTask StartResponseAsync(
        ResponseHead head, HeaderEdits? edits, BodyFraming framing, CancellationToken cancellationToken = default);

    /// <summary>Notes that the response starts, if it may.</summary>
    private protected static void Start(ref bool started, ResponseHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (started) throw new InvalidOperationException("The response has already started.");
        if (head.StatusCode < 200) throw new InvalidOperationException("A response needs a final status.");
        started = true;
    }

    /// <summary>
    /// Writes body bytes. They may be kept back until <see cref="FlushAsync"/>, within limits; waits when the client reads slowly.
    /// </summary>
    /// <exception cref="ExchangeException">The client is gone, or took nothing for too long.</exception>
    /// <exception cref="InvalidOperationException">No response has started, or the length given is exceeded.</exception>
    public abstract ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Sends what was kept back; waits when the client reads slowly.</summary>
    /// <exception cref="ExchangeException">The client is gone, or took nothing for too long.</exception>
    public abstract ValueTask FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds a trailer, which is sent when the response completes; dropped where the client takes none (HTTP/1.1: unless its TE says so and the response comes in chunks).</summary>
    public virtual void AddTrailer(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
    }

    /// <summary>Ends the response and sends what was kept back.</summary>
    /// <exception cref="ExchangeException">The client is gone, or took nothing for too long.</exception>
    /// <exception cref="InvalidOperationException">The body is shorter than the length given; the connection is aborted.</exception>
    public abstract ValueTask CompleteAsync(CancellationToken cancellationToken = default);

    /// <summary>Cuts the client's connection (HTTP/2: the stream), so that it sees the response as broken.</summary>
    public abstract void Abort();

    /// <summary>The exchange isn't idle, though its client may be silent: a read of the body that waits has the whole idle timeout again.</summary>
    internal virtual void KeepAwake()
    {
    }

    /// <summary>Fires when the server wants its connections to end: what has no end of its own is cut then.</summary>
    internal virtual CancellationToken Draining => default;

    /// <summary>True when the connection can be switched to another protocol (HTTP/1.1 alone).</summary>
    internal virtual bool CanSwitch => false;

    /// <summary>Sends this 101 and hands the connection over. The exchange is complete then, and its connection closes when the handler returns.</summary>
    internal virtual ValueTask<ClientTunnel> SwitchAsync(ResponseHead head, HeaderEdits? edits) =>
        throw new InvalidOperationException("The connection can't be switched to another protocol.");

    /// <summary>Sends a whole response.</summary>
    public ValueTask RespondAsync(
        int status,
        ReadOnlySpan<KeyValuePair<string, string>> headers,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        var head = OwnResponse();
        head.SetStatus(status);
        foreach (var (name, value) in headers) head.Add(name, value);
        return RespondAsync(head, body, cancellationToken);
    }

    /// <summary>Sends a whole response with a text body and its content type; no body when <paramref name="body"/> is empty.</summary>
    public ValueTask RespondAsync(int status, string contentType, string body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        var head = OwnResponse();
        head.SetStatus(status);
        if (body.Length > 0) head.Add("Content-Type", contentType);
        return RespondAsync(head, Encoding.UTF8.GetBytes(body), cancellationToken);
    }

    /// <summary>Sends a whole response.</summary>
    public async ValueTask RespondAsync(ResponseHead head, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        await StartResponseAsync(head, null, BodyFraming.OfLength(body.Length), cancellationToken);
        if (!body.IsEmpty) await WriteBodyAsync(body, cancellationToken);
        await CompleteAsync(cancellationToken);
    }

    private ResponseHead OwnResponse()
    {
        var head = _ownResponse ??= new ResponseHead();
        head.Reset();
        return head;
    }
}
