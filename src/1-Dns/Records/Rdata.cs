using System.Buffers.Binary;

namespace Usher.Dns;

/// <summary>
/// One value of a record set, ready for the wire. Names in it may be compressed in types from RFC 1035 only (RFC 3597 section 4), so the value
/// says where they stand.
/// </summary>
internal sealed class Rdata
{
    private readonly byte[] bytes;
    private readonly int nameAt;
    private readonly int names;

    /// <param name="bytes">The value with its names uncompressed; at most 65,535.</param>
    /// <param name="text">As people write it, names absolute with the final dot.</param>
    /// <param name="nameAt">Where the first compressible name begins.</param>
    /// <param name="names">How many compressible names follow one another there.</param>
    public Rdata(byte[] bytes, string text, int nameAt = 0, int names = 0)
    {
        this.bytes = bytes;
        this.nameAt = nameAt;
        this.names = names;
        Text = text;
    }

    /// <summary>The value's bytes, names uncompressed.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>As people write it.</summary>
    public string Text { get; }

    /// <summary>The host that a CNAME, NS, MX, SRV, PTR, SVCB or HTTPS names; null in other types, and where the last two name their owner.</summary>
    public DomainName? Target { get; init; }

    /// <summary>The last field of an SOA: how long a resolver keeps an answer that there is nothing, in seconds (RFC 2308 section 4).</summary>
    public uint SoaMinimum => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(^4));

    /// <summary>Writes the value without its length.</summary>
    public bool TryWrite(ref MessageWriter writer)
    {
        if (names == 0) return writer.TryWrite(bytes);
        if (!writer.TryWrite(bytes.AsSpan(0, nameAt))) return false;
        var at = nameAt;
        for (var i = 0; i < names; i++)
        {
            var length = MessageWriter.LengthOfName(bytes.AsSpan(at));
            if (!writer.TryWriteName(bytes.AsSpan(at, length))) return false;
            at += length;
        }

        return writer.TryWrite(bytes.AsSpan(at));
    }
}
