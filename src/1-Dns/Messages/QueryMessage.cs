using System.Buffers.Binary;

namespace Usher.Dns;

/// <summary>What becomes of a message that came in.</summary>
internal enum QueryFate
{
    /// <summary>It is a question that can be decided.</summary>
    Ask,

    /// <summary>It gets no answer: it is no query, or too short to have an id.</summary>
    Drop,

    /// <summary>It gets a bare header with a response code.</summary>
    Header,

    /// <summary>It gets its question back with a response code.</summary>
    Question,
}

/// <summary>
/// A query, read off its bytes without making objects (RFC 1035 section 4, RFC 6891). Nothing in a message makes it throw or run long:
/// lengths are checked, and compression pointers are skipped, not followed.
/// </summary>
internal readonly ref struct QueryMessage
{
    /// <summary>Length of a message's header.</summary>
    public const int HeaderLength = 12;

    /// <summary>Class IN.</summary>
    public const ushort ClassIn = 1;

    private QueryMessage(QueryFate fate, ResponseCode code)
    {
        Fate = fate;
        Code = code;
    }

    /// <summary>What becomes of it.</summary>
    public QueryFate Fate { get; private init; }

    /// <summary>The response code, when it isn't to be decided.</summary>
    public ResponseCode Code { get; private init; }

    /// <summary>The name asked for, as the client wrote it, uncompressed.</summary>
    public ReadOnlySpan<byte> Name { get; private init; }

    /// <summary>The type asked for.</summary>
    public RecordType Type { get; private init; }

    /// <summary>The class asked for.</summary>
    public ushort Class { get; private init; }

    /// <summary>Whether the client speaks EDNS.</summary>
    public bool Edns { get; private init; }

    /// <summary>The client's DO bit (RFC 3225); sent back as it came.</summary>
    public bool DnssecOk { get; private init; }

    /// <summary>The largest UDP answer that the client takes, 512 or more.</summary>
    public int UdpSize { get; private init; }

    /// <summary>Reads a message.</summary>
    public static QueryMessage Read(ReadOnlySpan<byte> message)
    {
        // A response is never answered: two servers would answer each other for ever.
        if (message.Length < HeaderLength || (message[2] & 0x80) != 0) return new QueryMessage(QueryFate.Drop, ResponseCode.NOERROR);
        if ((message[2] & 0x78) != 0) return new QueryMessage(QueryFate.Header, ResponseCode.NOTIMP);
        var malformed = new QueryMessage(QueryFate.Header, ResponseCode.FORMERR);

        // One question, no more and no less (RFC 9619).
        if (BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1) return malformed;
        var name = QuestionName(message[HeaderLength..]);
        var at = HeaderLength + name.Length;
        if (name.IsEmpty || message.Length < at + 4) return malformed;
        var type = (RecordType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        var @class = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]);
        at += 4;

        var others = BinaryPrimitives.ReadUInt16BigEndian(message[6..]) + BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        var records = others + BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        var edns = (Found: false, Version: 0, DnssecOk: false, Size: 512);
        for (var i = 0; i < records; i++)
        {
            if (!TryReadRecord(message, ref at, out var root, out var kind, out var size, out var flags, out var data)) return malformed;
            if (kind != RecordType.OPT) continue;
            if (i < others || edns.Found || !root || !AreOptions(data)) return malformed;
            edns = (true, (int)(flags >> 16) & 0xFF, (flags & 0x8000) != 0, Math.Max(512, (int)size));
        }

        if (at != message.Length) return malformed;
        var (fate, code) = edns.Version > 0 ? (QueryFate.Question, ResponseCode.BADVERS)
            : @class != ClassIn || type.IsTransfer() ? (QueryFate.Question, ResponseCode.REFUSED)
            : (QueryFate.Ask, ResponseCode.NOERROR);
        return new QueryMessage(fate, code)
        {
            Name = name, Type = type, Class = @class, Edns = edns.Found, DnssecOk = edns.DnssecOk, UdpSize = edns.Size,
        };
    }

    /// <summary>The name that begins here, uncompressed and at most 255 bytes; empty when there is none.</summary>
    private static ReadOnlySpan<byte> QuestionName(ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        while (length < bytes.Length && length < DomainName.MaxLength)
        {
            if (bytes[length] == 0) return bytes[..(length + 1)];
            if (bytes[length] > 63) return default;
            length += bytes[length] + 1;
        }

        return default;
    }

    private static bool TryReadRecord(
        ReadOnlySpan<byte> message, ref int at, out bool root, out RecordType type, out ushort @class, out uint ttl, out ReadOnlySpan<byte> data)
    {
        (root, type, @class, ttl) = (at < message.Length && message[at] == 0, default, default, default);
        data = default;
        if (!TrySkipName(message, ref at) || message.Length < at + 10) return false;
        type = (RecordType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        @class = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]);
        ttl = BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]);
        var length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
        at += 10;
        if (message.Length - at < length) return false;
        data = message.Slice(at, length);
        at += length;
        return true;
    }

    private static bool TrySkipName(ReadOnlySpan<byte> message, ref int at)
    {
        while (at < message.Length)
        {
            int length = message[at];
            if (length is > 63 and < 0xC0) return false;
            at += length >= 0xC0 ? 2 : length + 1;
            if (length is 0 or >= 0xC0) return true;
        }

        return false;
    }

    private static bool AreOptions(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (data.Length < 4) return false;
            var length = BinaryPrimitives.ReadUInt16BigEndian(data[2..]) + 4;
            if (data.Length < length) return false;
            data = data[length..];
        }

        return true;
    }
}
