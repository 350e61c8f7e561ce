using System.Buffers.Text;

namespace Usher.Wire;

/// <summary>
/// Fills a head with what its reader would have got had the lines been written and parsed again, limits and checks included. Lines after the first
/// violation are dropped, as a parser stops there.
/// </summary>
internal struct HeadFill : IHeadSink
{
    private const int LineEnd = 2;
    private readonly MessageHead _head;
    private readonly HeadLimits _limits;
    private LineVerdict _verdict;

    /// <summary>Fills this head, which is emptied first.</summary>
    public HeadFill(MessageHead head, HeadLimits limits)
    {
        _head = head;
        _limits = limits;
        head.Reset();
    }

    /// <summary>Bytes of the lines so far, as text.</summary>
    public int Length { get; private set; }

    public void RequestLine(ReadOnlySpan<byte> method, ReadOnlySpan<byte> path, bool hasQuery, ReadOnlySpan<byte> query)
    {
        var target = path.Length + (hasQuery ? 1 : 0) + query.Length;
        if (!Takes(method.Length + 1 + target + " HTTP/1.1".Length + LineEnd, startLine: true)) return;
        var first = _head.Store(method);
        var start = _head.Store(path).Start;
        if (hasQuery) _head.Store("?"u8);
        _head.Store(query);
        if (!((RequestHead)_head).SetStored(first, new(start, target), 11)) _verdict = StartLine.BadTarget;
    }

    public void StatusLine(int code, ReadOnlySpan<byte> reason)
    {
        if (Takes("HTTP/1.1 200 ".Length + reason.Length + LineEnd, startLine: true)) ((ResponseHead)_head).SetStored(code, _head.Store(reason), 11);
    }

    public void Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!Takes(name.Length + 2 + value.Length + LineEnd, startLine: false)) return;
        if (_head.HeaderCount == _limits.HeaderCount) _verdict = Http1Parser.TooManyHeaders;
        else _head.AddField(_head.Store(name), _head.Store(value));
    }

    public void Field(ReadOnlySpan<byte> name, long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var length);
        Field(name, digits[..length]);
    }

    /// <summary>Ends the head: the empty line, and what the headers say together.</summary>
    public LineVerdict Finish()
    {
        if (Takes(LineEnd, startLine: false))
        {
            var violation = HeadSemantics.Read(_head, out var semantics, out var message);
            if (violation == HttpViolation.None) _head.SetSemantics(semantics);
            else _verdict = new(violation, message);
        }

        if (_verdict.Violation != HttpViolation.None) _head.SetSemantics(HeadSemantics.OfBadHead);
        _head.WireLength = Length;
        return _verdict;
    }

    private bool Takes(int bytes, bool startLine)
    {
        if (_verdict.Violation != HttpViolation.None) return false;
        if (Http1Parser.Exceeds(_limits, Length, bytes, startLine, _head, out _verdict)) return false;
        Length += bytes;
        return true;
    }
}
