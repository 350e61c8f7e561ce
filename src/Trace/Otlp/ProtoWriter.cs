using System.Buffers.Binary;
using System.Text;

namespace Usher.Trace.Otlp;

/// <summary>
/// Writes one protocol buffer message field by field (protobuf.dev/programming-guides/encoding); <see cref="ProtoReader"/> reads it. A nested message is begun and ended: its length is
/// put in front of it when it is known, and what was written moves by as much as that takes.
/// </summary>
internal sealed class ProtoWriter
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private byte[] buffer = new byte[1024];

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>What was written, in a copy.</summary>
    public byte[] ToArray() => buffer.AsSpan(0, Length).ToArray();

    /// <summary>A variable-length integer.</summary>
    public void Number(int field, ulong value)
    {
        Tag(field, Varint);
        Raw(value);
    }

    /// <summary>Eight bytes.</summary>
    public void Eight(int field, ulong value)
    {
        Tag(field, Fixed64);
        BinaryPrimitives.WriteUInt64LittleEndian(Room(8), value);
    }

    /// <summary>Four bytes.</summary>
    public void Four(int field, uint value)
    {
        Tag(field, Fixed32);
        BinaryPrimitives.WriteUInt32LittleEndian(Room(4), value);
    }

    /// <summary>Bytes, or a message that was written elsewhere.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, LengthDelimited);
        Raw((ulong)value.Length);
        value.CopyTo(Room(value.Length));
    }

    /// <summary>A string.</summary>
    public void Text(int field, string value)
    {
        Tag(field, LengthDelimited);
        var bytes = Encoding.UTF8.GetByteCount(value);
        Raw((ulong)bytes);
        Encoding.UTF8.GetBytes(value, Room(bytes));
    }

    /// <summary>Begins a nested message.</summary>
    /// <returns>What <see cref="End"/> wants.</returns>
    public int Begin(int field)
    {
        Tag(field, LengthDelimited);
        return Length;
    }

    /// <summary>Ends the nested message that was begun last.</summary>
    public void End(int begun)
    {
        var length = Length - begun;
        Span<byte> prefix = stackalloc byte[10];
        prefix = prefix[..Varints(prefix, (ulong)length)];
        Room(prefix.Length);
        buffer.AsSpan(begun, length).CopyTo(buffer.AsSpan(begun + prefix.Length));
        prefix.CopyTo(buffer.AsSpan(begun));
    }

    private void Tag(int field, int wireType) => Raw(((ulong)field << 3) | (uint)wireType);

    private void Raw(ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        bytes = bytes[..Varints(bytes, value)];
        bytes.CopyTo(Room(bytes.Length));
    }

    private static int Varints(Span<byte> into, ulong value)
    {
        var count = 0;
        for (; value > 0x7f; value >>= 7) into[count++] = (byte)(value | 0x80);
        into[count++] = (byte)value;
        return count;
    }

    private Span<byte> Room(int count)
    {
        if (Length + count > buffer.Length) Array.Resize(ref buffer, Math.Max(Length + count, buffer.Length * 2));
        Length += count;
        return buffer.AsSpan(Length - count, count);
    }
}
