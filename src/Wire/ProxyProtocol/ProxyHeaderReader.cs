using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Usher.Wire;

/// <summary>How far the reading of a PROXY header has come.</summary>
public enum ProxyHeaderStatus
{
    /// <summary>More bytes are needed.</summary>
    NeedMore,

    /// <summary>It is whole.</summary>
    Complete,

    /// <summary>It is none.</summary>
    Broken,
}

/// <summary>
/// Reads a connection's PROXY header, version 1 or 2, as nginx does (ngx_proxy_protocol_read): a family or transport that isn't TCP over IP, UNKNOWN and LOCAL name nobody; TLVs are skipped, their checksum with them; anything else is broken.
/// </summary>
public static class ProxyHeaderReader
{
    private const int Fixed = 16;

    /// <summary>Section 2.1: the longest line with its end.</summary>
    private const int LongestLine = 107;

    private const int Inet = 1, Inet6 = 2, Stream = 1;

    internal static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ReadOnlySpan<byte> LineStart => "PROXY "u8;

    /// <summary>Reads what there is of a connection.</summary>
    /// <param name="received">Its first bytes.</param>
    /// <param name="header">The header when it is whole, else null.</param>
    /// <param name="length">How many bytes it has.</param>
    public static ProxyHeaderStatus Read(ReadOnlySpan<byte> received, out ProxyHeader? header, out int length)
    {
        (header, length) = (null, 0);
        if (StartsWith(received, Signature) is { } second) return !second ? ProxyHeaderStatus.NeedMore : ReadSecond(received, out header, out length);
        if (StartsWith(received, LineStart) is { } first) return !first ? ProxyHeaderStatus.NeedMore : ReadFirst(received, out header, out length);
        return ProxyHeaderStatus.Broken;
    }

    /// <summary>Whether it starts so; false while that can still come, null when it can't.</summary>
    private static bool? StartsWith(ReadOnlySpan<byte> received, ReadOnlySpan<byte> start)
    {
        var common = Math.Min(received.Length, start.Length);
        if (!received[..common].SequenceEqual(start[..common])) return null;
        return common == start.Length;
    }

    private static ProxyHeaderStatus ReadSecond(ReadOnlySpan<byte> received, out ProxyHeader? header, out int length)
    {
        (header, length) = (null, 0);
        if (received.Length < Fixed) return ProxyHeaderStatus.NeedMore;
        if (received[12] >> 4 != 2) return ProxyHeaderStatus.Broken;
        var rest = BinaryPrimitives.ReadUInt16BigEndian(received[14..]);
        if (Fixed + rest > ProxyHeader.MaxBytes) return ProxyHeaderStatus.Broken;
        if (received.Length < Fixed + rest) return ProxyHeaderStatus.NeedMore;
        length = Fixed + rest;
        var size = (received[13] >> 4) switch { Inet => 4, Inet6 => 16, _ => 0 };
        // LOCAL and what comes after it is the proxy's own, and so is a family that is none of TCP's.
        if ((received[12] & 0xf) != 1 || (received[13] & 0xf) != Stream || size == 0)
        {
            header = ProxyHeader.Nobody;
            return ProxyHeaderStatus.Complete;
        }

        var addresses = received.Slice(Fixed, rest);
        if (addresses.Length < 2 * size + 4) return ProxyHeaderStatus.Broken;
        header = new ProxyHeader(
            new IPEndPoint(new IPAddress(addresses[..size]), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * size)..])),
            new IPEndPoint(new IPAddress(addresses.Slice(size, size)), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * size + 2)..])));
        return ProxyHeaderStatus.Complete;
    }

    private static ProxyHeaderStatus ReadFirst(ReadOnlySpan<byte> received, out ProxyHeader? header, out int length)
    {
        (header, length) = (null, 0);
        var line = received[..Math.Min(received.Length, LongestLine)];
        var end = line.IndexOf("\r\n"u8);
        if (end < 0) return line.Length == LongestLine ? ProxyHeaderStatus.Broken : ProxyHeaderStatus.NeedMore;
        length = end + 2;
        var fields = Encoding.Latin1.GetString(line[LineStart.Length..end]).Split(' ');
        if (fields[0] == "UNKNOWN") header = ProxyHeader.Nobody;
        else if (fields is ["TCP4" or "TCP6", var from, var to, var fromPort, var toPort] && EndOf(from, fromPort) is { } source && EndOf(to, toPort) is { } destination) header = new ProxyHeader(source, destination);
        return header is null ? ProxyHeaderStatus.Broken : ProxyHeaderStatus.Complete;
    }

    private static IPEndPoint? EndOf(string address, string port) =>
        // .NET takes 1 and 0x7f.1 for addresses too.
        (address.Contains(':', StringComparison.Ordinal) || address.AsSpan().Count('.') == 3) && IPAddress.TryParse(address, out var ip)
        && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new IPEndPoint(ip, number) : null;
}
