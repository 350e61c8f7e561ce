using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Text;

namespace Usher.Response;

/// <summary>One line of an access log as it is put together: ASCII, in one buffer that serves line after line.</summary>
internal sealed class LogLine
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not '"' and not '\\')]);

    private byte[] buffer = new byte[1024];
    private int length;

    /// <summary>The bytes so far.</summary>
    public ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, length);

    /// <summary>Begins the next line.</summary>
    public void Clear() => length = 0;

    /// <summary>ASCII as it is.</summary>
    public LogLine Add(ReadOnlySpan<char> ascii)
    {
        length += Encoding.ASCII.GetBytes(ascii, Room(ascii.Length));
        return this;
    }

    /// <summary>One character of ASCII.</summary>
    public LogLine Add(char ascii)
    {
        Room(1)[0] = (byte)ascii;
        length++;
        return this;
    }

    /// <summary>A number.</summary>
    public LogLine Add(long number)
    {
        Utf8Formatter.TryFormat(number, Room(20), out var written);
        length += written;
        return this;
    }

    /// <summary>Address and port.</summary>
    public LogLine Add(IPEndPoint end)
    {
        if (end.Address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork) return Add(end.ToString());
        end.Address.TryFormat(Room(15), out var written);
        length += written;
        return Add(':').Add(end.Port);
    }

    /// <summary>Seconds with three digits, the half rounded up; -1 for what did not happen, 0 for what ended before it began.</summary>
    public LogLine Seconds(TimeSpan? span)
    {
        if (span is not { } value) return Add("-1");
        var milliseconds = value > TimeSpan.Zero ? (value.Ticks + (TimeSpan.TicksPerMillisecond / 2)) / TimeSpan.TicksPerMillisecond : 0;
        Add(milliseconds / 1000).Add('.');
        Utf8Formatter.TryFormat(milliseconds % 1000, Room(3), out var written, new StandardFormat('D', 3));
        length += written;
        return this;
    }

    /// <summary>ISO 8601 in UTC with microseconds.</summary>
    public LogLine Moment(DateTimeOffset moment)
    {
        // Round trip has a seventh digit, and Z after it.
        Utf8Formatter.TryFormat(moment.UtcDateTime, Room(28), out var written, 'O');
        length += written - 2;
        return Add('Z');
    }

    /// <summary>A field in double quotes; <c>"-"</c> for none. Quotes, backslashes, control characters and all beyond ASCII become <c>\xNN</c>.</summary>
    /// <param name="value">The value; a char stands for one byte, as headers are read.</param>
    /// <param name="limit">Bytes of the value at most.</param>
    public LogLine Quoted(string? value, int limit = int.MaxValue)
    {
        if (string.IsNullOrEmpty(value)) return Add("\"-\"");
        return Add('"').Escaped(value.AsSpan(0, Math.Min(value.Length, limit))).Add('"');
    }

    /// <summary>The inside of such a field.</summary>
    public LogLine Escaped(ReadOnlySpan<char> value)
    {
        while (value.IndexOfAnyExcept(Plain) is var at and >= 0)
        {
            Add(value[..at]);
            if (value[at] <= 0xff) Escape((byte)value[at]);
            else EscapeUtf8(value[at]);
            value = value[(at + 1)..];
        }

        return Add(value);
    }

    /// <inheritdoc/>
    public override string ToString() => Encoding.ASCII.GetString(Bytes);

    private void EscapeUtf8(char c)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var b in bytes[..Encoding.UTF8.GetBytes([c], bytes)]) Escape(b);
    }

    private void Escape(byte b)
    {
        Add("\\x");
        Utf8Formatter.TryFormat(b, Room(2), out var written, new StandardFormat('X', 2));
        length += written;
    }

    private Span<byte> Room(int size)
    {
        if (buffer.Length - length < size) Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + size));
        return buffer.AsSpan(length);
    }
}
