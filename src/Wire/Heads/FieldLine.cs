namespace Usher.Wire;

/// <summary>Reads header lines (RFC 9112 section 5).</summary>
internal static class FieldLine
{
    /// <param name="head">Takes the header.</param>
    /// <param name="line">The line without its end.</param>
    /// <param name="hasControl">Whether it has a control character other than HTAB.</param>
    /// <param name="tolerant">Whether names that only look like a framing header's are told.</param>
    public static LineVerdict Read(MessageHead head, MessageHead.Slice line, bool hasControl, bool tolerant = false)
    {
        var text = head.Stored(line);
        if (text[0] is (byte)' ' or (byte)'\t') return new(HttpViolation.ObsoleteLineFolding, "A header line begins with whitespace.");
        var colon = text.IndexOf((byte)':');
        if (colon <= 0) return new(HttpViolation.InvalidHeaderName, colon < 0 ? "A header line has no colon." : "A header has no name.");
        var name = text[..colon];
        if (!Grammar.IsToken(name))
        {
            return name[^1] is (byte)' ' or (byte)'\t'
                ? new(HttpViolation.WhitespaceBeforeColon, "Whitespace stands before a header's colon.")
                : new(HttpViolation.InvalidHeaderName, "A header's name isn't a token.");
        }

        if (hasControl) return new(HttpViolation.InvalidHeaderValue, "A header's value has a control character.");
        var value = text[(colon + 1)..];
        var lead = value.Length - value.TrimStart(" \t"u8).Length;
        var kind = HeaderKinds.Of(name);
        if (tolerant && kind == HeaderKind.Other && (kind = FramingName.Resembled(name)) != HeaderKind.Other) ((RequestHead)head).Defects |= HeadDefects.FramingLikeName;
        head.AddField(
            new(line.Start, colon), new(line.Start + colon + 1 + lead, Grammar.TrimOws(value).Length), kind);
        return default;
    }
}
