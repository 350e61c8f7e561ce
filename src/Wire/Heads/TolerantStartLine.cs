namespace Usher.Wire;

/// <summary>Reads request lines that break the grammar, where one target and one version can be made of them.</summary>
internal static class TolerantStartLine
{
    /// <summary>Reads a line that <see cref="StartLine"/> has refused.</summary>
    /// <param name="head">Takes what is read.</param>
    /// <param name="line">The line without its end.</param>
    /// <param name="added">Bytes that the head holds beside those of the line: the target once more, encoded.</param>
    public static LineVerdict Read(RequestHead head, MessageHead.Slice line, out int added)
    {
        added = 0;
        var text = head.Stored(line).TrimEnd(" \t"u8);
        var (first, last) = (text.IndexOf((byte)' '), text.LastIndexOf((byte)' '));
        if (!Grammar.IsToken(first < 0 ? text : text[..first]))
        {
            head.Defects |= HeadDefects.MalformedMethod;
            return new(HttpViolation.InvalidMethod, "The method isn't a token.");
        }

        var version = text[(last + 1)..];
        if (first == last)
        {
            if (first < 0 || version.StartsWith("HTTP/1."u8)) return new(HttpViolation.InvalidRequestLine, "The request line has no target.");
            head.Defects |= HeadDefects.UnusualVersion;
            return new(HttpViolation.InvalidRequestLine, "The request line has no version, which is HTTP/0.9.");
        }

        var number = Version(head, version, trimmed: text.Length < line.Length);
        if (number < 0) return new(HttpViolation.InvalidRequestLine, "The request line doesn't end with a version.");
        var between = text[(first + 1)..last];
        var target = between.Trim((byte)' ');
        if (target.Length < between.Length) head.Defects |= HeadDefects.TargetSpace;
        var at = new MessageHead.Slice(line.Start + last - between.TrimStart((byte)' ').Length, target.Length);
        if (!TrySend(head, at, out var sent)) return target.IsEmpty ? new(HttpViolation.InvalidRequestLine, "The request line has no target.") : StartLine.BadTarget;
        if (sent != at) added = sent.Length;
        var sound = head.SetStored(new(line.Start, first), sent, number == 0 ? 11 : number);
        if (number == 0) return new(HttpViolation.UnsupportedVersion, "The version is neither HTTP/1.1 nor HTTP/1.0.");
        return sound ? default : StartLine.BadTarget;
    }

    /// <summary>10 or 11; 0 for a version that isn't spoken; -1 for none.</summary>
    private static int Version(RequestHead head, ReadOnlySpan<byte> text, bool trimmed)
    {
        if (StartLine.LooksLikeVersion(text) && text[5] == '1')
        {
            if (trimmed || text[7] > '1') head.Defects |= HeadDefects.UnusualVersion;
            return text[7] == '0' ? 10 : 11;
        }

        if (text.SequenceEqual("HTTP/0.9"u8)) head.Defects |= HeadDefects.UnusualVersion;
        else if (!StartLine.LooksLikeVersion(text) || text[5] == '0') head.Defects |= HeadDefects.MalformedVersion;
        return StartLine.LooksLikeVersion(text) ? 0 : -1;
    }

    /// <summary>The target as it can be sent: itself, or with percent-encoding for what a request line can't have (RFC 3986 section 2.1).</summary>
    private static bool TrySend(RequestHead head, MessageHead.Slice target, out MessageHead.Slice sent)
    {
        sent = target;
        var text = head.Stored(target);
        if (text.IsEmpty || text.Contains((byte)'#')) return false;
        if (Grammar.IsTarget(text)) return true;
        var encoded = new byte[text.Length * 3];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (Grammar.IsTargetByte(text[i]))
            {
                encoded[length++] = text[i];
                continue;
            }

            // A host is never made good: three slashes stand before a path that is part of a URI.
            if (text[0] != '/' && text[..i].Count((byte)'/') < 3) return false;
            head.Defects |= text[i] switch
            {
                0 or (byte)'\r' => HeadDefects.TargetUnreadable,
                (byte)' ' => HeadDefects.TargetSpace,
                < (byte)' ' or 127 => HeadDefects.TargetControl,
                _ => HeadDefects.None,
            };
            encoded[length++] = (byte)'%';
            encoded[length++] = "0123456789ABCDEF"u8[text[i] >> 4];
            encoded[length++] = "0123456789ABCDEF"u8[text[i] & 0xF];
        }

        sent = head.Store(encoded.AsSpan(0, length));
        return true;
    }
}
