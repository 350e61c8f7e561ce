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
        Forward(ref text, head, edits, framing, connection, defaultHost);
        return End(output, ref text);
    }

    /// <summary>Makes <paramref name="next"/> the head that the next server would read of what <see cref="WriteForwarded(IBufferWriter{byte}, RequestHead, HeaderEdits?, BodyFraming, ConnectionOption, ReadOnlySpan{byte})"/> writes.</summary>
    internal static LineVerdict CopyForwarded(
        RequestHead next, HeadLimits limits, RequestHead head, HeaderEdits? edits, BodyFraming framing, ConnectionOption connection, ReadOnlySpan<byte> defaultHost)
    {
        var fill = new HeadFill(next, limits);
        Forward(ref fill, head, edits, framing, connection, defaultHost);
        return fill.Finish();
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
        Forward(ref text, head, edits, framing, connection);
        return End(output, ref text);
    }

    /// <summary>Makes <paramref name="next"/> the head that the client would read of what <see cref="WriteForwarded(IBufferWriter{byte}, ResponseHead, HeaderEdits?, BodyFraming, ConnectionOption)"/> writes.</summary>
    internal static LineVerdict CopyForwarded(
        ResponseHead next, HeadLimits limits, ResponseHead head, HeaderEdits? edits, BodyFraming framing, ConnectionOption connection)
    {
        var fill = new HeadFill(next, limits);
        Forward(ref fill, head, edits, framing, connection);
        return fill.Finish();
    }

    private static void Forward<TSink>(
        ref TSink sink, RequestHead head, HeaderEdits? edits, BodyFraming framing, ConnectionOption connection, ReadOnlySpan<byte> defaultHost)
        where TSink : struct, IHeadSink, allows ref struct
    {
        ForwardedRequestLine(ref sink, head, edits);
        edits?.Begin();
        var hosted = false;
        var framed = false;
        var authority = head.Form == TargetForm.Absolute && edits?.Replaces("Host"u8) != true;
        for (var i = 0; i < head.HeaderCount; i++)
        {
            var kind = head.Kind(i);
            if (kind == HeaderKind.Expect || TakeFraming(ref sink, head, i, framing, ref framed)) continue;
            if (kind == HeaderKind.Host && authority)
            {
                if (!hosted) sink.Field(head.Name(i), head.Host);
                hosted = true;
                continue;
            }

            hosted |= ForwardedField(ref sink, head, i, edits) && kind == HeaderKind.Host;
        }

        hosted |= AppendedFields(ref sink, edits);
        if (!hosted) sink.Field("Host"u8, head.Host.IsEmpty ? defaultHost : head.Host);
        LastFields(ref sink, head, framing, framed, connection);
    }

    private static void Forward<TSink>(ref TSink sink, ResponseHead head, HeaderEdits? edits, BodyFraming framing, ConnectionOption connection)
        where TSink : struct, IHeadSink, allows ref struct
    {
        sink.StatusLine(head.StatusCode, head.Reason);
        edits?.Begin();
        var framed = false;
        for (var i = 0; i < head.HeaderCount; i++)
        {
            if (head.StatusCode == 304 && head.Kind(i) == HeaderKind.ContentLength) sink.Field(head.Name(i), head.Value(i));
            else if (!TakeFraming(ref sink, head, i, framing, ref framed)) ForwardedField(ref sink, head, i, edits);
        }

        AppendedFields(ref sink, edits);
        LastFields(ref sink, head, framing, framed, connection);
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
        return End(output, ref text);
    }

    private static int End(IBufferWriter<byte> output, ref HeadText text)
    {
        text.Write("\r\n"u8);
        output.Advance(text.Length);
        return text.Length;
    }

    private static void ForwardedRequestLine<TSink>(ref TSink sink, RequestHead head, HeaderEdits? edits)
        where TSink : struct, IHeadSink, allows ref struct
    {
        if (edits is not null && !edits.Target.IsEmpty) sink.RequestLine(head.Method, edits.Target, hasQuery: false, default);
        else if (head.Form != TargetForm.Absolute) sink.RequestLine(head.Method, head.Target, hasQuery: false, default);
        else sink.RequestLine(head.Method, head.Path, head.HasQuery, head.Query);
    }

    /// <summary>
    /// Handles a framing header: true when this header was one. The first is written in its place if the framing still needs it.
    /// </summary>
    private static bool TakeFraming<TSink>(ref TSink sink, MessageHead head, int index, BodyFraming framing, ref bool framed)
        where TSink : struct, IHeadSink, allows ref struct
    {
        var kind = head.Kind(index);
        if (kind is not (HeaderKind.ContentLength or HeaderKind.TransferEncoding)) return false;
        if (framed) return true;
        if (kind == HeaderKind.ContentLength && framing.Kind == BodyKind.Length) sink.Field(head.Name(index), framing.Length);
        else if (kind == HeaderKind.TransferEncoding && framing.Kind == BodyKind.Chunked) sink.Field(head.Name(index), "chunked"u8);
        else return true;
        framed = true;
        return true;
    }

    private static bool ForwardedField<TSink>(ref TSink sink, MessageHead head, int index, HeaderEdits? edits)
        where TSink : struct, IHeadSink, allows ref struct
    {
        var edit = -1;
        var fate = edits?.FateOf(head, index, out edit) ?? (HopByHop.Drops(head, index) ? HeaderFate.HopByHop : HeaderFate.Kept);
        if (fate is HeaderFate.Removed or HeaderFate.HopByHop) return false;
        sink.Field(head.Name(index), fate == HeaderFate.Rewritten ? edits!.Value(edit) : head.Value(index));
        return true;
    }

    /// <summary>Writes what the edits add; true when Host was among it.</summary>
    private static bool AppendedFields<TSink>(ref TSink sink, HeaderEdits? edits)
        where TSink : struct, IHeadSink, allows ref struct
    {
        var hosted = false;
        for (var i = 0; edits is not null && i < edits.Count; i++)
        {
            if (!edits.IsAppended(i)) continue;
            sink.Field(edits.Name(i), edits.Value(i));
            hosted |= HeaderKinds.Of(edits.Name(i)) == HeaderKind.Host;
        }

        return hosted;
    }

    private static void LastFields<TSink>(ref TSink sink, MessageHead head, BodyFraming framing, bool framed, ConnectionOption connection)
        where TSink : struct, IHeadSink, allows ref struct
    {
        if (!framed && framing.Kind == BodyKind.Length) sink.Field("Content-Length"u8, framing.Length);
        if (!framed && framing.Kind == BodyKind.Chunked) sink.Field("Transfer-Encoding"u8, "chunked"u8);
        if (connection == ConnectionOption.Upgrade && head.TryGet("Upgrade"u8, out var protocol)) sink.Field("Upgrade"u8, protocol);
        if (connection != ConnectionOption.None) sink.Field("Connection"u8, Word(connection));
    }
}
