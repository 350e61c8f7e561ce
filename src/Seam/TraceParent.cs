using System.Buffers;
using System.Globalization;
using System.Text;
using Usher.Model.Journeys;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>The W3C trace context of a request (W3C Trace Context, section 3.2): <c>00-32 hex-16 hex-2 hex</c>.</summary>
public static class TraceParent
{
    /// <summary>The flags that are passed on: sampled, and random of level 2. All others of version 00 are to be zero (section 3.2.2.5).</summary>
    private const byte PassedOn = 0b11;

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>Notes what a request brought of its caller's trace; without a valid <c>traceparent</c> the record stays as it is.</summary>
    public static void Note(RequestHead request, RequestRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!request.TryGet("traceparent"u8, out var value) || !IsValid(value)) return;
        record.TraceId = Encoding.ASCII.GetString(value.Slice(3, 32));
        var flags = byte.Parse(value.Slice(53, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        record.Brought = new TraceContext(Encoding.ASCII.GetString(value.Slice(36, 16)), (byte)(flags & PassedOn), StateOf(request));
    }

    /// <summary>Writes a <c>traceparent</c>.</summary>
    /// <param name="traceId">32 lower-case hex digits.</param>
    /// <param name="spanId">The span that sends the request; not 0.</param>
    /// <param name="flags">The trace flags.</param>
    public static string Format(ReadOnlySpan<char> traceId, ulong spanId, byte flags = TraceContext.Sampled) => $"00-{traceId}-{spanId:x16}-{flags:x2}";

    /// <summary>The list's members, of all its headers in their order (section 3.3.1.1).</summary>
    private static string? StateOf(RequestHead request)
    {
        if (!request.TryGet("tracestate"u8, out var first)) return null;
        if (request.Count("tracestate"u8) == 1) return Encoding.Latin1.GetString(first);
        var all = new StringBuilder();
        for (var i = 0; i < request.HeaderCount; i++)
        {
            if (Ascii.EqualsIgnoreCase(request.Name(i), "tracestate"u8)) all.Append(all.Length == 0 ? "" : ",").Append(Encoding.Latin1.GetString(request.Value(i)));
        }

        return all.ToString();
    }

    private static bool IsValid(ReadOnlySpan<byte> value)
    {
        if (value.Length < 55 || value[2] != '-' || value[35] != '-' || value[52] != '-') return false;
        if (value[..2].SequenceEqual("ff"u8) || (value.Length > 55 && (value[..2].SequenceEqual("00"u8) || value[55] != '-'))) return false;
        return IsHex(value[..2]) && IsHex(value.Slice(3, 32)) && IsHex(value.Slice(36, 16)) && IsHex(value.Slice(53, 2))
            && value.Slice(3, 32).ContainsAnyExcept((byte)'0') && value.Slice(36, 16).ContainsAnyExcept((byte)'0');
    }

    private static bool IsHex(ReadOnlySpan<byte> value) => !value.ContainsAnyExcept(HexDigits);
}
