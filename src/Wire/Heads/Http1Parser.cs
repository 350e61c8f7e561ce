using System.Buffers;

namespace Usher.Wire;

/// <summary>
/// Parses HTTP/1 heads as their bytes arrive (RFC 9112 sections 2 to 5). It copies what belongs to the head into the head, so all input
/// of a call that asks for more is consumed. It is strict wherever two parsers could disagree: that is where requests are smuggled.
/// A tolerant one reads on where a request has one reading that can be sent on, and tells what it made good (<see cref="RequestHead.Defects"/>).
/// One instance serves one connection, one message after another (<see cref="Reset()"/>). Not thread-safe.
/// </summary>
public sealed class Http1Parser
{
    private readonly bool _tolerant;
    private HeadLimits _limits;
    private ParseResult _bad;
    private int _lineStart;
    private int _skipped;
    private int _added;
    private Stage _stage;

    /// <summary>A parser with these limits.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="tolerant">Whether requests are made good where that leaves one reading, rather than refused.</param>
    public Http1Parser(HeadLimits limits, bool tolerant = false)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _tolerant = tolerant;
        _limits = limits;
    }

    private enum Stage
    {
        Fresh,
        StartLine,
        Headers,
        Bad,
    }

    internal static LineVerdict TooManyHeaders => new(HttpViolation.TooManyHeaders, "There are more headers than allowed.");

    /// <summary>Makes ready for the next message.</summary>
    public void Reset() => _stage = Stage.Fresh;

    /// <summary>Makes ready for the next message, under other limits.</summary>
    public void Reset(HeadLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _limits = limits;
        Reset();
    }

    /// <summary>
    /// Parses more of a request's head into <paramref name="head"/>, which must be the same object until the head is complete.
    /// </summary>
    public ParseResult ParseRequest(in ReadOnlySequence<byte> input, RequestHead head) => Parse(in input, head);

    /// <inheritdoc cref="ParseRequest(in ReadOnlySequence{byte}, RequestHead)"/>
    public ParseResult ParseRequest(ReadOnlySpan<byte> input, RequestHead head) => Parse(input, head);

    /// <summary>
    /// Parses more of a response's head into <paramref name="head"/>, which must be the same object until the head is complete.
    /// </summary>
    public ParseResult ParseResponse(in ReadOnlySequence<byte> input, ResponseHead head) => Parse(in input, head);

    /// <inheritdoc cref="ParseResponse(in ReadOnlySequence{byte}, ResponseHead)"/>
    public ParseResult ParseResponse(ReadOnlySpan<byte> input, ResponseHead head) => Parse(input, head);

    /// <summary>Whether a line is longer than allowed, or than what is left of the head.</summary>
    /// <param name="limits">What is allowed.</param>
    /// <param name="before">Bytes of the head before the line.</param>
    /// <param name="lineBytes">Bytes of the line, its end included.</param>
    /// <param name="start">True for a request line or status line.</param>
    /// <param name="head">The head that the line belongs to.</param>
    /// <param name="verdict">What is wrong, if it exceeds.</param>
    internal static bool Exceeds(HeadLimits limits, int before, int lineBytes, bool start, MessageHead head, out LineVerdict verdict)
    {
        verdict = default;
        var lineLimit = start ? limits.StartLineBytes : limits.HeaderBytes;
        var room = limits.TotalBytes - before;
        if (lineBytes <= Math.Min(lineLimit, room)) return false;
        verdict = lineLimit > room ? new(HttpViolation.HeadTooLarge, "All headers together are longer than allowed.")
            : !start ? new(HttpViolation.HeaderTooLarge, "A header is longer than allowed.")
            : head is RequestHead ? new(HttpViolation.TargetTooLong, "The request line is longer than allowed.")
            : new(HttpViolation.StatusLineTooLong, "The status line is longer than allowed.");
        return true;
    }

    private ParseResult Parse(in ReadOnlySequence<byte> input, MessageHead head)
    {
        if (input.IsSingleSegment) return Parse(input.FirstSpan, head);
        var consumed = 0L;
        foreach (var segment in input)
        {
            var result = Parse(segment.Span, head);
            consumed += result.Consumed;
            if (result.Status != ParseStatus.NeedMore) return result with { Consumed = consumed };
        }

        return new ParseResult(ParseStatus.NeedMore, consumed);
    }

    private ParseResult Parse(ReadOnlySpan<byte> input, MessageHead head)
    {
        if (_stage == Stage.Fresh) Begin(head);
        if (_stage == Stage.Bad) return _bad with { Consumed = 0 };
        var consumed = 0;
        while (consumed < input.Length)
        {
            var rest = input[consumed..];
            var lineFeed = rest.IndexOf((byte)'\n');
            var take = lineFeed < 0 ? rest.Length : lineFeed + 1;
            if (head.Length == _lineStart && RejectOtherProtocol(rest, head, out var reject)) return Bad(head, consumed, reject);
            if (Exceeds(_limits, _lineStart - _added, head.Length - _lineStart + take, _stage == Stage.StartLine, head, out reject)) return Bad(head, consumed, reject);
            var raw = head.Store(rest[..take]);
            consumed += take;
            if (lineFeed < 0) break;
            var line = new MessageHead.Slice(_lineStart, raw.Start + raw.Length - _lineStart);
            var verdict = ReadLine(head, line, out var complete);
            if (verdict.Violation != HttpViolation.None) return Bad(head, consumed, verdict);
            if (complete) return Complete(head, consumed);
            _lineStart = head.Length;
        }

        return new ParseResult(ParseStatus.NeedMore, consumed);
    }

    private void Begin(MessageHead head)
    {
        head.Reset();
        _lineStart = 0;
        _skipped = _added = 0;
        _stage = Stage.StartLine;
    }

    /// <summary>Tells at once that a peer doesn't speak HTTP, rather than wait for a line end that may never come.</summary>
    private bool RejectOtherProtocol(ReadOnlySpan<byte> line, MessageHead head, out LineVerdict verdict)
    {
        verdict = default;
        var first = line[0];
        if (_stage != Stage.StartLine || first is (byte)'\r' or (byte)'\n') return false;
        if (head is ResponseHead)
        {
            if (first == (byte)'H') return false;
            verdict = new(HttpViolation.InvalidStatusLine, OtherProtocol.Answering(line) ?? "The response doesn't begin with a status line.");
            return true;
        }

        if (Grammar.IsTokenByte(first)) return false;
        verdict = new(HttpViolation.InvalidMethod, first == 0x16
            ? "The connection begins with a TLS handshake, not with a request." : "The request doesn't begin with a method.");
        return true;
    }

    private LineVerdict ReadLine(MessageHead head, MessageHead.Slice line, out bool complete)
    {
        complete = false;
        var text = head.Stored(line);
        if (text.Length < 2 || text[^2] != '\r') return new(HttpViolation.BareLineFeed, "A line ends with LF alone.");
        line = line with { Length = line.Length - 2 };
        var control = Grammar.IndexOfControl(text[..^2]);
        var tolerant = _tolerant && head is RequestHead;
        if (control >= 0 && !tolerant && text[control] == 0) return new(HttpViolation.NulByte, "The head has a NUL byte.");
        if (control >= 0 && !tolerant && text[control] == '\r') return new(HttpViolation.BareCarriageReturn, "The head has a CR without LF.");
        if (_stage == Stage.Headers)
        {
            complete = line.Length == 0;
            if (complete) return default;
            if (head.HeaderCount == _limits.HeaderCount) return TooManyHeaders;
            var verdict = FieldLine.Read(head, line, control >= 0, tolerant);
            return tolerant && verdict.Violation != HttpViolation.None ? TolerantFieldLine.Read((RequestHead)head, line) : verdict;
        }

        if (line.Length == 0 && _skipped == 0 && head is RequestHead)
        {
            // RFC 9112 section 2.2: one empty line before a request is ignored.
            _skipped = 2;
            head.Truncate(0);
            return default;
        }

        _stage = Stage.Headers;
        if (head is not RequestHead request) return StartLine.Read((ResponseHead)head, line);
        var read = StartLine.Read(request, line);
        return tolerant && read.Violation != HttpViolation.None ? TolerantStartLine.Read(request, line, out _added) : read;
    }

    private ParseResult Complete(MessageHead head, int consumed)
    {
        var violation = HeadSemantics.Read(head, out var semantics, out var message, _tolerant);
        if (violation != HttpViolation.None) return Bad(head, consumed, new(violation, message));
        head.SetSemantics(semantics);
        head.WireLength = head.Length - _added + _skipped;
        _stage = Stage.Fresh;
        return new ParseResult(ParseStatus.Complete, consumed);
    }

    private ParseResult Bad(MessageHead head, int consumed, LineVerdict verdict)
    {
        // What was read stays to be looked at, but nothing follows from it: no body, no further message.
        head.SetSemantics(HeadSemantics.OfBadHead);
        _stage = Stage.Bad;
        return _bad = new ParseResult(ParseStatus.Bad, consumed, verdict.Violation, verdict.Message);
    }
}

/// <summary>What a line was found to be; the default is sound.</summary>
internal readonly record struct LineVerdict(HttpViolation Violation, string? Message);
