using System.Buffers.Binary;

namespace Usher.Dns;

/// <summary>
/// Writes a message's bytes into a buffer, with name compression (RFC 1035 section 4.1.4). A record set is written whole or not at all
/// (RFC 2181 section 9).
/// </summary>
internal ref struct MessageWriter
{
    private const int MaxPointer = 0x3FFF;
    private readonly Span<byte> buffer;
    // Where names and their tails begin that later ones may point to.
    private readonly Span<ushort> known;
    private readonly int limit;
    private int knownCount;
    private int at;

    /// <param name="buffer">Where the message goes.</param>
    /// <param name="limit">The longest message allowed, in bytes; at most the buffer's length.</param>
    /// <param name="known">Room for remembered names; when it is full, further names are compressed less.</param>
    public MessageWriter(Span<byte> buffer, int limit, Span<ushort> known)
    {
        this.buffer = buffer;
        this.limit = limit;
        this.known = known;
    }

    /// <summary>Bytes written so far.</summary>
    public readonly int Length => at;

    /// <summary>The length in bytes of the uncompressed name that begins here.</summary>
    public static int LengthOfName(ReadOnlySpan<byte> name)
    {
        var length = 0;
        while (name[length] != 0) length += name[length] + 1;
        return length + 1;
    }

    /// <summary>Appends bytes; false when they don't fit.</summary>
    public bool TryWrite(scoped ReadOnlySpan<byte> bytes)
    {
        if (limit - at < bytes.Length) return false;
        bytes.CopyTo(buffer[at..]);
        at += bytes.Length;
        return true;
    }

    /// <summary>Appends a name that stands in the question and remembers it, uncompressed and in the client's own case.</summary>
    public bool TryWriteQuestionName(scoped ReadOnlySpan<byte> name)
    {
        var start = at;
        if (!TryWrite(name)) return false;
        for (var i = 0; name[i] != 0; i += name[i] + 1) Remember(start + i);
        return true;
    }

    /// <summary>Appends a name, pointing to what stands in the message already.</summary>
    public bool TryWriteName(scoped ReadOnlySpan<byte> name)
    {
        while (name[0] != 0)
        {
            if (Find(name) is var found and > 0) return TryWrite16((ushort)(0xC000 | found));
            var label = name[0] + 1;
            var start = at;
            if (!TryWrite(name[..label])) return false;
            Remember(start);
            name = name[label..];
        }

        return TryWrite(name[..1]);
    }

    /// <summary>Appends a record set in this order of its values; false, and as it was, when it doesn't fit.</summary>
    /// <param name="owner">The owner name; of a wildcard, the name that was asked.</param>
    /// <param name="set">The record set.</param>
    /// <param name="order">Indexes of its values.</param>
    public bool TryWriteSet(DomainName owner, CompiledSet set, scoped ReadOnlySpan<int> order)
    {
        var (start, count) = (at, knownCount);
        foreach (var index in order)
        {
            if (TryWriteRecord(owner, set, set.Values[index])) continue;
            (at, knownCount) = (start, count);
            return false;
        }

        return true;
    }

    /// <summary>Appends 16 bits.</summary>
    public bool TryWrite16(ushort value)
    {
        if (limit - at < 2) return false;
        BinaryPrimitives.WriteUInt16BigEndian(buffer[at..], value);
        at += 2;
        return true;
    }

    private bool TryWrite32(uint value)
    {
        if (limit - at < 4) return false;
        BinaryPrimitives.WriteUInt32BigEndian(buffer[at..], value);
        at += 4;
        return true;
    }

    private bool TryWriteRecord(DomainName owner, CompiledSet set, Rdata value)
    {
        if (!TryWriteName(owner.Wire) || !TryWrite16((ushort)set.Type) || !TryWrite16(QueryMessage.ClassIn) || !TryWrite32(set.Ttl)) return false;
        var length = at;
        if (!TryWrite16(0) || !value.TryWrite(ref this)) return false;
        BinaryPrimitives.WriteUInt16BigEndian(buffer[length..], (ushort)(at - length - 2));
        return true;
    }

    private void Remember(int offset)
    {
        if (knownCount < known.Length && offset <= MaxPointer) known[knownCount++] = (ushort)offset;
    }

    private readonly int Find(scoped ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < knownCount; i++)
        {
            if (Same(name, known[i])) return known[i];
        }

        return 0;
    }

    // Every name that is remembered was written here, so that its pointers lead backwards and end.
    private readonly bool Same(scoped ReadOnlySpan<byte> name, int offset)
    {
        while (true)
        {
            var length = buffer[offset];
            if (length >= 0xC0)
            {
                offset = BinaryPrimitives.ReadUInt16BigEndian(buffer[offset..]) & MaxPointer;
                continue;
            }

            if (length != name[0]) return false;
            if (length == 0) return true;
            for (var i = 1; i <= length; i++)
            {
                var there = buffer[offset + i];
                if ((there is >= (byte)'A' and <= (byte)'Z' ? there | 0x20 : there) != name[i]) return false;
            }

            offset += length + 1;
            name = name[(length + 1)..];
        }
    }
}
