namespace Usher.Wire;

/// <summary>Reads request lines and status lines (RFC 9112 sections 3 and 4).</summary>
internal static class StartLine
{
    public static LineVerdict BadTarget => new(HttpViolation.InvalidTarget, "The target is neither a path nor an http URI.");

    public static LineVerdict Read(RequestHead head, MessageHead.Slice line)
    {
        var text = head.Stored(line);
        var first = text.IndexOf((byte)' ');
        var last = text.LastIndexOf((byte)' ');
        var method = first < 0 ? text : text[..first];
        if (!Grammar.IsToken(method)) return new(HttpViolation.InvalidMethod, "The method isn't a token.");
        if (first < 0 || first == last)
            return new(HttpViolation.InvalidRequestLine, "The request line isn't a method, a target and a version with one space between.");
        var target = text[(first + 1)..last];
        var version = text[(last + 1)..];
        if (!LooksLikeVersion(version)) return new(HttpViolation.InvalidRequestLine, "The request line doesn't end with a version.");
        if (!Grammar.IsTarget(target)) return new(HttpViolation.InvalidTarget, "The target has a character that must be percent-encoded.");
        var number = VersionOf(version);
        var sound = head.SetStored(
            new(line.Start, first), new(line.Start + first + 1, target.Length), number == 0 ? 11 : number);
        if (number == 0) return new(HttpViolation.UnsupportedVersion, "The version is neither HTTP/1.1 nor HTTP/1.0.");
        return sound ? default : BadTarget;
    }

    public static LineVerdict Read(ResponseHead head, MessageHead.Slice line)
    {
        var text = head.Stored(line);
        if (text.Length < 8 || !LooksLikeVersion(text[..8]))
            return new(HttpViolation.InvalidStatusLine, "The status line doesn't begin with a version.");
        var version = VersionOf(text[..8]);
        if (version == 0) return new(HttpViolation.UnsupportedVersion, "The version is neither HTTP/1.1 nor HTTP/1.0.");

        // The space before an empty reason is often left out.
        if (text.Length < 12 || text[8] != ' ' || (text.Length > 12 && text[12] != ' ') || !TryCode(text[9..12], out var code))
            return new(HttpViolation.InvalidStatusLine, "The status line has no code of three digits.");
        var reason = Math.Min(13, text.Length);
        if (Grammar.IndexOfControl(text[reason..]) >= 0)
            return new(HttpViolation.InvalidStatusLine, "The reason has a control character.");
        head.SetStored(code, new(line.Start + reason, line.Length - reason), version);
        return default;
    }

    internal static bool LooksLikeVersion(ReadOnlySpan<byte> text) =>
        text.Length == 8 && text[..5].SequenceEqual("HTTP/"u8)
        && char.IsAsciiDigit((char)text[5]) && text[6] == '.' && char.IsAsciiDigit((char)text[7]);

    private static int VersionOf(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("HTTP/1.1"u8) ? 11 : text.SequenceEqual("HTTP/1.0"u8) ? 10 : 0;

    private static bool TryCode(ReadOnlySpan<byte> digits, out int code)
    {
        code = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            code = (code * 10) + (digit - '0');
        }

        return code >= 100;
    }
}
