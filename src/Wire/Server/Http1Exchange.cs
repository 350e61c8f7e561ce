using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Usher.Wire;

/// <summary>An exchange on an HTTP/1 connection. One object serves all of a connection's requests in turn.</summary>
internal sealed class Http1Exchange : HttpExchange, IDisposable
{
    private readonly Http1Connection _connection;
    private readonly Http1ServerOptions _options;
    private readonly Http1RequestBody _body;
    private readonly Http1ResponseBody _response;
    private long _headBytes;
    private bool _close;
    private bool _continueDue;
    private int _requests = -1;
    private bool _mayStillSend;
    private bool _started;
    private bool _completed;
    private ClientTunnel? _tunnel;

    internal Http1Exchange(Http1Connection connection, Http1ServerOptions options)
    {
        _connection = connection;
        _options = options;
        _body = new Http1RequestBody(connection.Context.Transport.Input, options);
        _response = new Http1ResponseBody(connection.Context, options);
        LocalEndPoint = Unmapped.Of((IPEndPoint)connection.Context.LocalEndPoint!);
        RemoteEndPoint = Unmapped.Of((IPEndPoint)connection.Context.RemoteEndPoint!);
    }

    /// <inheritdoc/>
    public override RequestHead Request { get; } = new();

    /// <inheritdoc/>
    public override IPEndPoint LocalEndPoint { get; }

    /// <inheritdoc/>
    public override IPEndPoint RemoteEndPoint { get; }

    /// <inheritdoc/>
    public override string Protocol => Request.Version == 10 ? "HTTP/1.0" : "HTTP/1.1";

    /// <inheritdoc/>
    public override int EarlierRequests => _requests;

    /// <inheritdoc/>
    public override IFeatureCollection Features => _connection.Context.Features;

    /// <inheritdoc/>
    public override bool ResponseStarted => _started;

    /// <inheritdoc/>
    public override bool ResponseCompleted => _completed;

    /// <inheritdoc/>
    public override bool ClosesAfterwards => _close;

    /// <inheritdoc/>
    public override void CloseAfterResponse() => CloseAfterwards(mayStillSend: false);

    /// <inheritdoc/>
    public override CancellationToken ClientGone => _connection.Context.ConnectionClosed;

    /// <inheritdoc/>
    public override long RequestBytes => _headBytes + _body.WireBytes + (_tunnel?.Received ?? 0);

    /// <inheritdoc/>
    public override long ResponseBytes => _response.WireBytes + (_tunnel?.Sent ?? 0);

    /// <inheritdoc/>
    internal override CancellationToken Draining => _connection.Draining;

    /// <inheritdoc/>
    internal override bool CanSwitch => true;

    /// <summary>True when the connection closes now while the client may still be sending.</summary>
    public bool MaySendMore =>
        (!_body.IsRead || _mayStillSend) && _response.Kind != BodyKind.UntilClose && !ClientGone.IsCancellationRequested;

    /// <summary>Makes ready for the next request.</summary>
    public void Reset()
    {
        _requests++;
        Request.Reset();
        _body.Reset(BodyFraming.None);
        _response.Reset();
        _headBytes = 0;
        _close = _continueDue = _started = _completed = false;
        _tunnel = null;
    }

    /// <summary>Counts bytes of the request's head.</summary>
    public void CountHead(long bytes) => _headBytes += bytes;

    /// <summary>The head is complete: the body follows.</summary>
    public void BeginBody()
    {
        _body.Reset(Request.Framing);
        _continueDue = Request.ExpectContinue && !_body.IsRead;
    }

    /// <summary>Lets the response be this connection's last.</summary>
    public void CloseAfterwards(bool mayStillSend)
    {
        _close = true;
        _mayStillSend = mayStillSend;
    }

    /// <summary>Settles the exchange after the handler; true when the connection can carry another.</summary>
    public async ValueTask<bool> FinishAsync()
    {
        if (!_completed)
        {
            Abort();
            return false;
        }

        return !_close && (_body.IsRead || await _body.DrainAsync(_options.DrainBytes));
    }

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadBodyAsync(CancellationToken cancellationToken = default) =>
        _continueDue && !_started ? ReadAfterContinueAsync(cancellationToken) : _body.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>>? RequestTrailers => _body.Trailers;

