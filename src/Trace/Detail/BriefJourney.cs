using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Usher.Model.Journeys;

namespace Usher.Trace.Detail;

/// <summary>What is kept of a request whose journey isn't kept in full: bytes without a reference, which no collection of garbage looks at.</summary>
internal struct BriefJourney
{
    // Its id as a number; 0 for one of another form than load balancers give.
    private UInt128 id;

    /// <summary>When it began, in ticks of UTC.</summary>
    public long StartedOn { get; private set; }

    /// <summary>How long it took, in ticks of the road's clock.</summary>
    public long Took { get; private set; }

    /// <summary>The status that the client got.</summary>
    public short Status { get; private set; }

    private byte length;
    private Line line;

    /// <summary>The journey's id; null where it has another form than those that load balancers give.</summary>
    public readonly string? JourneyId => TraceRoot.Of(id);

    /// <summary>The method and the target, cut where they are long or go on with what isn't ASCII.</summary>
    public readonly string RequestLine => Encoding.ASCII.GetString(((ReadOnlySpan<byte>)line)[..length]);

    /// <summary>The journey that begins with a record.</summary>
    /// <param name="id">Its id as a number; 0 for one of another form than load balancers give.</param>
    /// <param name="first">The record.</param>
    public static BriefJourney Of(UInt128 id, RequestRecord first)
    {
        var brief = new BriefJourney { id = id, StartedOn = first.StartedOn.UtcTicks, Took = first.EndedAt - first.StartedAt, Status = (short)first.Status };
        Span<byte> text = brief.line;
        var at = Copy(first.Method, text);
        if (at < text.Length) text[at++] = (byte)' ';
        brief.length = (byte)(at + Copy(first.Target, text[at..]));
        return brief;
    }

    private static int Copy(string from, Span<byte> to)
    {
        Ascii.FromUtf16(from.AsSpan(0, Math.Min(from.Length, to.Length)), to, out var written);
        return written;
    }

    [InlineArray(61)]
    [SuppressMessage("Style", "IDE0044:Add readonly modifier", Justification = "An inline array's only field.")]
    private struct Line
    {
        private byte first;
    }
}
