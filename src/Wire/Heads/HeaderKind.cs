namespace Usher.Wire;

/// <summary>
/// The headers that framing and forwarding have to know; all after <see cref="ContentLength"/> concern one connection only, or must not go any further.
/// </summary>
internal enum HeaderKind : byte
{
    Other,
    Host,
    Expect,
    ContentLength,
    TransferEncoding,
    Connection,
    KeepAlive,
    ProxyConnection,
    Te,
    Trailer,
    Upgrade,

    /// <summary>A name that isn't a token: a tolerant parser lets it in, no writer lets it out.</summary>
    Malformed,

    /// <summary>A name that some would take for Content-Length; told by a tolerant parser, and as <see cref="Malformed"/>.</summary>
    LikeContentLength,

    /// <summary>A name that some would take for Transfer-Encoding; told by a tolerant parser, and as <see cref="Malformed"/>.</summary>
    LikeTransferEncoding,
}

/// <summary>Finds a header's kind by its name.</summary>
internal static class HeaderKinds
{
    public static HeaderKind Of(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when Grammar.Same(name, "TE"u8) => HeaderKind.Te,
        4 when Grammar.Same(name, "Host"u8) => HeaderKind.Host,
        6 when Grammar.Same(name, "Expect"u8) => HeaderKind.Expect,
        7 when Grammar.Same(name, "Upgrade"u8) => HeaderKind.Upgrade,
        7 when Grammar.Same(name, "Trailer"u8) => HeaderKind.Trailer,
        10 when Grammar.Same(name, "Connection"u8) => HeaderKind.Connection,
        10 when Grammar.Same(name, "Keep-Alive"u8) => HeaderKind.KeepAlive,
        14 when Grammar.Same(name, "Content-Length"u8) => HeaderKind.ContentLength,
        16 when Grammar.Same(name, "Proxy-Connection"u8) => HeaderKind.ProxyConnection,
        17 when Grammar.Same(name, "Transfer-Encoding"u8) => HeaderKind.TransferEncoding,
        _ => HeaderKind.Other,
    };

    /// <summary>True for headers that a forwarder drops, because they concern one connection (RFC 9110 section 7.6.1) or could be misread.</summary>
    public static bool IsHopByHop(HeaderKind kind) => kind >= HeaderKind.TransferEncoding;

    /// <summary>True for headers that only a tolerant parser has let in, and that are dropped for what their names are.</summary>
    public static bool IsUnsafe(HeaderKind kind) => kind >= HeaderKind.Malformed;

    /// <summary>True for headers that frame a message or steer its connection, which only the codec writes.</summary>
    public static bool IsCodecs(HeaderKind kind) => kind >= HeaderKind.ContentLength;
}
