namespace Usher.Wire;

/// <summary>Takes a forwarded head line by line: as text for a socket (<see cref="HeadText"/>), or as another head (<see cref="HeadFill"/>).</summary>
internal interface IHeadSink
{
    /// <summary>The request line, as HTTP/1.1. <paramref name="query"/> comes without "?", which stands there if <paramref name="hasQuery"/>.</summary>
    void RequestLine(ReadOnlySpan<byte> method, ReadOnlySpan<byte> path, bool hasQuery, ReadOnlySpan<byte> query);

    /// <summary>The status line, as HTTP/1.1.</summary>
    void StatusLine(int code, ReadOnlySpan<byte> reason);

    /// <summary>A header.</summary>
    void Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    /// <summary>A header with a number.</summary>
    void Field(ReadOnlySpan<byte> name, long value);
}
