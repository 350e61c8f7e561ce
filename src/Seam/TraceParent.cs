using System.Buffers;
using System.Text;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>The W3C trace context of a request (W3C Trace Context, section 3.2): <c>00-32 hex-16 hex-2 hex</c>.</summary>
public static class TraceParent
{
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>The trace id of a request's <c>traceparent</c>, or null when it has none or a malformed one.</summary>
    public static string? TraceIdOf(RequestHead request) =>
        request.TryGet("traceparent"u8, out var value) && IsValid(value) ? Encoding.ASCII.GetString(value.Slice(3, 32)) : null;

    /// <summary>Writes a <c>traceparent</c>, sampled.</summary>
    /// <param name="traceId">32 lower-case hex digits.</param>
    /// <param name="spanId">The span that sends the request.</param>
    public static string Format(ReadOnlySpan<char> traceId, ulong spanId) => $"00-{traceId}-{spanId:x16}-01";

    private static bool IsValid(ReadOnlySpan<byte> value)
    {
        if (value.Length < 55 || value[2] != '-' || value[35] != '-' || value[52] != '-') return false;
        if (value[..2].SequenceEqual("ff"u8) || (value.Length > 55 && (value[..2].SequenceEqual("00"u8) || value[55] != '-'))) return false;
        return IsHex(value[..2]) && IsHex(value.Slice(3, 32)) && IsHex(value.Slice(36, 16)) && IsHex(value.Slice(53, 2))
            && value.Slice(3, 32).ContainsAnyExcept((byte)'0') && value.Slice(36, 16).ContainsAnyExcept((byte)'0');
    }

    private static bool IsHex(ReadOnlySpan<byte> value) => !value.ContainsAnyExcept(HexDigits);
}
