using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Usher.Dns;

/// <summary>One parameter of an SVCB or HTTPS value (RFC 9460 sections 2.1 and 7, appendix A; <c>dohpath</c> RFC 9461; <c>ohttp</c> RFC 9540).</summary>
/// <param name="Key">Its number.</param>
/// <param name="Value">Its value on the wire.</param>
/// <param name="Text">As people write it.</param>
internal sealed record ServiceParameter(int Key, byte[] Value, string Text)
{
    public const int Mandatory = 0;
    public const int Alpn = 1;
    public const int NoDefaultAlpn = 2;
    private const int Port = 3;
    private const int IPv4Hint = 4;
    private const int Ech = 5;
    private const int IPv6Hint = 6;
    private const int Ohttp = 8;
    private const int Invalid = 65535;

    // By their numbers.
    private static readonly string[] Names = ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath", "ohttp"];

    /// <summary>Its name.</summary>
    public string Name => NameOf(Key);

    /// <summary>The name of a key; <c>key667</c> for one without a name here.</summary>
    public static string NameOf(int key) => key < Names.Length ? Names[key] : $"key{key}";

    /// <summary>Reads one parameter off the front; null, with what is wrong, when there is none.</summary>
    public static ServiceParameter? Read(ref ReadOnlySpan<char> rest, out string? problem)
    {
        var end = rest.IndexOfAny("= \t");
        var name = (end < 0 ? rest : rest[..end]).ToString();
        rest = end < 0 ? default : rest[end..];
        byte[]? written = null;
        problem = null;
        if (!rest.IsEmpty && rest[0] == '=')
        {
            rest = rest[1..];
            written = ParameterText.Read(ref rest, name, out problem);
        }

        if (problem is not null) return null;
        if (NumberOf(name) is not { } key)
        {
            problem = $"'{name}' is no parameter; there are {string.Join(", ", Names)}, and key{Names.Length} to key{Invalid - 1} for others";
            return null;
        }

        return Of(key, written, out problem);
    }

    private static int? NumberOf(string name)
    {
        if (Array.IndexOf(Names, name) is >= 0 and var known) return known;
        // A known one has one spelling, and a number no leading zero.
        return name.StartsWith("key", StringComparison.Ordinal) && ushort.TryParse(name.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= Names.Length && number != Invalid && name == $"key{number}" ? number : null;
    }

    private static ServiceParameter? Of(int key, byte[]? written, out string? problem)
    {
        var name = NameOf(key);
        if (key is NoDefaultAlpn or Ohttp)
        {
            problem = written is null ? null : $"{name} has no value; write the name alone";
            return written is null ? new ServiceParameter(key, [], name) : null;
        }

        problem = written is not { Length: > 0 } && key < Names.Length ? $"{name} wants a value: {Allowed(key)}" : null;
        if (problem is not null) return null;
        var value = key switch
        {
            Mandatory => Keys(written!, ref problem),
            Alpn => Protocols(written!, ref problem),
            Port => PortNumber(written!, ref problem),
            IPv4Hint => Addresses(written!, AddressFamily.InterNetwork, ref problem),
            Ech => Base64(written!, ref problem),
            IPv6Hint => Addresses(written!, AddressFamily.InterNetworkV6, ref problem),
            _ => written ?? [],
        };
        if (problem is null) return new ServiceParameter(key, value, written is null ? name : $"{name}={ParameterText.Write(written)}");
        problem = $"{name} {problem}; write {Allowed(key)}";
        return null;
    }

    private static string Allowed(int key) => key switch
    {
        Mandatory => "mandatory=alpn,port, the names of other parameters",
        Alpn => "alpn=\"h2,h3\", protocols of 1–255 bytes",
        Port => "port=8443, a number from 0 to 65535",
        IPv4Hint => "ipv4hint=192.0.2.1,192.0.2.2",
        Ech => "ech= and the configuration in base64",
        IPv6Hint => "ipv6hint=2001:db8::1,2001:db8::2",
        _ => "dohpath=/dns-query{?dns}",
    };

    private static byte[] Keys(byte[] written, ref string? problem)
    {
        var keys = new SortedSet<int>();
        foreach (var name in Encoding.Latin1.GetString(written).Split(','))
        {
            if (NumberOf(name) is not (> Mandatory and var key)) problem = $"'{name}' is no other parameter";
            else if (!keys.Add(key)) problem = $"names {name} twice";
        }

        return [.. keys.SelectMany(k => new[] { (byte)(k >> 8), (byte)k })];
    }

    private static byte[] Protocols(byte[] written, ref string? problem)
    {
        var value = new List<byte>();
        foreach (var protocol in ParameterText.Split(written))
        {
            if (protocol.Count is 0 or > 255) problem = $"has a protocol of {protocol.Count} bytes";
            else value.AddRange([(byte)protocol.Count, .. protocol]);
        }

        return [.. value];
    }

    private static byte[] PortNumber(byte[] written, ref string? problem)
    {
        var text = Encoding.Latin1.GetString(written);
        if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)) problem = $"'{text}' is no port";
        return [(byte)(port >> 8), (byte)port];
    }

    private static byte[] Addresses(byte[] written, AddressFamily family, ref string? problem)
    {
        var value = new List<byte>();
        foreach (var text in Encoding.Latin1.GetString(written).Split(','))
        {
            if (RecordValue.ParseAddress(text, family) is { } address) value.AddRange(address.GetAddressBytes());
            else problem = $"'{text}' is no {(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} address";
        }

        return [.. value];
    }

    private static byte[] Base64(byte[] written, ref string? problem)
    {
        var text = Encoding.Latin1.GetString(written);
        var value = new byte[text.Length];
        if (Convert.TryFromBase64String(text, value, out var length) && length > 0) return value[..length];
        problem = $"'{text}' is not base64";
        return [];
    }
}
