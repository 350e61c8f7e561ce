using System.Buffers.Text;

namespace Usher.Wire;

/// <summary>Writes a head's text into a span that is known to be large enough.</summary>
internal ref struct HeadText(Span<byte> room) : IHeadSink
{
    private readonly Span<byte> _room = room;

    public int Length { get; private set; }

    public void Write(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_room[Length..]);
        Length += text.Length;
    }

    public void Write(long number)
    {
        Utf8Formatter.TryFormat(number, _room[Length..], out var written);
        Length += written;
    }

    public void Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Write(name);
        Write(": "u8);
        Write(value);
        Write("\r\n"u8);
    }

    public void Field(ReadOnlySpan<byte> name, long value)
    {
        Write(name);
        Write(": "u8);
        Write(value);
        Write("\r\n"u8);
    }

    public void Line(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        Write(first);
        Write(" "u8);
        Write(second);
        Write(" "u8);
        Write(third);
        Write("\r\n"u8);
    }

    public void RequestLine(ReadOnlySpan<byte> method, ReadOnlySpan<byte> path, bool hasQuery, ReadOnlySpan<byte> query)
    {
        Write(method);
        Write(" "u8);
        Write(path);
        if (hasQuery) Write("?"u8);
        Write(query);
        Write(" HTTP/1.1\r\n"u8);
    }

    public void StatusLine(int code, ReadOnlySpan<byte> reason) => Status("HTTP/1.1 "u8, code, reason);

    public void Status(ReadOnlySpan<byte> version, int code, ReadOnlySpan<byte> reason)
    {
        Write(version);
        Write(code);
        Write(" "u8);
        Write(reason);
        Write("\r\n"u8);
    }
}