    /// <inheritdoc/>
    public override void AddTrailer(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        // RFC 9110 section 6.5.1: without TE the client may lose them, and so they aren't sent.
        if (_response.Kind == BodyKind.Chunked && TrailerFields.May(name, value) && TrailerFields.AreTakenBy(Request)) _response.AddTrailer(name, value);
    }

    /// <inheritdoc/>
    public override void AdvanceBody(SequencePosition consumed, SequencePosition examined) => _body.Advance(consumed, examined);

    /// <inheritdoc/>
    public override void CancelBodyRead() => _body.Cancel();

    /// <inheritdoc/>
    internal override void KeepAwake() => _body.KeepAwake();

    /// <inheritdoc/>
    public override ValueTask SendContinueAsync(CancellationToken cancellationToken = default)
    {
        if (!_continueDue || _started) return default;
        _continueDue = false;
        _response.Put("HTTP/1.1 100 Continue\r\n\r\n"u8);
        return _response.FlushAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask StartResponseAsync(
        ResponseHead head, HeaderEdits? edits, BodyFraming framing, CancellationToken cancellationToken = default)
    {
        Start(ref _started, head);
        framing = FramingFor(Request, head, framing);
        _close |= !Request.KeepAlive || framing.Kind == BodyKind.UntilClose || _connection.IsEnding
            || (!_body.IsRead && (_continueDue || _body.Left > _options.DrainBytes));
        var option = _close ? ConnectionOption.Close : Request.Version == 10 ? ConnectionOption.KeepAlive : ConnectionOption.None;
        _response.Start(head, edits, framing, Request.IsHead || head.StatusForbidsBody, option);
        return default;
    }

    /// <inheritdoc/>
    internal override async ValueTask<ClientTunnel> SwitchAsync(ResponseHead head, HeaderEdits? edits)
    {
        if (_started || !_body.IsRead) throw new InvalidOperationException("The response has already started, or the request isn't read.");
        _started = _completed = _close = true;
        _response.Start(head, edits, BodyFraming.None, bodyless: true, ConnectionOption.Upgrade);
        await _response.FlushAsync(default);
        return _tunnel = new ClientTunnel(_connection.Context);
    }

    /// <inheritdoc/>
    public override ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        if (!_started || _completed) throw new InvalidOperationException("The response hasn't started or is complete.");
        return _response.WriteAsync(data, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask FlushAsync(CancellationToken cancellationToken = default) => _response.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        if (!_started) throw new InvalidOperationException("The response hasn't started.");
        if (_completed) return default;
        if (_response.IsShort)
        {
            Abort();
            throw new InvalidOperationException("The response's body is shorter than its length.");
        }

        _completed = true;
        return _response.CompleteAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        _completed = false;
        _close = true;
        _connection.Context.Abort(new ConnectionAbortedException("The response was cut."));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _response.Dispose();
        _body.Dispose();
    }

    private async ValueTask<ReadResult> ReadAfterContinueAsync(CancellationToken cancellationToken)
    {
        await SendContinueAsync(cancellationToken);
        return await _body.ReadAsync(cancellationToken);
    }

    /// <summary>The framing that this client understands and this response may have.</summary>
    internal static BodyFraming FramingFor(RequestHead request, ResponseHead head, BodyFraming framing)
    {
        if (head.StatusForbidsBody) return BodyFraming.None;
        return framing.Kind switch
        {
            BodyKind.Length => framing,
            BodyKind.None => request.IsHead ? BodyFraming.None : BodyFraming.OfLength(0),
            _ when request.IsHead && (framing.Kind == BodyKind.UntilClose || request.Version == 10) => BodyFraming.None,
            _ => request.Version == 10 ? BodyFraming.UntilClose : BodyFraming.Chunked,
        };
    }
}
