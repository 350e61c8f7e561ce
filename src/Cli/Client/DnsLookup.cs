using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Usher.Cli.Client;

/// <summary>The answer to one question for A records.</summary>
/// <param name="Local">The port that the query left from: with it and the id, the name server's record is found.</param>
/// <param name="QueryId">The query's id.</param>
/// <param name="ResponseCode">0 NOERROR, 3 NXDOMAIN, 5 REFUSED (RFC 1035 §4.1.1).</param>
/// <param name="Addresses">The A records of the answer.</param>
/// <param name="Ttl">The lowest TTL of the answer, in seconds; null without an answer.</param>
internal sealed record DnsAnswer(IPEndPoint Local, ushort QueryId, int ResponseCode, IReadOnlyList<IPAddress> Addresses, long? Ttl)
{
    /// <summary>The response code's name.</summary>
    internal string ResponseCodeName => ResponseCode switch
    {
        0 => "NOERROR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        _ => $"RCODE {ResponseCode}",
    };
}

/// <summary>
/// Asks the road's name server for A records over UDP from a socket whose port is known, which is what a resolver library hides.
/// One question, one answer: a truncated answer to A is read as far as it goes.
/// </summary>
internal static class DnsLookup
{
    private const ushort TypeA = 1;
    private const ushort ClassIn = 1;

    /// <exception cref="SocketException">Nothing listens at the server's port.</exception>
    /// <exception cref="OperationCanceledException">No answer came in time.</exception>
    internal static async Task<DnsAnswer> AskAsync(IPEndPoint server, string name, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellationToken);
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        await socket.SendAsync(Query(id, name), cancellationToken);
        var buffer = new byte[4096];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellationToken);
            if (Read((IPEndPoint)socket.LocalEndPoint!, id, buffer.AsSpan(0, length)) is { } answer) return answer;
        }
    }

    private static byte[] Query(ushort id, string name)
    {
        var query = new List<byte> { (byte)(id >> 8), (byte)id, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (var label in name.TrimEnd('.').Split('.'))
        {
            if (label.Length is 0 or > 63) throw new UserException($"'{name}' is not a host name: each part between dots has 1 to 63 characters", ExitCodes.Usage);
            query.Add((byte)label.Length);
            query.AddRange(Encoding.ASCII.GetBytes(label));
        }

        query.AddRange([0, 0, (byte)TypeA, 0, (byte)ClassIn]);
        return [.. query];
    }

    /// <summary>Null when the message isn't the answer to our query, or is cut off.</summary>
    private static DnsAnswer? Read(IPEndPoint local, ushort id, ReadOnlySpan<byte> message)
    {
        if (message.Length < 12 || BinaryPrimitives.ReadUInt16BigEndian(message) != id || (message[2] & 0x80) == 0) return null;
        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        var answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        var at = 12;
        for (var i = 0; i < questions; i++) at = AfterName(message, at) + 4;
        var addresses = new List<IPAddress>();
        long? ttl = null;
        for (var i = 0; i < answers; i++)
        {
            at = AfterName(message, at);
            if (at + 10 > message.Length) break;
            var type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
            var seconds = BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            at += 10;
            if (at + length > message.Length) break;
            if (type == TypeA && length == 4) addresses.Add(new IPAddress(message.Slice(at, 4)));
            ttl = Math.Min(ttl ?? long.MaxValue, seconds);
            at += length;
        }

        return new DnsAnswer(local, id, message[3] & 0x0F, addresses, ttl);
    }

    /// <summary>The place behind a name: labels up to the root, or up to a pointer (RFC 1035 §4.1.4).</summary>
    private static int AfterName(ReadOnlySpan<byte> message, int at)
    {
        while (at < message.Length)
        {
            var length = message[at];
            if (length == 0) return at + 1;
            if (length >= 0xC0) return at + 2;
            at += 1 + length;
        }

        return message.Length;
    }
}
