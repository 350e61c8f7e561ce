using System.Text;

namespace Usher.Dns;

/// <summary>
/// The values of TXT and SPF, and the strings of NAPTR: strings in quotation marks, at most 255 characters each and 4,000 together; <c>\"</c>, <c>\\</c> and <c>\</c> with three octal
/// digits stand for one character (Route 53 developer guide, "TXT record type").
/// </summary>
internal static class CharacterStrings
{
    private const int MaxString = 255;
    private const int MaxValue = 4000;

    /// <summary>Reads a value; null, with what is wrong, when it isn't one.</summary>
    public static Rdata? Parse(string written, out string? problem)
    {
        problem = null;
        if (written.Length > MaxValue)
        {
            problem = $"has {written.Length} characters; at most {MaxValue} are allowed";
            return null;
        }

        var bytes = new List<byte>(written.Length + 1);
        var rest = written.AsSpan().Trim();
        if (rest.IsEmpty) problem = "is empty; write \"\" for an empty text";
        while (problem is null && !rest.IsEmpty)
        {
            problem = ReadString(ref rest, bytes);
            rest = rest.TrimStart();
        }

        return problem is null ? new Rdata([.. bytes], Write(bytes)) : null;
    }

    /// <summary>Reads one quoted string off the front and appends its length and bytes.</summary>
    public static string? ReadString(ref ReadOnlySpan<char> rest, List<byte> bytes)
    {
        if (rest[0] != '"') return $"'{rest}' is not in quotation marks; write \"{rest.ToString().Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        var start = bytes.Count;
        bytes.Add(0);
        for (var i = 1; i < rest.Length; i++)
        {
            var c = rest[i];
            if (c == '"')
            {
                var length = bytes.Count - start - 1;
                if (length > MaxString) return $"has a string of {length} characters; at most {MaxString} are allowed, write several strings: \"…\" \"…\"";
                bytes[start] = (byte)length;
                rest = rest[(i + 1)..];
                return null;
            }

            if (c == '\\' && !TryUnescape(rest, ref i, out c)) return "has a backslash that begins no escape; write \\\\ for a backslash, \\\" for a quotation mark, or three octal digits";
            if (c > 255) return $"has the character '{c}', which is not a byte; write its bytes in UTF-8 as \\ and three octal digits each";
            bytes.Add((byte)c);
        }

        return "has a string whose closing quotation mark is missing";
    }

    private static bool TryUnescape(ReadOnlySpan<char> rest, ref int i, out char c)
    {
        c = i + 1 < rest.Length ? rest[i + 1] : '\0';
        if (c is '"' or '\\')
        {
            i++;
            return true;
        }

        if (i + 3 >= rest.Length || c > '3' || rest.Slice(i + 1, 3).ContainsAnyExceptInRange('0', '7')) return false;
        c = (char)(((c - '0') << 6) | ((rest[i + 2] - '0') << 3) | (rest[i + 3] - '0'));
        i += 3;
        return true;
    }

    /// <summary>Strings, each after its length, as people write them.</summary>
    public static string Write(List<byte> bytes)
    {
        var written = new StringBuilder();
        for (var at = 0; at < bytes.Count; at += bytes[at] + 1)
        {
            written.Append(at == 0 ? "\"" : " \"");
            foreach (var value in bytes.GetRange(at + 1, bytes[at]))
            {
                if (value is (byte)'"' or (byte)'\\') written.Append('\\').Append((char)value);
                else if (value is >= (byte)' ' and <= (byte)'~') written.Append((char)value);
                else written.Append('\\').Append(Convert.ToString(value, 8).PadLeft(3, '0'));
            }

            written.Append('"');
        }

        return written.ToString();
    }
}
