namespace Usher.Wire;

/// <summary>What the headers say about the body's framing and the connection, read in one pass.</summary>
internal readonly record struct HeadSemantics(
    long ContentLength, bool Chunked, bool KeepAlive, bool ExpectContinue, bool IsUpgrade, bool NamesHeaders)
{
    /// <summary>No body, and the connection ends.</summary>
    public static HeadSemantics OfBadHead => new(-1, false, false, false, false, false);

    public BodyFraming RequestFraming =>
        Chunked ? BodyFraming.Chunked : ContentLength >= 0 ? BodyFraming.OfLength(ContentLength) : BodyFraming.None;

    public BodyFraming ResponseFraming =>
        Chunked ? BodyFraming.Chunked : ContentLength >= 0 ? BodyFraming.OfLength(ContentLength) : BodyFraming.UntilClose;

    /// <summary>
    /// Reads the semantics of a head; the violation is <see cref="HttpViolation.None"/> when they are sound. A tolerant reading of a request notes its
    /// defects, and refuses only what leaves the end of the body open.
    /// </summary>
    public static HttpViolation Read(MessageHead head, out HeadSemantics semantics, out string? message, bool tolerant = false)
    {
        var reader = new Reader(tolerant ? head as RequestHead : null);
        semantics = default;
        for (var i = 0; i < head.HeaderCount; i++)
        {
            var kind = head.Kind(i);
            if (kind == HeaderKind.Other) continue;
            var violation = reader.Take(kind, head.Value(i), out message);
            if (violation != HttpViolation.None) return violation;
        }

        return reader.Finish(head, out semantics, out message);
    }

    /// <param name="tolerated">The request whose defects are noted; null for a strict reading.</param>
    private struct Reader(RequestHead? tolerated)
    {
        private FramingDefects _defects;
        private long? _length;
        private int _codings;
        private int _chunked;
        private bool _endsChunked;
        private bool _coded;
        private bool _unsupported;
        private int _hosts;
        private bool _close;
        private bool _keepAlive;
        private bool _connectionUpgrade;
        private bool _upgrade;
        private bool _expect;
        private bool _names;

        public HttpViolation Take(HeaderKind kind, ReadOnlySpan<byte> value, out string? message)
        {
            message = null;
            switch (kind)
            {
                case HeaderKind.Host:
                    _hosts++;
                    if (Grammar.IsHost(value)) break;
                    message = "Host has a character that host[:port] can't have.";
                    return HttpViolation.InvalidHost;
                case HeaderKind.ContentLength:
                    return TakeLength(value, out message);
                case HeaderKind.TransferEncoding:
                    if (tolerated is not null) _defects.TakeCodings(value);
                    TakeCodings(value);
                    break;
                case HeaderKind.LikeContentLength:
                    _defects.TakeLength(TryParseLength(value, out var length) ? length : null);
                    break;
                case HeaderKind.LikeTransferEncoding:
                    _defects.TakeCodings(value);
                    break;
                case HeaderKind.Connection:
                    TakeOptions(value);
                    break;
                case HeaderKind.Upgrade:
                    _upgrade = true;
                    break;
                case HeaderKind.Expect:
                    _expect |= Grammar.Same(value, "100-continue"u8);
                    break;
            }

            return HttpViolation.None;
        }

        public readonly HttpViolation Finish(MessageHead head, out HeadSemantics semantics, out string? message)
        {
            semantics = new HeadSemantics(
                _length ?? -1,
                _chunked > 0,
                !_close && (head.Version >= 11 || (_keepAlive && !_coded)),
                _expect,
                _upgrade && _connectionUpgrade,
                _names);
            if (tolerated is null) return Judge(head, out message);
            tolerated.Defects |= _defects.Found | Combined(head);
            return JudgeFraming(out message) is not HttpViolation.None and var violation ? violation : JudgeHost(head, out message);
        }

        /// <summary>What length and codings are together, and for the version.</summary>
        private readonly HeadDefects Combined(MessageHead head) =>
            (_coded && _length is not null ? HeadDefects.LengthWithCoding : 0)
            | (_coded && _chunked == 0 ? HeadDefects.CodingWithoutChunked : 0)
            | (_coded && head.Version < 11 ? HeadDefects.CodingBeforeHttp11 : 0);

        /// <summary>Whether the body's end can be told (RFC 9112 section 6.3).</summary>
        private readonly HttpViolation JudgeFraming(out string? message)
        {
            message = _unsupported ? "Transfer-Encoding has a coding other than chunked."
                : _coded && (_codings == 0 || (_chunked > 0 && !_endsChunked)) ? "Transfer-Encoding is empty or doesn't end with chunked." : null;
            return message is null ? HttpViolation.None : _unsupported ? HttpViolation.UnsupportedTransferCoding : HttpViolation.InvalidTransferEncoding;
        }

        private readonly HttpViolation Judge(MessageHead head, out string? message)
        {
            if (_coded && _length is not null)
            {
                message = "Content-Length and Transfer-Encoding are both given.";
                return HttpViolation.ContentLengthWithTransferEncoding;
            }

            if (_unsupported)
            {
                message = "Transfer-Encoding has a coding other than chunked.";
                return HttpViolation.UnsupportedTransferCoding;
            }

            if (_coded && head.Version < 11)
            {
                message = "HTTP/1.0 knows no Transfer-Encoding.";
                return HttpViolation.InvalidTransferEncoding;
            }

            if (_coded && (_codings == 0 || (_chunked > 0 && _codings > 1)))
            {
                message = "Transfer-Encoding is empty or repeats a coding.";
                return HttpViolation.InvalidTransferEncoding;
            }

            return JudgeHost(head, out message);
        }

        private readonly HttpViolation JudgeHost(MessageHead head, out string? message)
        {
            message = null;
            if (head is not RequestHead) return HttpViolation.None;
            if (_hosts > 1)
            {
                message = "Host is given more than once.";
                return HttpViolation.MultipleHosts;
            }

            if (_hosts > 0 || head.Version != 11) return HttpViolation.None;
            message = "An HTTP/1.1 request needs a Host.";
            return HttpViolation.MissingHost;
        }

        private HttpViolation TakeLength(ReadOnlySpan<byte> value, out string? message)
        {
            var sound = TryParseLength(value, out var length);
            if (tolerated is not null) _defects.TakeLength(sound ? length : null);
            if (!sound)
            {
                if (tolerated is not null) tolerated.Defects |= _defects.Found;
                message = "Content-Length isn't a decimal number.";
                return HttpViolation.InvalidContentLength;
            }

            message = "Content-Length is given more than once, with different values.";
            if (_length is { } before && before != length)
            {
                if (tolerated is not null) tolerated.Defects |= _defects.Found;
                return HttpViolation.ConflictingContentLengths;
            }

            _length = length;
            message = null;
            return HttpViolation.None;
        }

        private void TakeCodings(ReadOnlySpan<byte> value)
        {
            _coded = true;
            while (Grammar.NextMember(ref value, out var coding))
            {
                _codings++;
                _endsChunked = Grammar.Same(coding, "chunked"u8);
                if (_endsChunked) _chunked++;
                else if (!Grammar.Same(coding, "identity"u8)) _unsupported = true;
            }
        }

        private void TakeOptions(ReadOnlySpan<byte> value)
        {
            while (Grammar.NextMember(ref value, out var option))
            {
                if (Grammar.Same(option, "close"u8)) _close = true;
                else if (Grammar.Same(option, "keep-alive"u8)) _keepAlive = true;
                else if (Grammar.Same(option, "upgrade"u8)) _connectionUpgrade = true;
                else _names = true;
            }
        }

        private static bool TryParseLength(ReadOnlySpan<byte> digits, out long length)
        {
            length = 0;
            if (digits.IsEmpty) return false;
            foreach (var digit in digits)
            {
                if (digit is < (byte)'0' or > (byte)'9' || length > (long.MaxValue - (digit - '0')) / 10) return false;
                length = (length * 10) + (digit - '0');
            }

            return true;
        }
    }
}
