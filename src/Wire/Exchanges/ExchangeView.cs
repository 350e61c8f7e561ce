using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Usher.Wire;

/// <summary>An exchange seen through another, for who passes a request on: everything is the exchange's own, but for what a view says otherwise.</summary>
public abstract class ExchangeView : HttpExchange
{
    private protected ExchangeView(HttpExchange inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        Inner = inner;
    }

    /// <inheritdoc/>
    public override RequestHead Request => Inner.Request;

    /// <inheritdoc/>
    public override IPEndPoint LocalEndPoint => Inner.LocalEndPoint;

    /// <inheritdoc/>
    public override IPEndPoint RemoteEndPoint => Inner.RemoteEndPoint;

    /// <inheritdoc/>
    public override string Protocol => Inner.Protocol;

    /// <inheritdoc/>
    public override int EarlierRequests => Inner.EarlierRequests;

    /// <inheritdoc/>
    public override IFeatureCollection Features => Inner.Features;

    /// <inheritdoc/>
    public override bool ResponseStarted => Inner.ResponseStarted;

    /// <inheritdoc/>
    public override bool ResponseCompleted => Inner.ResponseCompleted;

    /// <inheritdoc/>
    public override bool ClosesAfterwards => Inner.ClosesAfterwards;

    /// <inheritdoc/>
    public override CancellationToken ClientGone => Inner.ClientGone;

    /// <inheritdoc/>
    public override long RequestBytes => Inner.RequestBytes;

    /// <inheritdoc/>
    public override long ResponseBytes => Inner.ResponseBytes;

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>>? RequestTrailers => Inner.RequestTrailers;

    internal override CancellationToken Draining => Inner.Draining;

    internal override bool CanSwitch => Inner.CanSwitch;

    /// <summary>What is seen through it.</summary>
    protected HttpExchange Inner { get; }

    /// <inheritdoc/>
    public override void CloseAfterResponse() => Inner.CloseAfterResponse();

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadBodyAsync(CancellationToken cancellationToken = default) => Inner.ReadBodyAsync(cancellationToken);

    /// <inheritdoc/>
    public override void AdvanceBody(SequencePosition consumed, SequencePosition examined) => Inner.AdvanceBody(consumed, examined);

    /// <inheritdoc/>
    public override void CancelBodyRead() => Inner.CancelBodyRead();

    /// <inheritdoc/>
    public override ValueTask SendContinueAsync(CancellationToken cancellationToken = default) => Inner.SendContinueAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask StartResponseAsync(ResponseHead head, HeaderEdits? edits, BodyFraming framing, CancellationToken cancellationToken = default) =>
        Inner.StartResponseAsync(head, edits, framing, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) => Inner.WriteBodyAsync(data, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask FlushAsync(CancellationToken cancellationToken = default) => Inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override void AddTrailer(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => Inner.AddTrailer(name, value);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(CancellationToken cancellationToken = default) => Inner.CompleteAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Abort() => Inner.Abort();

    internal override void KeepAwake() => Inner.KeepAwake();

    internal override ValueTask<ClientTunnel> SwitchAsync(ResponseHead head, HeaderEdits? edits) => Inner.SwitchAsync(head, edits);
}
