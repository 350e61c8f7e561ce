using System.Buffers.Binary;
using System.Text;

namespace Usher.Trace.Otlp;

/// <summary>Bytes that are no protocol buffer message of the shape that was expected.</summary>
internal sealed class MalformedMessageException(string message) : Exception(message);

/// <summary>
/// Reads one protocol buffer message field by field, without copying (protobuf.dev/programming-guides/encoding). A nested message is
/// the same bytes in a reader of its own, so that what nobody reads costs nothing.
/// </summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Length = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> rest = message;
    private int wireType;

    /// <summary>The number of the field that <see cref="Next"/> came to.</summary>
    public int Field { get; private set; }

    /// <summary>Goes to the next field; its value must then be read or skipped. False at the end.</summary>
    public bool Next()
    {
        if (rest.IsEmpty) return false;
        var tag = RawVarint();
        Field = (int)Math.Min(tag >> 3, int.MaxValue);
        wireType = (int)(tag & 7);
        if (Field == 0) throw new MalformedMessageException("a field has number 0");
        return true;
    }

    /// <summary>Passes over the field's value.</summary>
    public void Skip()
    {
        switch (wireType)
        {
            case Varint: RawVarint(); break;
            case Fixed64: Take(8); break;
            case Length: Take(RawLength()); break;
            case Fixed32: Take(4); break;
            default: throw new MalformedMessageException($"field {Field} has wire type {wireType}, which is not in use");
        }
    }

    /// <summary>A length-delimited value.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Expect(Length);
        return Take(RawLength());
    }

    /// <summary>A string of at most <paramref name="limit"/> bytes; what is beyond is cut off. Bytes that are no UTF-8 become U+FFFD.</summary>
    public string Text(int limit)
    {
        var bytes = Bytes();
        return bytes.Length <= limit ? Encoding.UTF8.GetString(bytes) : Encoding.UTF8.GetString(bytes[..limit]) + "…";
    }

    /// <summary>A variable-length integer.</summary>
    public ulong Number()
    {
        Expect(Varint);
        return RawVarint();
    }

    /// <summary>Eight bytes.</summary>
    public ulong Eight()
    {
        Expect(Fixed64);
        return BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
    }

    private readonly void Expect(int wanted)
    {
        if (wireType != wanted) throw new MalformedMessageException($"field {Field} has wire type {wireType}, not {wanted}");
    }

    private int RawLength()
    {
        var length = RawVarint();
        if (length > (ulong)rest.Length) throw new MalformedMessageException($"field {Field} says it has {length} bytes, but {rest.Length} are left");
        return (int)length;
    }

    private ulong RawVarint()
    {
        ulong value = 0;
        for (var i = 0; i < 10 && i < rest.Length; i++)
        {
            value |= (ulong)(rest[i] & 0x7f) << (7 * i);
            if (rest[i] >= 0x80) continue;
            rest = rest[(i + 1)..];
            return value;
        }

        throw new MalformedMessageException(rest.Length < 10 ? "it ends within a number" : "a number is longer than 10 bytes");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > rest.Length) throw new MalformedMessageException($"field {Field} is cut off");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
