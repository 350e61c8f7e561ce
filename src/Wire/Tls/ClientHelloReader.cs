using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Usher.Wire;

/// <summary>Where the reading of a ClientHello stands.</summary>
public enum HelloStatus
{
    /// <summary>It isn't whole yet.</summary>
    NeedMore,

    /// <summary>It was read.</summary>
    Complete,

    /// <summary>These bytes begin no TLS connection.</summary>
    NotTls,

    /// <summary>It is TLS, and no ClientHello that can be read: malformed, or longer than <see cref="ClientHelloReader.MaxBytes"/>.</summary>
    Bad,
}

/// <summary>
/// Reads a ClientHello from the first bytes of a connection, whole or not, in as many TLS records as it came in. Pure; takes nothing away. A TLS
/// library that gets the same bytes stays the judge of them: <see cref="HelloStatus.Bad"/> only says that nothing can be told here.
/// </summary>
public static class ClientHelloReader
{
    /// <summary>The longest message that is waited for. Clients with post-quantum key shares send about 2 kB.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int RecordHeader = 5;
    private const int MessageHeader = 4;
    private const int MaxRecord = 1 << 14;
    private const byte HandshakeRecord = 22;
    private const byte ClientHelloMessage = 1;

    /// <summary>Reads what is there.</summary>
    /// <param name="bytes">The connection's bytes from its first on.</param>
    /// <param name="hello">The message when it is complete; null otherwise.</param>
    public static HelloStatus Read(in ReadOnlySequence<byte> bytes, out ClientHello? hello)
    {
        hello = null;
        var records = new SequenceReader<byte>(bytes);
        var message = new ArrayBufferWriter<byte>(MessageHeader);
        while (true)
        {
            if (!TryReadHeader(ref records, out var status, out var length)) return status;
            var take = (int)Math.Min(length, records.Remaining);
            records.UnreadSequence.Slice(0, take).CopyTo(message.GetSpan(take));
            message.Advance(take);
            records.Advance(take);

            var read = message.WrittenSpan;
            if (read.Length > 0 && read[0] != ClientHelloMessage) return HelloStatus.Bad;
            if (read.Length >= MessageHeader)
            {
                var whole = MessageHeader + (read[1] << 16 | read[2] << 8 | read[3]);
                if (whole > MaxBytes) return HelloStatus.Bad;
                if (read.Length >= whole) return (hello = Parse(read[MessageHeader..whole])) is null ? HelloStatus.Bad : HelloStatus.Complete;
            }

            if (take < length) return HelloStatus.NeedMore;
        }
    }

    /// <summary>A record's header. False when it isn't whole or isn't one of a handshake; <paramref name="status"/> says which.</summary>
    private static bool TryReadHeader(ref SequenceReader<byte> records, out HelloStatus status, out int length)
    {
        var first = records.Consumed == 0;
        length = 0;
        status = HelloStatus.NeedMore;
        if (records.TryPeek(out var type) && type != HandshakeRecord)
        {
            status = first ? HelloStatus.NotTls : HelloStatus.Bad;
            return false;
        }

        if (records.TryPeek(1, out var major) && major != 3)
        {
            status = first ? HelloStatus.NotTls : HelloStatus.Bad;
            return false;
        }

        Span<byte> header = stackalloc byte[RecordHeader];
        if (!records.TryCopyTo(header)) return false;
        length = BinaryPrimitives.ReadUInt16BigEndian(header[3..]);
        if (length is 0 or > MaxRecord)
        {
            status = HelloStatus.Bad;
            return false;
        }

        records.Advance(RecordHeader);
        return true;
    }

    private static ClientHello? Parse(ReadOnlySpan<byte> body)
    {
        var fields = new TlsFields(body);
        var version = fields.UInt16();
        fields.Skip(32); // random
        fields.Vector8(); // session id
        var suites = Numbers(fields.Vector16());
        fields.Vector8(); // compression methods
        if (fields.Failed || suites.IsDefaultOrEmpty) return null;

        string? name = null;
        ImmutableArray<ushort> versions = [], algorithms = [], groups = [];
        ImmutableArray<string> protocols = [];
        var extensions = fields.AtEnd ? default : new TlsFields(fields.Vector16());
        while (!extensions.AtEnd && !extensions.Failed)
        {
            var type = extensions.UInt16();
            var value = new TlsFields(extensions.Vector16());
            switch (type)
            {
                case 0: name = HostName(value.Vector16()); break;
                case 10: groups = Numbers(value.Vector16()); break;
                case 13: algorithms = Numbers(value.Vector16()); break;
                case 16: protocols = Names(value.Vector16()); break;
                case 43: versions = Numbers(value.Vector8()); break;
                default: continue;
            }

            if (value.Failed || !value.AtEnd) return null;
        }

        if (fields.Failed || !fields.AtEnd || extensions.Failed || versions.IsDefault || algorithms.IsDefault || groups.IsDefault || protocols.IsDefault) return null;
        return new ClientHello
        {
            LegacyVersion = version, CipherSuites = suites, ServerName = name, SupportedVersions = versions, SignatureAlgorithms = algorithms,
            SupportedGroups = groups, ApplicationProtocols = protocols,
        };
    }

    private static ImmutableArray<ushort> Numbers(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 2 != 0) return default;
        var numbers = ImmutableArray.CreateBuilder<ushort>(bytes.Length / 2);
        for (; !bytes.IsEmpty; bytes = bytes[2..]) numbers.Add(BinaryPrimitives.ReadUInt16BigEndian(bytes));
        return numbers.MoveToImmutable();
    }

    /// <summary>The first name of type host_name; null for none.</summary>
    private static string? HostName(ReadOnlySpan<byte> list)
    {
        var names = new TlsFields(list);
        while (!names.AtEnd && !names.Failed)
        {
            var type = names.Byte();
            var name = names.Vector16();
            if (type == 0 && !names.Failed && !name.IsEmpty) return Encoding.Latin1.GetString(name);
        }

        return null;
    }

    private static ImmutableArray<string> Names(ReadOnlySpan<byte> list)
    {
        var fields = new TlsFields(list);
        var names = ImmutableArray.CreateBuilder<string>();
        while (!fields.AtEnd && !fields.Failed) names.Add(Encoding.Latin1.GetString(fields.Vector8()));
        return fields.Failed ? default : names.ToImmutable();
    }
}
