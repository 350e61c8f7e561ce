using Usher.Trace.Export;

namespace Usher.Trace.Otlp;

/// <summary>What becomes of a batch, however it came: its spans are kept for their journeys, and it is passed on where spans are exported.</summary>
/// <param name="spans">Keeps them.</param>
/// <param name="options">The limits.</param>
/// <param name="relay">Passes them on; null for nobody.</param>
internal sealed class SpanIntake(SpanStore spans, TraceOptions options, ISpanRelay? relay = null)
{
    /// <summary>Bytes of one batch, after decompression.</summary>
    public int MaxBytes => options.SpanBatchBytes;

    /// <summary>What is said of a batch that is longer.</summary>
    public string TooLong => $"a batch may have {MaxBytes} bytes; lower OTEL_BSP_MAX_EXPORT_BATCH_SIZE";

    /// <summary>Takes an <c>ExportTraceServiceRequest</c>, whose bytes don't change from now on: they may wait to be passed on.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Take(ReadOnlyMemory<byte> body, out int refused)
    {
        refused = 0;
        try
        {
            var batch = SpanBatch.Read(body.Span, options.SpansPerBatch);
            refused = batch.Refused + spans.Add(batch.Spans);
            // All of it: what is too much here may be welcome there.
            relay?.Offer(new AppBatch(body, batch.Spans.Count + batch.Refused));
            return null;
        }
        catch (MalformedMessageException malformed)
        {
            return malformed.Message;
        }
    }
}
