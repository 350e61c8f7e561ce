namespace Usher.Wire;

/// <summary>Reads header lines that break the grammar, so that nothing of them can be sent on that two readers could take differently.</summary>
internal static class TolerantFieldLine
{
    /// <summary>Reads a line that <see cref="FieldLine"/> has refused.</summary>
    public static LineVerdict Read(RequestHead head, MessageHead.Slice line)
    {
        var text = head.Stored(line);
        var colon = text.IndexOf((byte)':');
        var name = colon < 0 ? text : text[..colon];
        var unreadable = text.IndexOfAny((byte)0, (byte)'\r') >= 0;
        if (Grammar.TrimOws(name).IsEmpty)
        {
            head.Defects |= HeadDefects.EmptyName | (unreadable ? HeadDefects.HeaderUnreadable : 0);
            return default;
        }

        if (colon < 0)
        {
            // A continuation, or no header at all: there is nothing to say what it belongs to.
            return text[0] is (byte)' ' or (byte)'\t'
                ? new(HttpViolation.ObsoleteLineFolding, "A header line begins with whitespace.")
                : new(HttpViolation.InvalidHeaderName, "A header line has no colon.");
        }

        head.Defects |= unreadable ? HeadDefects.HeaderUnreadable : HeadDefects.HeaderCharacters;
        var kind = KindOf(name);
        if (kind is HeaderKind.LikeContentLength or HeaderKind.LikeTransferEncoding) head.Defects |= HeadDefects.FramingLikeName;
        var value = new MessageHead.Slice(line.Start + colon + 1, line.Length - colon - 1);

        // What decides over the body or the host is judged as it came: a space for a control could make it another value.
        if (kind is not (HeaderKind.ContentLength or HeaderKind.TransferEncoding or HeaderKind.Host)) Blank(head.Writable(value));
        var given = head.Stored(value);
        var lead = given.Length - given.TrimStart(" \t"u8).Length;
        head.AddField(new(line.Start, colon), new(value.Start + lead, Grammar.TrimOws(given).Length), kind);
        return default;
    }

    private static HeaderKind KindOf(ReadOnlySpan<byte> name)
    {
        var token = Grammar.IsToken(name);
        var kind = token ? HeaderKinds.Of(name) : HeaderKind.Other;
        if (kind == HeaderKind.Other) kind = FramingName.Resembled(name);
        return kind == HeaderKind.Other && !token ? HeaderKind.Malformed : kind;
    }

    /// <summary>A space for every control character (RFC 9110 section 5.5).</summary>
    private static void Blank(Span<byte> value)
    {
        for (var at = Grammar.IndexOfControl(value); at >= 0; at = Grammar.IndexOfControl(value)) value[at] = (byte)' ';
    }
}
