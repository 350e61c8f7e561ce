using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Usher.Wire;

/// <summary>
/// Writes to a stream 16 KiB at a time, a whole TLS record (RFC 8446 section 5.1): less would cost records, encryptions and calls to the system. A connection that broke looks to writers as a pipe whose reader has gone
/// (<see cref="FlushResult.IsCompleted"/>), as with Kestrel's own transport; what they write then is lost.
/// </summary>
internal sealed class RecordWriter(Stream stream) : PipeWriter
{
    private static readonly StreamPipeWriterOptions Records = new(minimumBufferSize: 16 * 1024, leaveOpen: true);

    private readonly PipeWriter _inner = Create(stream, Records);

    public override bool CanGetUnflushedBytes => _inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => _inner.UnflushedBytes;

    public override void Advance(int bytes) => _inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _inner.GetSpan(sizeHint);

    public override void CancelPendingFlush() => _inner.CancelPendingFlush();

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => Told(_inner.FlushAsync(cancellationToken));

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) => Told(_inner.WriteAsync(source, cancellationToken));

    /// <summary>Drops what wasn't flushed: nothing here blocks.</summary>
    public override void Complete(Exception? exception = null) => _inner.Complete(exception ?? new OperationCanceledException("The connection ended."));

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        try
        {
            await _inner.CompleteAsync(exception);
        }
        catch (IOException)
        {
            // What was kept back is lost with the connection.
        }
    }

    private static ValueTask<FlushResult> Told(ValueTask<FlushResult> flush) => flush.IsCompletedSuccessfully ? flush : AwaitAsync(flush);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<FlushResult> AwaitAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            return await flush;
        }
        catch (IOException)
        {
            return new FlushResult(isCanceled: false, isCompleted: true);
        }
    }
}
