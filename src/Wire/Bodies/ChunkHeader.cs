using System.Buffers.Text;
using System.Numerics;

namespace Usher.Wire;

/// <summary>Writes chunk size lines (RFC 9112 section 7.1).</summary>
internal static class ChunkHeader
{
    /// <summary>The most bytes that <see cref="Write"/> needs.</summary>
    public const int MaxLength = 10;

    /// <summary>The line end after a chunk's data.</summary>
    public static ReadOnlySpan<byte> DataEnd => "\r\n"u8;

    /// <summary>The last chunk, without trailers.</summary>
    public static ReadOnlySpan<byte> End => "0\r\n\r\n"u8;

    /// <summary>The bytes that frame so much data: its chunk's size line and end if there is any, and the last chunk's.</summary>
    public static int Framing(long size, bool last) =>
        (size > 0 ? ((BitOperations.Log2((ulong)size) / 4) + 1) + 4 : 0) + (last ? End.Length : 0);

    /// <summary>Writes the size line of a chunk; returns its length.</summary>
    public static int Write(Span<byte> room, int size)
    {
        Utf8Formatter.TryFormat(size, room, out var written, 'x');
        room[written] = (byte)'\r';
        room[written + 1] = (byte)'\n';
        return written + 2;
    }
}
