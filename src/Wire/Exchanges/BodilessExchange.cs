using System.Buffers;
using System.IO.Pipelines;

namespace Usher.Wire;

/// <summary>An exchange whose request is passed on without its body, as if it had none.</summary>
public sealed class BodilessExchange : ExchangeView
{
    /// <summary>Leaves out the body of an exchange's request.</summary>
    public BodilessExchange(HttpExchange inner) : base(inner)
    {
        var request = Inner.Request;
        Request = SubExchange.HeadOf(request, System.Text.Encoding.Latin1.GetString(request.Method), System.Text.Encoding.Latin1.GetString(request.Target), withBody: false);
    }

    /// <inheritdoc/>
    public override RequestHead Request { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>>? RequestTrailers => null;

    internal override bool CanSwitch => false;

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadBodyAsync(CancellationToken cancellationToken = default) => new(new ReadResult(ReadOnlySequence<byte>.Empty, isCanceled: false, isCompleted: true));

    /// <inheritdoc/>
    public override void AdvanceBody(SequencePosition consumed, SequencePosition examined)
    {
    }

    /// <inheritdoc/>
    public override void CancelBodyRead()
    {
    }
}
