using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Usher.Model.Journeys;

namespace Usher.Trace.Detail;

/// <summary>What is kept of a request whose journey isn't kept in full: bytes without a reference, which no collection of garbage looks at.</summary>
internal struct BriefJourney
{
    /// <summary>The digits of its id (<c>1-8 hex-24 hex</c>) as a number; 0 for an id of another form.</summary>
    public UInt128 Id { get; private set; }

    /// <summary>When it began, in ticks of UTC.</summary>
    public long StartedOn { get; private set; }

    /// <summary>How long it took, in ticks of the road's clock.</summary>
    public long Took { get; private set; }

    /// <summary>The status that the client got.</summary>
    public short Status { get; private set; }

    private byte length;
    private Line line;

    /// <summary>The journey's id.</summary>
    public readonly string JourneyId => string.Create(CultureInfo.InvariantCulture, $"1-{(uint)(Id >> 96):x8}-{(uint)(Id >> 64):x8}{(ulong)Id:x16}");

    /// <summary>The method and the target, cut where they are long or go on with what isn't ASCII.</summary>
    public readonly string RequestLine => Encoding.ASCII.GetString(((ReadOnlySpan<byte>)line)[..length]);

    /// <summary>The journey that begins with a record.</summary>
    public static BriefJourney Of(RequestRecord first)
    {
        var brief = new BriefJourney { Id = IdOf(first.JourneyId), StartedOn = first.StartedOn.UtcTicks, Took = first.EndedAt - first.StartedAt, Status = (short)first.Status };
        Span<byte> text = brief.line;
        var at = Copy(first.Method, text);
        if (at < text.Length) text[at++] = (byte)' ';
        brief.length = (byte)(at + Copy(first.Target, text[at..]));
        return brief;
    }

    /// <summary>A journey's id as a number; 0 for one of another form.</summary>
    public static UInt128 IdOf(string? journeyId)
    {
        Span<byte> bytes = stackalloc byte[16];
        return journeyId is { Length: 35 } id
            && Convert.FromHexString(id.AsSpan(2, 8), bytes, out _, out _) == OperationStatus.Done
            && Convert.FromHexString(id.AsSpan(11), bytes[4..], out _, out _) == OperationStatus.Done
                ? BinaryPrimitives.ReadUInt128BigEndian(bytes)
                : 0;
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
