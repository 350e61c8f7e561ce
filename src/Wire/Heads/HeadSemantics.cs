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

    /// <summary>Reads the semantics of a head; the violation is <see cref="HttpViolation.None"/> when they are sound.</summary>
    public static HttpViolation Read(MessageHead head, out HeadSemantics semantics, out string? message)
    {
        var reader = default(Reader);
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

    private struct Reader
    {
        private long? _length;
        private int _codings;
        private int _chunked;
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
                    TakeCodings(value);
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
                !_close && (head.Version >= 11 || _keepAlive),
                _expect,
                _upgrade && _connectionUpgrade,
                _names);
            return Judge(head, out message);
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
            if (!TryParseLength(value, out var length))
            {
                message = "Content-Length isn't a decimal number.";
                return HttpViolation.InvalidContentLength;
            }

            message = "Content-Length is given more than once, with different values.";
            if (_length is { } before && before != length) return HttpViolation.ConflictingContentLengths;
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
                if (Grammar.Same(coding, "chunked"u8)) _chunked++;
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
