namespace Usher.Wire;

/// <summary>
/// Decodes the chunked transfer coding (RFC 9112 section 7.1) as bytes arrive, without copying: it tells which bytes to skip and which
/// are data, and keeps the trailers. Chunk extensions are dropped. Size lines are limited to 4 KiB, the trailer section to 16 KiB.
/// </summary>
internal struct ChunkedDecoder
{
    private const int MaxSizeLine = 4 * 1024;
    private const int MaxTrailers = 16 * 1024;
    private State _state;
    private long _size;
    private int _digits;
    private int _lineBytes;
    private int _trailerBytes;
    private TrailerSection? _trailers;

    private enum State : byte
    {
        Size,
        Extension,
        SizeLineFeed,
        Data,
        DataCarriageReturn,
        DataLineFeed,
        TrailerStart,
        Trailer,
        TrailerLineFeed,
        EndLineFeed,
        Done,
    }

    /// <summary>True when the last chunk and the trailers have been read.</summary>
    public readonly bool IsDone => _state == State.Done;

    /// <summary>The trailers that came, once the body is done; null when none did.</summary>
    public readonly IReadOnlyList<KeyValuePair<string, string>>? Trailers => IsDone ? _trailers?.Fields : null;

    /// <summary>
    /// Reads framing up to the next data byte. <paramref name="skip"/> bytes of the input are framing; the <paramref name="data"/> bytes
    /// after them are data, to be reported by <see cref="Take"/>. False when the coding is malformed.
    /// </summary>
    public bool TryNext(ReadOnlySpan<byte> input, out int skip, out int data)
    {
        skip = 0;
        data = 0;
        while (skip < input.Length && _state != State.Done)
        {
            if (_state == State.Data)
            {
                data = (int)Math.Min(_size, input.Length - skip);
                return true;
            }

            if (!Step(input[skip++])) return false;
        }

        return true;
    }

    /// <summary>Tells that so many data bytes have been used.</summary>
    public void Take(long count)
    {
        _size -= count;
        if (_size == 0 && count > 0) _state = State.DataCarriageReturn;
    }

    private bool Step(byte b) => _state switch
    {
        State.Size => InSize(b),
        State.Extension => InExtension(b),
        State.SizeLineFeed => b == '\n' && Become(_size == 0 ? State.TrailerStart : State.Data),
        State.DataCarriageReturn => b == '\r' && Become(State.DataLineFeed),
        State.DataLineFeed => b == '\n' && Become(State.Size),
        State.TrailerStart => b == '\r' ? Become(State.EndLineFeed) : InTrailer(b),
        State.Trailer => InTrailer(b),
        State.TrailerLineFeed => b == '\n' && Become(State.TrailerStart),
        State.EndLineFeed => b == '\n' && Become(State.Done),
        _ => false,
    };

    private bool InSize(byte b)
    {
        if (char.IsAsciiHexDigit((char)b))
        {
            if (_digits++ == 0) _size = 0;
            _size = (_size << 4) | (uint)((b & 0xF) + (b > '9' ? 9 : 0));
            return _digits <= 15;
        }

        return _digits > 0 && b switch
        {
            (byte)'\r' => Become(State.SizeLineFeed),
            (byte)';' or (byte)' ' or (byte)'\t' => Become(State.Extension),
            _ => false,
        };
    }

    private bool InExtension(byte b)
    {
        if (b == '\r') return Become(State.SizeLineFeed);
        return b != '\n' && b != 0 && ++_lineBytes <= MaxSizeLine;
    }

    private bool InTrailer(byte b)
    {
        // What begins no line but the section's end never gets here: a body without trailers keeps nothing.
        _trailers ??= new TrailerSection();
        if (b == '\r')
        {
            _trailers.Add((byte)'\n');
            return Become(State.TrailerLineFeed);
        }

        _state = State.Trailer;
        _trailers.Add(b);
        return b != '\n' && b != 0 && ++_trailerBytes <= MaxTrailers;
    }

    private bool Become(State state)
    {
        _state = state;
        if (state == State.Size)
        {
            _digits = 0;
            _lineBytes = 0;
        }

        return true;
    }
}
