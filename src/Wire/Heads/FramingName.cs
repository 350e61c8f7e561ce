namespace Usher.Wire;

/// <summary>
/// Finds names that some software would take for Content-Length or Transfer-Encoding after it has trimmed, sanitised or changed the case of them:
/// the same letters with other characters around, spaces and controls between, anything not alphanumeric for the hyphen, and letters beyond ASCII whose
/// upper case is an ASCII letter.
/// </summary>
internal static class FramingName
{
    private const int Shortest = 14;

    /// <summary>What a name that is neither looks like; <see cref="HeaderKind.Other"/> for nothing.</summary>
    public static HeaderKind Resembled(ReadOnlySpan<byte> name)
    {
        if (name.Length < Shortest) return HeaderKind.Other;
        var start = SkipOthers(name, 0);
        return start == name.Length ? HeaderKind.Other : (name[start] | 0x20) switch
        {
            'c' when Resembles(name[start..], "content-length"u8) => HeaderKind.LikeContentLength,
            't' when Resembles(name[start..], "transfer-encoding"u8) => HeaderKind.LikeTransferEncoding,
            _ => HeaderKind.Other,
        };
    }

    private static bool Resembles(ReadOnlySpan<byte> name, ReadOnlySpan<byte> original)
    {
        var at = 0;
        foreach (var letter in original)
        {
            if (at == name.Length) return false;
            if (letter == '-')
            {
                // At least one character stands where the hyphen would.
                at = SkipOthers(name, at + 1);
                continue;
            }

            var length = SameLetter(letter, name[at..]);
            if (length == 0) return false;
            at = SkipBlanks(name, at + length);
        }

        // What follows a space may be cut off with it.
        return at == name.Length || name[at - 1] <= ' ' || SkipOthers(name, at) == name.Length;
    }

    /// <summary>How many bytes stand for the letter; 0 when they don't. U+017F becomes S and U+0131 becomes I in upper case.</summary>
    private static int SameLetter(byte letter, ReadOnlySpan<byte> text) => letter switch
    {
        _ when (text[0] | 0x20) == letter => 1,
        (byte)'s' when text.StartsWith("\u017f"u8) => 2,
        (byte)'i' when text.StartsWith("\u0131"u8) => 2,
        _ => 0,
    };

    /// <summary>Behind what isn't alphanumeric.</summary>
    private static int SkipOthers(ReadOnlySpan<byte> name, int at)
    {
        while (at < name.Length && !char.IsAsciiLetterOrDigit((char)name[at])) at++;
        return at;
    }

    /// <summary>Behind spaces and controls.</summary>
    private static int SkipBlanks(ReadOnlySpan<byte> name, int at)
    {
        while (at < name.Length && name[at] <= ' ') at++;
        return at;
    }
}
