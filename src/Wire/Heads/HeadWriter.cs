using System.Buffers;

namespace Usher.Wire;

/// <summary>Which Connection header to write (RFC 9112 section 9.6).</summary>
public enum ConnectionOption
{
    /// <summary>None: the version's default holds.</summary>
    None,

    /// <summary>The connection closes after this message.</summary>
    Close,

    /// <summary>The connection stays; needed towards HTTP/1.0 only.</summary>
    KeepAlive,

    /// <summary>Another protocol is asked for or switched to: the head's own Upgrade goes with it (RFC 9110 section 7.8).</summary>
    Upgrade,
}

/// <summary>Writes heads, in their own order and spelling.</summary>
public static class HeadWriter
{
    /// <summary>Writes a request's head with all its headers just as they are. Returns the bytes written.</summary>
    public static int Write(IBufferWriter<byte> output, RequestHead head)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(head);
        var text = new HeadText(output.GetSpan(Bound(head, null)));
        text.Line(head.Method, head.Target, head.Version == 10 ? "HTTP/1.0"u8 : "HTTP/1.1"u8);
        return Verbatim(output, ref text, head);
    }

    /// <summary>Writes a response's head with all its headers just as they are. Returns the bytes written.</summary>
    public static int Write(IBufferWriter<byte> output, ResponseHead head)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(head);
        var text = new HeadText(output.GetSpan(Bound(head, null)));
        text.Status(head.Version == 10 ? "HTTP/1.0 "u8 : "HTTP/1.1 "u8, head.StatusCode, head.Reason);
        return Verbatim(output, ref text, head);
    }

    /// <summary>
    /// Writes a request's head for the next server, as HTTP/1.1: hop-by-hop headers and Expect are dropped, the edits applied, the framing
    /// written anew in the old one's place. An absolute target becomes a path, and its authority the Host (RFC 9112 section 3.2.2);
    /// a request without Host gets <paramref name="defaultHost"/>. Returns the bytes written.
    /// </summary>
    public static int WriteForwarded(
        IBufferWriter<byte> output,
        RequestHead head,
        HeaderEdits? edits,
        BodyFraming framing,
        ConnectionOption connection,
        ReadOnlySpan<byte> defaultHost)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(head);
        var text = new HeadText(output.GetSpan(Bound(head, edits) + defaultHost.Length));
        ForwardedRequestLine(ref text, head, edits);
        edits?.Begin();
        var hosted = false;
        var framed = false;
        var authority = head.Form == TargetForm.Absolute && edits?.Replaces("Host"u8) != true;
        for (var i = 0; i < head.HeaderCount; i++)
        {
            var kind = head.Kind(i);
            if (kind == HeaderKind.Expect || TakeFraming(ref text, head, i, framing, ref framed)) continue;
            if (kind == HeaderKind.Host && authority)
            {
                if (!hosted) text.Field(head.Name(i), head.Host);
                hosted = true;
                continue;
            }

            hosted |= ForwardedField(ref text, head, i, edits) && kind == HeaderKind.Host;
        }

        hosted |= AppendedFields(ref text, edits);
        if (!hosted) text.Field("Host"u8, head.Host.IsEmpty ? defaultHost : head.Host);
        return Finish(output, ref text, head, framing, framed, connection);
    }

    /// <summary>
    /// Writes a response's head for the client, as HTTP/1.1: hop-by-hop headers are dropped, the edits applied, the framing written anew in
    /// the old one's place. A 304 keeps its Content-Length, which tells of the representation. Returns the bytes written.
    /// </summary>
    public static int WriteForwarded(
        IBufferWriter<byte> output, ResponseHead head, HeaderEdits? edits, BodyFraming framing, ConnectionOption connection)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(head);
        var text = new HeadText(output.GetSpan(Bound(head, edits)));
        text.Status("HTTP/1.1 "u8, head.StatusCode, head.Reason);
        edits?.Begin();
        var framed = false;
        for (var i = 0; i < head.HeaderCount; i++)
        {
            if (head.StatusCode == 304 && head.Kind(i) == HeaderKind.ContentLength) text.Field(head.Name(i), head.Value(i));
            else if (!TakeFraming(ref text, head, i, framing, ref framed)) ForwardedField(ref text, head, i, edits);
        }

        AppendedFields(ref text, edits);
        return Finish(output, ref text, head, framing, framed, connection);
    }

    private static ReadOnlySpan<byte> Word(ConnectionOption connection) => connection switch
    {
        ConnectionOption.Close => "close"u8,
        ConnectionOption.Upgrade => "upgrade"u8,
        _ => "keep-alive"u8,
    };

    private static int Bound(MessageHead head, HeaderEdits? edits) =>
        (head.Length * 2) + (head.HeaderCount * 4) + (edits is null ? 0 : edits.ByteLength + (edits.Count * 4)) + 256;

    private static int Verbatim(IBufferWriter<byte> output, ref HeadText text, MessageHead head)
    {
        for (var i = 0; i < head.HeaderCount; i++) text.Field(head.Name(i), head.Value(i));
        text.Write("\r\n"u8);
        output.Advance(text.Length);
        return text.Length;
    }

    private static void ForwardedRequestLine(ref HeadText text, RequestHead head, HeaderEdits? edits)
    {
        if (edits is not null && !edits.Target.IsEmpty) text.Line(head.Method, edits.Target, "HTTP/1.1"u8);
        else if (head.Form != TargetForm.Absolute) text.Line(head.Method, head.Target, "HTTP/1.1"u8);
        else text.Line(head.Method, head.Path, head.HasQuery, head.Query, "HTTP/1.1"u8);
    }

    /// <summary>
    /// Handles a framing header: true when this header was one. The first is written in its place if the framing still needs it.
    /// </summary>
    private static bool TakeFraming(ref HeadText text, MessageHead head, int index, BodyFraming framing, ref bool framed)
    {
        var kind = head.Kind(index);
        if (kind is not (HeaderKind.ContentLength or HeaderKind.TransferEncoding)) return false;
        if (framed) return true;
        if (kind == HeaderKind.ContentLength && framing.Kind == BodyKind.Length) text.Field(head.Name(index), framing.Length);
        else if (kind == HeaderKind.TransferEncoding && framing.Kind == BodyKind.Chunked) text.Field(head.Name(index), "chunked"u8);
        else return true;
        framed = true;
        return true;
    }

    private static bool ForwardedField(ref HeadText text, MessageHead head, int index, HeaderEdits? edits)
    {
        var edit = -1;
        var fate = edits?.FateOf(head, index, out edit) ?? (HopByHop.Drops(head, index) ? HeaderFate.HopByHop : HeaderFate.Kept);
        if (fate is HeaderFate.Removed or HeaderFate.HopByHop) return false;
        text.Field(head.Name(index), fate == HeaderFate.Rewritten ? edits!.Value(edit) : head.Value(index));
        return true;
    }

    /// <summary>Writes what the edits add; true when Host was among it.</summary>
    private static bool AppendedFields(ref HeadText text, HeaderEdits? edits)
    {
        var hosted = false;
        for (var i = 0; edits is not null && i < edits.Count; i++)
        {
            if (!edits.IsAppended(i)) continue;
            text.Field(edits.Name(i), edits.Value(i));
            hosted |= HeaderKinds.Of(edits.Name(i)) == HeaderKind.Host;
        }

        return hosted;
    }

    private static int Finish(
        IBufferWriter<byte> output, ref HeadText text, MessageHead head, BodyFraming framing, bool framed, ConnectionOption connection)
    {
        if (!framed && framing.Kind == BodyKind.Length) text.Field("Content-Length"u8, framing.Length);
        if (!framed && framing.Kind == BodyKind.Chunked) text.Field("Transfer-Encoding"u8, "chunked"u8);
        if (connection == ConnectionOption.Upgrade && head.TryGet("Upgrade"u8, out var protocol)) text.Field("Upgrade"u8, protocol);
        if (connection != ConnectionOption.None) text.Field("Connection"u8, Word(connection));
        text.Write("\r\n"u8);
        output.Advance(text.Length);
        return text.Length;
    }
}
