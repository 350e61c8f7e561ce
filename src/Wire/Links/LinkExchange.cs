using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Usher.Wire;

/// <summary>
/// An exchange on a link, by the rules of one on an HTTP/1 connection: the same framing, the same reasons to close, the same bytes counted as would
/// have travelled. One object serves all of a link's requests in turn.
/// </summary>
internal sealed class LinkExchange(Link link, Http1ServerOptions options) : HttpExchange
{
    private LinkAttempt _near = null!;
    private BodyKind _kind;
    private long _left;
    private long _requestBytes;
    private long _responseBytes;
    private BodyKind _responseKind;
    private long _responseLeft;
    private int _requests = -1;
    private bool _bodyRead;
    private bool _close;
    private bool _started;
    private bool _completed;

    /// <inheritdoc/>
    public override RequestHead Request { get; } = new();

    /// <inheritdoc/>
    public override IPEndPoint LocalEndPoint => link.To;

    /// <inheritdoc/>
    public override IPEndPoint RemoteEndPoint => link.From;

    /// <inheritdoc/>
    public override string Protocol => "HTTP/1.1";

    /// <inheritdoc/>
    public override int EarlierRequests => _requests;

    /// <inheritdoc/>
    public override IFeatureCollection Features => link.Features;

    /// <inheritdoc/>
    public override bool ResponseStarted => _started;

    /// <inheritdoc/>
    public override bool ResponseCompleted => _completed;

    /// <inheritdoc/>
    public override bool ClosesAfterwards => _close;

    /// <inheritdoc/>
    public override CancellationToken ClientGone => link.Gone;

    /// <inheritdoc/>
    public override long RequestBytes => _requestBytes;

    /// <inheritdoc/>
    public override long ResponseBytes => _responseBytes;

    /// <summary>Bytes of the request's body that were used.</summary>
    public long BodyBytes { get; private set; }

    /// <summary>True when the request's body was read to its end, or there is none.</summary>
    public bool IsBodyRead => _bodyRead;

    /// <summary>The most bytes of an unread body that are dropped to keep the link.</summary>
    public int DrainBytes => options.DrainBytes;

    /// <summary>The limits for request heads.</summary>
    public HeadLimits HeadLimits => options.HeadLimits;

    /// <summary>Makes ready for the request whose head has been filled in.</summary>
    public void Begin(LinkAttempt near, bool rejected)
    {
        _near = near;
        _requests++;
        _requestBytes = Request.WireLength;
        _responseBytes = BodyBytes = 0;
        var framing = rejected ? BodyFraming.None : Request.Framing;
        _kind = framing.Kind;
        _left = framing.Length;
        _bodyRead = !framing.MayHaveBody;
        _close = rejected;
        _started = _completed = false;
    }

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadBodyAsync(CancellationToken cancellationToken = default) =>
        _bodyRead ? new(new ReadResult(default, isCanceled: false, isCompleted: true)) : _near.Body.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>>? RequestTrailers => _bodyRead ? _near.RequestTrailers : null;

    /// <inheritdoc/>
    public override void AdvanceBody(SequencePosition consumed, SequencePosition examined)
    {
        if (!_bodyRead) _near.Body.Advance(consumed, examined);
    }

    /// <summary>Counts body that was used, and the chunk that it would have come in.</summary>
    public void CountBody(long used, bool last)
    {
        _requestBytes += used;
        BodyBytes += used;
        _left -= used;
        if (_kind == BodyKind.Chunked) _requestBytes += ChunkHeader.Framing(used, last);
        _bodyRead = last;
    }

    /// <inheritdoc/>
    public override void CancelBodyRead() => _near.Body.CancelRead();

    /// <summary>Does nothing: the near end has sent it to its own client, and Expect isn't passed on.</summary>
    public override ValueTask SendContinueAsync(CancellationToken cancellationToken = default) => default;

    /// <inheritdoc/>
    public override ValueTask StartResponseAsync(
        ResponseHead head, HeaderEdits? edits, BodyFraming framing, CancellationToken cancellationToken = default)
    {
        Start(ref _started, head);
        framing = Http1Exchange.FramingFor(Request, head, framing);
        var unread = _bodyRead ? 0 : _kind == BodyKind.Length ? _left : long.MaxValue;
        _close |= !Request.KeepAlive || link.IsEnding || unread > options.DrainBytes;
        _responseKind = Request.IsHead || head.StatusForbidsBody ? BodyKind.None : framing.Kind;
        _responseLeft = framing.Length;
        return _near.StartResponseAsync(head, edits, framing, _close ? ConnectionOption.Close : ConnectionOption.None);
    }

    /// <summary>Counts the response's head.</summary>
    public void CountHead(int bytes) => _responseBytes += bytes;

    /// <inheritdoc/>
    public override ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        if (!_started || _completed) throw new InvalidOperationException("The response hasn't started or is complete.");
        if (_responseKind == BodyKind.None || data.IsEmpty) return default;
        if (_responseKind == BodyKind.Length && (_responseLeft -= data.Length) < 0)
            throw new InvalidOperationException("More body is written than the response's length.");
        _responseBytes += data.Length;
        if (_responseKind == BodyKind.Chunked) _responseBytes += ChunkHeader.Framing(data.Length, last: false);
        return _near.WriteBodyAsync(data);
    }

    /// <inheritdoc/>
    public override ValueTask FlushAsync(CancellationToken cancellationToken = default) => _started ? _near.FlushAsync() : default;

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        if (!_started) throw new InvalidOperationException("The response hasn't started.");
        if (_completed) return default;
        if (_responseKind == BodyKind.Length && _responseLeft > 0)
        {
            Abort();
            throw new InvalidOperationException("The response's body is shorter than its length.");
        }

        if (_responseKind == BodyKind.Chunked) _responseBytes += ChunkHeader.Framing(0, last: true);
        _completed = true;
        return _near.CompleteAsync();
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        _completed = false;
        _close = true;
    }
}
