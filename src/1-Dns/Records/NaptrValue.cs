using System.Globalization;

namespace Usher.Dns;

/// <summary>Values of type NAPTR: order, preference, three quoted strings and a replacement (RFC 3403 section 4.1; strings as in TXT).</summary>
internal static class NaptrValue
{
    private const int Strings = 3;

    /// <summary>Reads a value; null, with what is wrong and what is allowed, when it isn't one.</summary>
    public static Rdata? Parse(string written, out string? problem)
    {
        problem = $"'{written}' is not order, preference, \"flags\", \"service\", \"regexp\" and a replacement, such as 100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:info@example.com!\" .";
        var words = written.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length < 3) return null;
        var bytes = new List<byte>();
        var numbers = new ushort[2];
        for (var i = 0; i < 2; i++)
        {
            if (!ushort.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                problem = $"{(i == 0 ? "order" : "preference")} '{words[i]}' is not a number from 0 to 65535";
                return null;
            }

            bytes.AddRange([(byte)(numbers[i] >> 8), (byte)numbers[i]]);
        }

        var strings = new List<byte>();
        var rest = words[2].AsSpan();
        var regexpAt = 0;
        for (var i = 0; i < Strings; i++)
        {
            if (rest.IsEmpty || rest[0] != '"') return null;
            regexpAt = strings.Count;
            if (CharacterStrings.ReadString(ref rest, strings) is { } wrong)
            {
                problem = wrong;
                return null;
            }

            rest = rest.TrimStart();
        }

        var flags = strings.GetRange(1, strings[0]);
        if (!flags.TrueForAll(f => char.IsAsciiLetterOrDigit((char)f)))
        {
            problem = $"flags {CharacterStrings.Write(strings.GetRange(0, strings[0] + 1))} are not letters and digits, such as \"U\", or empty";
            return null;
        }

        if (rest.IsEmpty || rest.ContainsAny(" \t")) return null;
        if (DomainName.Parse(rest.ToString(), out problem) is not { } replacement) return null;
        if (replacement.Labels > 0 && strings[regexpAt] > 0)
        {
            problem = $"has a regexp and the replacement {replacement}; one of them counts (RFC 3403 section 4.1): write . as replacement, or \"\" as regexp";
            return null;
        }

        return new Rdata([.. bytes, .. strings, .. replacement.Wire], $"{numbers[0]} {numbers[1]} {CharacterStrings.Write(strings)} {RecordValue.Absolute(replacement)}");
    }
}
