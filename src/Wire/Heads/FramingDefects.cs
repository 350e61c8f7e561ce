namespace Usher.Wire;

/// <summary>
/// Collects what is wrong with a request's lengths and codings, headers that only look like Content-Length and Transfer-Encoding included: somebody else may take them for those.
/// </summary>
internal struct FramingDefects
{
    private long? _length;
    private bool _afterChunked;

    /// <summary>What was found so far.</summary>
    public HeadDefects Found { get; private set; }

    /// <summary>Takes one more length; null for one that is no number.</summary>
    public void TakeLength(long? length)
    {
        if (length is null) Found |= HeadDefects.MalformedLength;
        else if (_length is null) _length = length;
        else Found |= _length == length ? HeadDefects.RepeatedLength : HeadDefects.DifferingLengths;
    }

    /// <summary>Takes one more list of codings, without their parameters (RFC 9112 section 7).</summary>
    public void TakeCodings(ReadOnlySpan<byte> value)
    {
        foreach (var range in value.Split((byte)','))
        {
            var coding = value[range];
            var parameters = coding.IndexOf((byte)';');
            coding = Grammar.TrimOws(parameters < 0 ? coding : coding[..parameters]);
            var chunked = Grammar.Same(coding, "chunked"u8);
            if (!chunked && !IsRegistered(coding))
            {
                Found |= HeadDefects.UnknownCoding;
                continue;
            }

            if (chunked && _afterChunked) Found |= HeadDefects.RepeatedChunked;
            _afterChunked = chunked;
        }
    }

    private static bool IsRegistered(ReadOnlySpan<byte> coding) => Grammar.Same(coding, "gzip"u8) || Grammar.Same(coding, "deflate"u8)
        || Grammar.Same(coding, "compress"u8) || Grammar.Same(coding, "identity"u8);
}
