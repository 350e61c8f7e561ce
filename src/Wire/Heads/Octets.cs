using System.Text;

namespace Usher.Wire;

/// <summary>
/// How text of a head is held: each character is one byte of it (RFC 9110 section 5.5: a field's value beyond ASCII is opaque octets), so that what came is passed on byte by byte.
/// What is written in a configuration is UTF-8 on the wire: it is turned into octets where it is compiled.
/// </summary>
public static class Octets
{
    /// <summary>A text of a configuration as octets: its UTF-8, a character each.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Octets as a text to read: what they are as UTF-8; themselves where they aren't UTF-8.</summary>
    public static string Text(string octets)
    {
        ArgumentNullException.ThrowIfNull(octets);
        if (Ascii.IsValid(octets)) return octets;
        var bytes = Encoding.Latin1.GetBytes(octets);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : octets;
    }

    /// <summary>The bytes of octets.</summary>
    /// <exception cref="ArgumentException">A character isn't a byte.</exception>
    internal static byte[] Bytes(string octets)
    {
        var bytes = new byte[octets.Length];
        Write(octets, bytes);
        return bytes;
    }

    /// <summary>Writes octets, as many bytes as there are characters.</summary>
    /// <exception cref="ArgumentException">A character isn't a byte.</exception>
    internal static void Write(string octets, Span<byte> output)
    {
        if (octets.AsSpan().ContainsAnyExceptInRange('\0', '\u00FF')) throw new ArgumentException("A header's text has a character that isn't a byte.", nameof(octets));
        Encoding.Latin1.GetBytes(octets, output);
    }
}
