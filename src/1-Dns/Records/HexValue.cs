using System.Globalization;

namespace Usher.Dns;

/// <summary>
/// Values that are a few numbers and then bytes in hexadecimal: DS (RFC 4034 section 5.3), SSHFP (RFC 4255 section 3.2, RFC 6594) and TLSA (RFC 6698 section 2.2).
/// Where the last number names a hash, the bytes are as many as that hash has.
/// </summary>
internal sealed class HexValue
{
    private const string SmallNumber = "255";
    private readonly (string Name, string Most)[] numbers;
    private readonly string allowed;
    private readonly string data;
    private readonly (int Kind, string Name, int Length)[] hashes;

    private HexValue(string allowed, (string Name, string Most)[] numbers, string data, (int Kind, string Name, int Length)[] hashes)
    {
        this.allowed = allowed;
        this.numbers = numbers;
        this.data = data;
        this.hashes = hashes;
    }

    /// <summary>A delegation signer.</summary>
    public static HexValue Ds { get; } = new(
        "key tag, algorithm, digest type and digest, such as 12345 13 2 and 64 hexadecimal digits",
        [("key tag", "65535"), ("algorithm", SmallNumber), ("digest type", SmallNumber)], "digest", [(1, "SHA-1", 20), (2, "SHA-256", 32), (4, "SHA-384", 48)]);

    /// <summary>The fingerprint of an SSH server's key.</summary>
    public static HexValue Sshfp { get; } = new(
        "algorithm, hash type and fingerprint, such as 4 2 and 64 hexadecimal digits",
        [("algorithm", SmallNumber), ("hash type", SmallNumber)], "fingerprint", [(1, "SHA-1", 20), (2, "SHA-256", 32)]);

    /// <summary>A certificate or key that a TLS server is to show.</summary>
    public static HexValue Tlsa { get; } = new(
        "certificate usage, selector, matching type and association data, such as 3 1 1 and 64 hexadecimal digits",
        [("certificate usage", SmallNumber), ("selector", SmallNumber), ("matching type", SmallNumber)], "association data", [(1, "SHA-256", 32), (2, "SHA-512", 64)]);

    /// <summary>Reads a value; null, with what is wrong and what is allowed, when it isn't one.</summary>
    public Rdata? Parse(string written, out string? problem)
    {
        var words = RecordValue.Words(written);
        if (words.Length <= numbers.Length)
        {
            problem = $"'{written}' is not {allowed}";
            return null;
        }

        var bytes = new List<byte>();
        var last = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            var (name, most) = numbers[i];
            if (!ushort.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > ushort.Parse(most, CultureInfo.InvariantCulture))
            {
                problem = $"{name} '{words[i]}' is not a number from 0 to {most}";
                return null;
            }

            if (most != SmallNumber) bytes.Add((byte)(number >> 8));
            bytes.Add((byte)number);
            last = number;
        }

        // White space may stand within the digits.
        var digits = string.Concat(words[numbers.Length..]);
        problem = Problem(digits, last);
        if (problem is not null) return null;
        bytes.AddRange(Convert.FromHexString(digits));
        var text = string.Join(' ', words[..numbers.Length].Select(w => $"{ushort.Parse(w, CultureInfo.InvariantCulture)}").Append(digits.ToUpperInvariant()));
        return new Rdata([.. bytes], text);
    }

    private string? Problem(string digits, int kind)
    {
        if (digits.Length % 2 != 0 || !digits.All(char.IsAsciiHexDigit)) return $"{data} '{digits}' is not hexadecimal; write two of 0–9 and a–f for each byte";
        foreach (var hash in hashes)
        {
            if (hash.Kind == kind && digits.Length != hash.Length * 2) return $"{data} has {digits.Length / 2} bytes; {numbers[^1].Name} {kind} is {hash.Name}, which has {hash.Length}";
        }

        return null;
    }
}
