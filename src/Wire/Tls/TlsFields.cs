using System.Buffers.Binary;

namespace Usher.Wire;

/// <summary>Walks over fields in TLS's presentation language (RFC 8446 section 3). Reading past the end gives nothing and sets <see cref="Failed"/>.</summary>
internal ref struct TlsFields(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>Whether something was asked for that isn't there.</summary>
    public bool Failed { get; private set; }

    public readonly bool AtEnd => rest.IsEmpty;

    public byte Byte() => Take(1) is [var value] ? value : (byte)0;

    public ushort UInt16() => Take(2) is { IsEmpty: false } value ? BinaryPrimitives.ReadUInt16BigEndian(value) : (ushort)0;

    public void Skip(int count) => Take(count);

    /// <summary>Bytes after a length of one byte.</summary>
    public ReadOnlySpan<byte> Vector8() => Take(Byte());

    /// <summary>Bytes after a length of two bytes.</summary>
    public ReadOnlySpan<byte> Vector16() => Take(UInt16());

    private ReadOnlySpan<byte> Take(int count)
    {
        if (Failed || count > rest.Length)
        {
            Failed = true;
            return [];
        }

        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
