using System.IO.Pipelines;

namespace Usher.Wire;

/// <summary>An exchange whose request body is copied to others while it is read.</summary>
public sealed class TappedExchange : ExchangeView
{
    private readonly IReadOnlyList<BodyTap> taps;
    private ReadResult read;

    /// <summary>Copies the body of an exchange.</summary>
    /// <param name="inner">The exchange.</param>
    /// <param name="taps">Where to.</param>
    public TappedExchange(HttpExchange inner, IReadOnlyList<BodyTap> taps) : base(inner) => this.taps = taps;

    /// <summary>Nothing more of the body will be read: copies that aren't complete end here.</summary>
    public void End()
    {
        foreach (var tap in taps) tap.Fail(new ExchangeException(HttpViolation.ConnectionClosed, "The request's body wasn't read to its end."));
    }

    /// <inheritdoc/>
    public override async ValueTask<ReadResult> ReadBodyAsync(CancellationToken cancellationToken = default) => read = await Inner.ReadBodyAsync(cancellationToken);

    /// <inheritdoc/>
    public override void AdvanceBody(SequencePosition consumed, SequencePosition examined)
    {
        var used = read.Buffer.IsEmpty ? default : read.Buffer.Slice(0, consumed);
        var last = read.IsCompleted && used.Length == read.Buffer.Length;
        foreach (var tap in taps)
        {
            tap.Give(used);
            if (last) tap.Complete();
        }

        read = default;
        Inner.AdvanceBody(consumed, examined);
    }
}
