namespace Usher.Wire;

/// <summary>
/// What a tolerant parser found in a request's head and made good, or that two readers of the head could take differently; beside a violation, what
/// it was found in. Facts about bytes: what follows from them is the caller's.
/// </summary>
[Flags]
public enum HeadDefects
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A header's name isn't a token, or its value has a control character other than NUL and CR. The header is dropped, or the character is a space.</summary>
    HeaderCharacters = 1,

    /// <summary>The same with a NUL or a CR.</summary>
    HeaderUnreadable = 1 << 1,

    /// <summary>A header line without a name, or of whitespace alone. It is dropped.</summary>
    EmptyName = 1 << 2,

    /// <summary>A header's name that some would take for Content-Length or Transfer-Encoding (<c>Transfer_Encoding</c>, <c>Content-Length </c>). It is never sent on.</summary>
    FramingLikeName = 1 << 3,

    /// <summary>The target has a space, which is percent-encoded inside and dropped around it.</summary>
    TargetSpace = 1 << 4,

    /// <summary>The target has a control character other than NUL and CR, which is percent-encoded.</summary>
    TargetControl = 1 << 5,

    /// <summary>The target has a NUL or a CR, which is percent-encoded.</summary>
    TargetUnreadable = 1 << 6,

    /// <summary>HTTP/1.2 to 1.9 (taken for 1.1), HTTP/0.9 (refused), or whitespace behind the version.</summary>
    UnusualVersion = 1 << 7,

    /// <summary>The version isn't one: a violation.</summary>
    MalformedVersion = 1 << 8,

    /// <summary>The method isn't a token: a violation.</summary>
    MalformedMethod = 1 << 9,

    /// <summary>Content-Length, or what looks like it, is given more than once with one value.</summary>
    RepeatedLength = 1 << 10,

    /// <summary>Content-Length, or what looks like it, is given with several values; a violation if it is Content-Length itself.</summary>
    DifferingLengths = 1 << 11,

    /// <summary>Content-Length, or what looks like it, isn't a number; a violation if it is Content-Length itself.</summary>
    MalformedLength = 1 << 12,

    /// <summary>Chunked is named twice in a row. It is taken once.</summary>
    RepeatedChunked = 1 << 13,

    /// <summary>A transfer coding that is none of the registered ones, or empty.</summary>
    UnknownCoding = 1 << 14,

    /// <summary>Transfer-Encoding without chunked; no violation if it names identity alone, and the body is what Content-Length says.</summary>
    CodingWithoutChunked = 1 << 15,

    /// <summary>Content-Length and Transfer-Encoding in one head: chunked is taken, the length dropped (RFC 9112 section 6.3).</summary>
    LengthWithCoding = 1 << 16,

    /// <summary>Transfer-Encoding in an HTTP/1.0 request: it is taken, and the connection isn't kept (RFC 9112 section 6.1).</summary>
    CodingBeforeHttp11 = 1 << 17,
}
