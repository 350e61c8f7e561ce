using System.Text;

namespace Usher.Dns;

/// <summary>
/// The text of an SVCB parameter's value: in quotation marks or without white space; <c>\</c> and three decimal digits stand for a byte, <c>\</c> and another character for
/// that character. In a list a comma within an item, and a backslash, are escaped once more (RFC 9460 appendix A).
/// </summary>
internal static class ParameterText
{
    /// <summary>Reads a value off the front.</summary>
    public static byte[] Read(ref ReadOnlySpan<char> rest, string name, out string? problem)
    {
        var bytes = new List<byte>();
        var quoted = !rest.IsEmpty && rest[0] == '"';
        var i = quoted ? 1 : 0;
        problem = null;
        for (; i < rest.Length && (quoted ? rest[i] != '"' : rest[i] is not (' ' or '\t')); i++)
        {
            var c = rest[i];
            if (c == '\\')
            {
                if (!TryUnescape(rest, ref i, out c)) problem = $"{name} has a backslash that begins no escape; write \\\\ for a backslash, or \\ and three decimal digits";
            }
            else if (c is < ' ' or > '~')
            {
                problem = $"{name} has a character that isn't printable ASCII; write \\ and three decimal digits";
            }
            else if (c == '"')
            {
                problem = $"{name} has a quotation mark within its value; write \\\"";
            }

            if (problem is not null) return [];
            bytes.Add((byte)c);
        }

        if (quoted && i >= rest.Length) problem = $"{name} has no closing quotation mark";
        else if (quoted && ++i < rest.Length && rest[i] is not (' ' or '\t')) problem = $"{name} goes on after its closing quotation mark; write a space between parameters";
        rest = rest[Math.Min(i, rest.Length)..];
        return [.. bytes];
    }

    /// <summary>The items of a list.</summary>
    public static IReadOnlyList<List<byte>> Split(byte[] written)
    {
        var items = new List<List<byte>> { new() };
        for (var i = 0; i < written.Length; i++)
        {
            if (written[i] == ',') items.Add([]);
            else items[^1].Add(written[i] == '\\' && i + 1 < written.Length ? written[++i] : written[i]);
        }

        return items;
    }

    /// <summary>A value as people write it, in quotation marks where it has to be.</summary>
    public static string Write(byte[] value)
    {
        var written = new StringBuilder();
        foreach (var b in value)
        {
            if (b is (byte)'"' or (byte)'\\') written.Append('\\').Append((char)b);
            else if (b is < (byte)' ' or > (byte)'~') written.Append('\\').Append($"{b:000}");
            else written.Append((char)b);
        }

        return value.Length > 0 && written.Length == value.Length && !value.AsSpan().ContainsAny((byte)' ', (byte)',') ? written.ToString() : $"\"{written}\"";
    }

    private static bool TryUnescape(ReadOnlySpan<char> rest, ref int i, out char c)
    {
        c = i + 1 < rest.Length ? rest[i + 1] : '\0';
        if (c is < ' ' or > '~') return false;
        if (!char.IsAsciiDigit(c))
        {
            i++;
            return true;
        }

        if (i + 3 >= rest.Length || !byte.TryParse(rest.Slice(i + 1, 3), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value)) return false;
        c = (char)value;
        i += 3;
        return true;
    }
}
