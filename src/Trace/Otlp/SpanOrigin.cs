namespace Usher.Trace.Otlp;

/// <summary>Under which resource and scope spans came, as the bytes of their messages; one for all that came together.</summary>
/// <param name="Resource">A <c>Resource</c>.</param>
/// <param name="Schema">The URL of its schema; empty for none.</param>
/// <param name="Scope">An <c>InstrumentationScope</c>.</param>
/// <param name="ScopeSchema">The URL of its schema.</param>
internal sealed record SpanOrigin(byte[] Resource, string Schema, byte[] Scope, string ScopeSchema)
{
    /// <summary>Spans as they came, as an <c>ExportTraceServiceRequest</c>.</summary>
    public static byte[] Write(IEnumerable<ReportedSpan> spans)
    {
        var writer = new ProtoWriter();
        foreach (var together in spans.Where(s => s.Origin is not null).GroupBy(s => s.Origin!, ReferenceEqualityComparer.Instance).Select(g => ((SpanOrigin)g.Key!, g)))
        {
            var (origin, members) = together;
            var ofResource = writer.Begin(1);
            writer.Bytes(1, origin.Resource);
            var ofScope = writer.Begin(2);
            writer.Bytes(1, origin.Scope);
            foreach (var span in members) writer.Bytes(2, span.Bytes);
            if (origin.ScopeSchema.Length > 0) writer.Text(3, origin.ScopeSchema);
            writer.End(ofScope);
            if (origin.Schema.Length > 0) writer.Text(3, origin.Schema);
            writer.End(ofResource);
        }

        return writer.ToArray();
    }
}
