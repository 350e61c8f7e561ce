namespace Usher.Model.Journeys;

/// <summary>What a request brought of its caller's trace, besides the trace's id (W3C Trace Context, sections 3.2 and 3.3).</summary>
/// <param name="ParentSpanId">The caller's span, 16 hex digits.</param>
/// <param name="Flags">The trace flags: bit 0 says that the caller records the trace, bit 1 that the trace id is random (level 2).</param>
/// <param name="State">The <c>tracestate</c>, as it came; null for none.</param>
public sealed record TraceContext(string ParentSpanId, byte Flags, string? State)
{
    /// <summary>The flag of a trace that is recorded.</summary>
    public const byte Sampled = 1;

    /// <summary>Whether the caller records the trace, so that others should.</summary>
    public bool IsSampled => (Flags & Sampled) != 0;
}
