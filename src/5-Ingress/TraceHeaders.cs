using Usher.Model.Journeys;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>
/// The trace context that goes on from here, as ingress-nginx's OpenTelemetry module propagates it: the trace is the caller's, or begins with the journey's id; the parent is the span of this hop's own call,
/// which stands in the journey and is exported under that id; flags and <c>tracestate</c> are the caller's (W3C Trace Context, section 4.3).
/// </summary>
internal static class TraceHeaders
{
    private static readonly HeaderName Parent = new("traceparent");
    private static readonly HeaderName State = new("tracestate");

    /// <summary>Sets it on the request that is sent on.</summary>
    internal static void Apply(RequestPassage passage)
    {
        if (Format(passage, Draw()) is { } trace) passage.RequestEdits.Set(Parent, trace);
        if (DropsState(passage)) passage.RequestEdits.Remove(State);
    }

    /// <summary>The context of a question that this hop asks before it decides: its parent is the hop itself. Null when there is no trace.</summary>
    internal static string? OfItself(RequestPassage passage)
    {
        if (passage.Record.SpanId == 0) passage.Record.SpanId = Draw();
        return Format(passage, passage.Record.SpanId);
    }

    /// <summary>Whether a <c>tracestate</c> came that belongs to no trace (section 4.3: it isn't passed on with a trace that begins here).</summary>
    internal static bool DropsState(RequestPassage passage) => passage.Record.Brought is null && passage.Exchange.Request.TryGet(State.Bytes, out _);

    private static string? Format(RequestPassage passage, ulong span)
    {
        Span<char> trace = stackalloc char[TraceRoot.TraceIdLength];
        return passage.Record.TryWriteTraceId(trace) ? TraceParent.Format(trace, span, passage.Record.Brought?.Flags ?? TraceContext.Sampled) : null;
    }

    private static ulong Draw() => (ulong)Random.Shared.NextInt64(1, long.MaxValue);
}
