namespace Usher.Wire;

/// <summary>What is wrong with a message. Which status answers it is the caller's choice.</summary>
public enum HttpViolation
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>The request line isn't "method SP target SP version" (RFC 9112 section 3).</summary>
    InvalidRequestLine,

    /// <summary>The method isn't a token; also the first byte of something that isn't HTTP at all.</summary>
    InvalidMethod,

    /// <summary>The request target has a forbidden byte or fits none of the four forms (RFC 9112 section 3.2).</summary>
    InvalidTarget,

    /// <summary>The request line is longer than allowed; commonly answered 414.</summary>
    TargetTooLong,

    /// <summary>A well-formed version other than HTTP/1.0 and HTTP/1.1; commonly answered 505.</summary>
    UnsupportedVersion,

    /// <summary>The status line isn't "version SP three digits SP reason" (RFC 9112 section 4).</summary>
    InvalidStatusLine,

    /// <summary>The status line is longer than allowed.</summary>
    StatusLineTooLong,

    /// <summary>A header line has no colon, an empty name or a name that isn't a token.</summary>
    InvalidHeaderName,

    /// <summary>Whitespace stands between a header's name and its colon (RFC 9112 section 5.1).</summary>
    WhitespaceBeforeColon,

    /// <summary>A header line starts with whitespace: folding is obsolete (RFC 9112 section 5.2).</summary>
    ObsoleteLineFolding,

    /// <summary>A header's value has a control character.</summary>
    InvalidHeaderValue,

    /// <summary>A CR that no LF follows.</summary>
    BareCarriageReturn,

    /// <summary>An LF that no CR precedes.</summary>
    BareLineFeed,

    /// <summary>A NUL byte in the head.</summary>
    NulByte,

    /// <summary>An HTTP/1.1 request without Host (RFC 9112 section 3.2).</summary>
    MissingHost,

    /// <summary>More than one Host header.</summary>
    MultipleHosts,

    /// <summary>A Host that isn't host[:port].</summary>
    InvalidHost,

    /// <summary>Content-Length and Transfer-Encoding in one message (RFC 9112 section 6.1): request smuggling.</summary>
    ContentLengthWithTransferEncoding,

    /// <summary>A Content-Length that isn't a plain decimal number below 2^63.</summary>
    InvalidContentLength,

    /// <summary>Several Content-Length headers that differ.</summary>
    ConflictingContentLengths,

    /// <summary>A transfer coding other than chunked and identity; commonly answered 501.</summary>
    UnsupportedTransferCoding,

    /// <summary>An empty or repeated transfer coding, or one in an HTTP/1.0 message (RFC 9112 section 6.1).</summary>
    InvalidTransferEncoding,

    /// <summary>One header line is longer than allowed.</summary>
    HeaderTooLarge,

    /// <summary>The whole head is longer than allowed.</summary>
    HeadTooLarge,

    /// <summary>More header lines than allowed.</summary>
    TooManyHeaders,

    /// <summary>A chunk's size line, its end or the trailer section is malformed or too long (RFC 9112 section 7.1).</summary>
    InvalidChunk,

    /// <summary>The body is longer than allowed; commonly answered 413.</summary>
    BodyTooLarge,

    /// <summary>The connection ended inside the message, or was reset.</summary>
    ConnectionClosed,

    /// <summary>Nothing came (or could be written) for as long as the idle timeout allows, or the head wasn't complete in time.</summary>
    IdleTimeout,
}
