using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Usher.Model.Journeys;

/// <summary>Roots of <c>X-Amzn-Trace-Id</c> (ALB user guide, "Request tracing"), which are journeys' ids.</summary>
public static class TraceRoot
{
    /// <summary>Digits of a W3C trace id.</summary>
    public const int TraceIdLength = 32;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// The W3C trace id that a root of the form <c>1-8 hex-24 hex</c> stands for: its 32 digits, in lower case. Null for any other form, and for all
    /// zeros, which W3C forbids.
    /// </summary>
    public static string? TraceIdOf(string? root)
    {
        Span<char> digits = stackalloc char[TraceIdLength];
        return TryTraceIdOf(root, digits) ? new string(digits) : null;
    }

    /// <summary>The same, written to where there is room for <see cref="TraceIdLength"/> digits; false for no such root.</summary>
    public static bool TryTraceIdOf(string? root, Span<char> digits)
    {
        if (!HasForm(root)) return false;
        digits = digits[..TraceIdLength];
        root.AsSpan(2, 8).ToLowerInvariant(digits);
        root.AsSpan(11).ToLowerInvariant(digits[8..]);
        return !digits.ContainsAnyExcept(HexDigits) && digits.ContainsAnyExcept('0');
    }

    /// <summary>The digits of a root of the form <c>1-8 hex-24 hex</c> as one number, which <see cref="Of(UInt128)"/> makes a root again; 0 for any other form.</summary>
    public static UInt128 NumberOf(string? root)
    {
        Span<byte> bytes = stackalloc byte[16];
        return HasForm(root)
            && Convert.FromHexString(root.AsSpan(2, 8), bytes, out _, out _) == OperationStatus.Done
            && Convert.FromHexString(root.AsSpan(11), bytes[4..], out _, out _) == OperationStatus.Done
                ? BinaryPrimitives.ReadUInt128BigEndian(bytes)
                : 0;
    }

    /// <summary>The root that a number stands for, in lower case; null for 0.</summary>
    public static string? Of(UInt128 number) => number == 0 ? null : Of(number.ToString("x32", CultureInfo.InvariantCulture));

    /// <summary>The root of the form <c>1-8 hex-24 hex</c> that stands for a W3C trace id; null for none.</summary>
    public static string? Of(string? traceId) => traceId is { Length: TraceIdLength } ? $"1-{traceId[..8]}-{traceId[8..]}" : null;

    private static bool HasForm([NotNullWhen(true)] string? root) => root is { Length: 35 } && root.StartsWith("1-", StringComparison.Ordinal) && root[10] == '-';
}
