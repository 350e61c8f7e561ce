namespace Usher.Trace.Export;

/// <summary>A batch of spans that applications sent: an <c>ExportTraceServiceRequest</c> as it came, and how many are in it.</summary>
internal readonly record struct AppBatch(ReadOnlyMemory<byte> Bytes, int Spans);

/// <summary>Where batches that applications sent are passed on to.</summary>
internal interface ISpanRelay
{
    /// <summary>Takes a batch; never waits.</summary>
    void Offer(AppBatch batch);
}

/// <summary>Batches that wait to be sent, bounded in bytes: the oldest give way.</summary>
/// <param name="limit">Bytes that may wait.</param>
internal sealed class SpanQueue(int limit)
{
    private readonly Lock changing = new();
    private readonly Queue<AppBatch> waiting = new();
    private long bytes;

    /// <summary>Adds a batch.</summary>
    /// <returns>How many spans gave way, its own if it is too large by itself.</returns>
    public int Add(AppBatch batch)
    {
        var lost = 0;
        lock (changing)
        {
            waiting.Enqueue(batch);
            bytes += batch.Bytes.Length;
            while (bytes > limit && waiting.TryDequeue(out var oldest))
            {
                bytes -= oldest.Bytes.Length;
                lost += oldest.Spans;
            }
        }

        return lost;
    }

    /// <summary>Takes the oldest, as many as fit and at least one if any waits.</summary>
    /// <param name="most">Bytes that are wanted at most.</param>
    public IReadOnlyList<AppBatch> Take(int most)
    {
        var taken = new List<AppBatch>();
        var size = 0;
        lock (changing)
        {
            while (waiting.TryPeek(out var next) && (taken.Count == 0 || size + next.Bytes.Length <= most))
            {
                taken.Add(waiting.Dequeue());
                size += next.Bytes.Length;
                bytes -= next.Bytes.Length;
            }
        }

        return taken;
    }
}
