using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Usher.Dns;

/// <summary>
/// Reads a value of a record set as the Route 53 API takes it ("Supported DNS record types" in the Route 53 developer guide, which follows
/// RFC 1035 section 5.1). Names in values are absolute with and without a final dot.
/// </summary>
internal static class RecordValue
{
    /// <summary>Reads a value; null, with what is wrong and what is allowed, when it isn't one of this type.</summary>
    public static Rdata? Parse(RecordType type, string written, out string? problem)
    {
        switch (type)
        {
            case RecordType.A: return Address(written, AddressFamily.InterNetwork, out problem);
            case RecordType.AAAA: return Address(written, AddressFamily.InterNetworkV6, out problem);
            case RecordType.TXT or RecordType.SPF: return CharacterStrings.Parse(written, out problem);
            case RecordType.CAA: return Caa(written, out problem);
            case RecordType.SOA: return Soa(written, out problem);
            case RecordType.DS: return HexValue.Ds.Parse(written, out problem);
            case RecordType.SSHFP: return HexValue.Sshfp.Parse(written, out problem);
            case RecordType.TLSA: return HexValue.Tlsa.Parse(written, out problem);
            case RecordType.NAPTR: return NaptrValue.Parse(written, out problem);
            case RecordType.HTTPS or RecordType.SVCB: return ServiceBinding.Parse(written, out problem);
            case RecordType.MX: return Host(written, ["priority"], "a priority and a mail server, such as 10 mail.example.com", true, out problem);
            case RecordType.SRV: return Host(written, ["priority", "weight", "port"], "priority, weight, port and host, such as 1 10 5269 xmpp.example.com", false, out problem);
            default: return Host(written, [], "one domain name, such as www.example.com", true, out problem);
        }
    }

    /// <summary>An address as people write it, or null. One spelling of IPv4 only: .NET also reads 10.1 and 010.0.0.1, and means others by them than people do.</summary>
    public static IPAddress? ParseAddress(string written, AddressFamily family) =>
        IPAddress.TryParse(written, out var address) && address.AddressFamily == family && !written.Contains('%', StringComparison.Ordinal) && !written.Contains('[', StringComparison.Ordinal)
            && (family == AddressFamily.InterNetworkV6 || address.ToString() == written) ? address : null;

    /// <summary>The words of a value.</summary>
    public static string[] Words(string written) => written.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A name with its final dot.</summary>
    public static string Absolute(DomainName name) => name.Labels == 0 ? "." : $"{name}.";

    private static Rdata? Address(string written, AddressFamily family, out string? problem)
    {
        if (ParseAddress(written, family) is { } address)
        {
            problem = null;
            return new Rdata(address.GetAddressBytes(), address.ToString());
        }

        problem = family == AddressFamily.InterNetwork
            ? $"'{written}' is not an IPv4 address; write one such as 192.0.2.1"
            : $"'{written}' is not an IPv6 address; write one such as 2001:db8::1";
        return null;
    }

    /// <summary>Numbers of 16 bits, and then a name.</summary>
    private static Rdata? Host(string written, string[] numbers, string allowed, bool compressible, out string? problem)
    {
        var words = Words(written);
        if (words.Length != numbers.Length + 1)
        {
            problem = $"'{written}' is not {allowed}";
            return null;
        }

        var bytes = new List<byte>();
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!ushort.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                problem = $"{numbers[i]} '{words[i]}' is not a number from 0 to 65535";
                return null;
            }

            bytes.AddRange([(byte)(number >> 8), (byte)number]);
        }

        if (DomainName.Parse(words[^1], out problem) is not { } name) return null;
        var at = bytes.Count;
        bytes.AddRange(name.Wire);
        var text = string.Concat(words[..^1].Select(w => ushort.Parse(w, CultureInfo.InvariantCulture) + " ")) + Absolute(name);
        return new Rdata([.. bytes], text, at, compressible ? 1 : 0) { Target = name };
    }

    // RFC 8659 section 4: flags, a tag of letters and digits, and the rest of the value.
    private static Rdata? Caa(string written, out string? problem)
    {
        const string allowed = "is not flags, a tag and a value, such as 0 issue \"amazon.com\"";
        var words = written.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        problem = null;
        if (words.Length != 3 || words[1].Length > 255 || !words[1].All(char.IsAsciiLetterOrDigit)) problem = $"'{written}' {allowed}";
        else if (!byte.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)) problem = $"flags '{words[0]}' are not a number from 0 to 255";
        if (problem is not null) return null;
        if (CharacterStrings.Parse(words[2], out problem) is not { } value) return null;
        if (value.Bytes[0] != value.Bytes.Length - 1)
        {
            problem = $"'{written}' {allowed}: one value in quotation marks";
            return null;
        }

        var flags = byte.Parse(words[0], CultureInfo.InvariantCulture);
        return new Rdata([flags, (byte)words[1].Length, .. Encoding.ASCII.GetBytes(words[1]), .. value.Bytes[1..]], $"{flags} {words[1]} {value.Text}");
    }

    private static Rdata? Soa(string written, out string? problem)
    {
        var words = Words(written);
        if (words.Length != 7)
        {
            problem = $"'{written}' is not name server, mailbox, serial, refresh, retry, expire and minimum TTL";
            return null;
        }

        if (DomainName.Parse(words[0], out problem) is not { } server || DomainName.Parse(words[1], out problem) is not { } mailbox) return null;
        var bytes = new byte[server.Wire.Length + mailbox.Wire.Length + 20];
        server.Wire.CopyTo(bytes);
        mailbox.Wire.CopyTo(bytes.AsSpan(server.Wire.Length));
        for (var i = 0; i < 5; i++)
        {
            if (!uint.TryParse(words[i + 2], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                problem = $"'{words[i + 2]}' is not a number from 0 to 4294967295";
                return null;
            }

            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 20 + i * 4), number);
        }

        return new Rdata(bytes, $"{Absolute(server)} {Absolute(mailbox)} {string.Join(' ', words[2..])}", 0, 2);
    }
}
