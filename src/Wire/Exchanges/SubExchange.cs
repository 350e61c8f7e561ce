using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Usher.Wire;

/// <summary>
/// A request that a server makes itself because of another one: to ask somebody whether that may pass, or as a copy of it. It is forwarded like any exchange; of the answer the head is kept,
/// and the body is read to its end and dropped.
/// </summary>
public sealed class SubExchange : HttpExchange
{
    private readonly BodyTap? body;
    private readonly IPEndPoint local;
    private readonly IPEndPoint remote;
    private ReadResult read;
    private bool started;
    private bool completed;

    /// <summary>An exchange for a request.</summary>
    /// <param name="request">The request's head; <see cref="HeadOf"/> makes one of another's.</param>
    /// <param name="because">The exchange that it is made because of.</param>
    /// <param name="body">Where its body comes from; null for a request without one.</param>
    /// <param name="gone">Ends it; the default for never, where the other's end is none of its.</param>
    public SubExchange(RequestHead request, HttpExchange because, BodyTap? body = null, CancellationToken gone = default)
    {
        ArgumentNullException.ThrowIfNull(because);
        (Request, this.body, ClientGone, local, remote) = (request, body, gone, because.LocalEndPoint, because.RemoteEndPoint);
    }

    /// <inheritdoc/>
    public override RequestHead Request { get; }

    /// <summary>The answer's head; its status is 0 while there is none.</summary>
    public ResponseHead Response { get; } = new();

    /// <inheritdoc/>
    public override IPEndPoint LocalEndPoint => local;

    /// <inheritdoc/>
    public override IPEndPoint RemoteEndPoint => remote;

    /// <inheritdoc/>
    public override string Protocol => "HTTP/1.1";

    /// <inheritdoc/>
    public override int EarlierRequests => 0;

    /// <inheritdoc/>
    public override IFeatureCollection Features { get; } = new FeatureCollection();

    /// <inheritdoc/>
    public override bool ResponseStarted => started;

    /// <inheritdoc/>
    public override bool ResponseCompleted => completed;

    /// <inheritdoc/>
    public override CancellationToken ClientGone { get; }

    /// <inheritdoc/>
    public override long RequestBytes => 0;

    /// <inheritdoc/>
    public override long ResponseBytes => 0;

    /// <summary>The head of a request made of another's: its headers, without those that concern one connection.</summary>
    /// <param name="other">The other request.</param>
    /// <param name="method">The method.</param>
    /// <param name="target">The target.</param>
    /// <param name="withBody">Whether the other's body, and with it what the head says of it, belongs to it.</param>
    /// <exception cref="ArgumentException">The method isn't a token, or the target is malformed.</exception>
    public static RequestHead HeadOf(RequestHead other, string method, string target, bool withBody)
    {
        ArgumentNullException.ThrowIfNull(other);
        var head = new RequestHead();
        head.SetRequestLine(method, target);
        for (var i = 0; i < other.HeaderCount; i++)
        {
            var kind = other.Kind(i);
            if (HopByHop.Drops(other, i) || kind is HeaderKind.Expect or HeaderKind.ContentLength or HeaderKind.TransferEncoding) continue;
            head.Add(other.Name(i), other.Value(i));
        }

        var framing = withBody ? other.Framing : BodyFraming.None;
        if (framing.Kind == BodyKind.Length) head.Add("Content-Length", framing.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        else if (framing.Kind != BodyKind.None) head.Add("Transfer-Encoding", "chunked");
        return head;
    }

    /// <inheritdoc/>
    public override async ValueTask<ReadResult> ReadBodyAsync(CancellationToken cancellationToken = default) =>
        read = body is null ? new ReadResult(ReadOnlySequence<byte>.Empty, isCanceled: false, isCompleted: true) : await body.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public override void AdvanceBody(SequencePosition consumed, SequencePosition examined)
    {
        if (body is null) return;
        body.Advance(read.Buffer.IsEmpty ? 0 : read.Buffer.Slice(0, consumed).Length, consumed, examined);
        read = default;
    }

    /// <inheritdoc/>
    public override void CancelBodyRead() => body?.CancelRead();

    /// <inheritdoc/>
    public override ValueTask SendContinueAsync(CancellationToken cancellationToken = default) => default;

    /// <inheritdoc/>
    public override ValueTask StartResponseAsync(ResponseHead head, HeaderEdits? edits, BodyFraming framing, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(head);
        started = true;
        Response.SetStatus(head.StatusCode, head.Reason);
        for (var i = 0; i < head.HeaderCount; i++) Response.Add(head.Name(i), head.Value(i));
        return default;
    }

    /// <inheritdoc/>
    public override ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) => default;

    /// <inheritdoc/>
    public override ValueTask FlushAsync(CancellationToken cancellationToken = default) => default;

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        completed = true;
        return default;
    }

    /// <inheritdoc/>
    public override void Abort()
    {
    }
}
