using System.Globalization;
using System.Text;

namespace Usher.Response;

/// <summary>Writes the fields of an access log line.</summary>
internal static class LogText
{
    /// <summary>A field in double quotes; <c>"-"</c> for none. Quotes, backslashes, control characters and all beyond ASCII become <c>\xNN</c>.</summary>
    /// <param name="line">The line so far.</param>
    /// <param name="value">The value; a char stands for one byte, as headers are read.</param>
    /// <param name="limit">Bytes of the value at most.</param>
    public static StringBuilder Quoted(this StringBuilder line, string? value, int limit = int.MaxValue)
    {
        line.Append('"');
        if (string.IsNullOrEmpty(value)) return line.Append("-\"");
        foreach (var c in value.AsSpan(0, Math.Min(value.Length, limit)))
        {
            if (c is >= ' ' and <= '~' and not '"' and not '\\') line.Append(c);
            else if (c <= 0xff) line.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}");
            else AppendUtf8(line, c);
        }

        return line.Append('"');
    }

    /// <summary>Seconds with three digits; -1 for what did not happen.</summary>
    public static StringBuilder Seconds(this StringBuilder line, TimeSpan? span) => span is { } value
        ? line.Append(Math.Max(0, value.TotalSeconds).ToString("0.000", CultureInfo.InvariantCulture))
        : line.Append("-1");

    /// <summary>ISO 8601 in UTC with microseconds.</summary>
    public static StringBuilder Moment(this StringBuilder line, DateTimeOffset moment) =>
        line.Append(moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));

    private static void AppendUtf8(StringBuilder line, char c)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = Encoding.UTF8.GetBytes([c], bytes);
        foreach (var b in bytes[..count]) line.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
    }
}
