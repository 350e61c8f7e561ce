using System.Buffers;
using System.IO.Pipelines;

namespace Usher.Wire;

/// <summary>
/// A copy of a request's body, given piece by piece as the request itself takes it. Whoever gives never waits: what the reader hasn't taken is kept up to a limit, and beyond it the copy is given up.
/// One gives and one reads.
/// </summary>
/// <param name="limit">The most bytes that wait for the reader.</param>
public sealed class BodyTap(int limit)
{
    private readonly Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private long waiting;
    private bool ended;

    /// <summary>Whether it was given up, since its reader was too slow.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>Gives more of the body.</summary>
    internal void Give(in ReadOnlySequence<byte> bytes)
    {
        if (ended || bytes.IsEmpty) return;
        if (Interlocked.Add(ref waiting, bytes.Length) > limit)
        {
            IsGivenUp = true;
            Fail(new ExchangeException(HttpViolation.BodyTooLarge, FormattableString.Invariant($"More than {limit} bytes of the request's body waited to be sent.")));
            return;
        }

        foreach (var piece in bytes) pipe.Writer.Write(piece.Span);
        // No threshold: a flush never waits.
        pipe.Writer.FlushAsync().AsTask();
    }

    /// <summary>The body is complete.</summary>
    internal void Complete()
    {
        if (ended) return;
        ended = true;
        pipe.Writer.Complete();
    }

    /// <summary>The rest of the body won't come.</summary>
    internal void Fail(ExchangeException why)
    {
        if (ended) return;
        ended = true;
        pipe.Writer.Complete(why);
    }

    internal async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        var result = await pipe.Reader.ReadAsync(cancellationToken);
        // A read that was canceled counts as advanced.
        if (result.IsCanceled) pipe.Reader.AdvanceTo(result.Buffer.Start);
        return result;
    }

    internal void Advance(long used, SequencePosition consumed, SequencePosition examined)
    {
        Interlocked.Add(ref waiting, -used);
        pipe.Reader.AdvanceTo(consumed, examined);
    }

    internal void CancelRead() => pipe.Reader.CancelPendingRead();
}
