namespace Usher.Trace.Otlp;

/// <summary>The newest traces that applications reported, by trace id. Bounded in traces, in spans of each, and in bytes.</summary>
internal sealed class SpanStore(TraceOptions options)
{
    private readonly Lock changing = new();
    private readonly Dictionary<string, List<ReportedSpan>> traces = [];
    private readonly Queue<string> ages = new();
    private long bytes;

    /// <summary>Raised after each add.</summary>
    public Pulse Added { get; } = new();

    /// <summary>Adds spans. One that is there already (a batch sent again) is kept once.</summary>
    /// <returns>How many were refused, because their trace is full.</returns>
    public int Add(IReadOnlyList<ReportedSpan> spans)
    {
        var refused = 0;
        lock (changing)
        {
            foreach (var span in spans)
            {
                if (!traces.TryGetValue(span.TraceId, out var trace)) trace = Begin(span.TraceId);
                if (trace.Exists(s => s.SpanId == span.SpanId)) continue;
                if (trace.Count >= options.SpansPerTrace)
                {
                    refused++;
                    continue;
                }

                trace.Add(span);
                bytes += span.Bytes.Length;
                // The newest trace stays: no batch is larger than what is kept.
                while (bytes > options.SpanBytes && traces.Count > 1) Forget();
            }
        }

        Added.Beat();
        return refused;
    }

    /// <summary>The spans of a trace so far.</summary>
    public IReadOnlyList<ReportedSpan> Of(string? traceId)
    {
        if (traceId is null) return [];
        lock (changing)
        {
            return traces.TryGetValue(traceId, out var trace) ? [.. trace] : [];
        }
    }

    /// <summary>Whether a trace has any spans.</summary>
    public bool Has(string? traceId)
    {
        if (traceId is null) return false;
        lock (changing)
        {
            return traces.ContainsKey(traceId);
        }
    }

    private List<ReportedSpan> Begin(string traceId)
    {
        if (traces.Count >= options.Traces) Forget();
        ages.Enqueue(traceId);
        return traces[traceId] = [];
    }

    private void Forget()
    {
        if (traces.Remove(ages.Dequeue(), out var oldest)) bytes -= oldest.Sum(s => (long)s.Bytes.Length);
    }
}
