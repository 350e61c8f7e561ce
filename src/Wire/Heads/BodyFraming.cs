namespace Usher.Wire;

/// <summary>How the end of a message body is found (RFC 9112 section 6.3).</summary>
public enum BodyKind
{
    /// <summary>The message has no body and says nothing about its length.</summary>
    None,

    /// <summary>The body has a length that is known beforehand, zero included.</summary>
    Length,

    /// <summary>The body comes in chunks; its length isn't known beforehand.</summary>
    Chunked,

    /// <summary>The body ends when the connection does (responses only).</summary>
    UntilClose,
}

/// <summary>A body's framing. <see cref="Length"/> is in bytes and counts only for <see cref="BodyKind.Length"/>.</summary>
public readonly record struct BodyFraming
{
    private BodyFraming(BodyKind kind, long length)
    {
        Kind = kind;
        Length = length;
    }

    /// <summary>No body and no framing header.</summary>
    public static BodyFraming None => default;

    /// <summary>Chunks, for a length that isn't known.</summary>
    public static BodyFraming Chunked => new(BodyKind.Chunked, 0);

    /// <summary>All bytes until the connection closes.</summary>
    public static BodyFraming UntilClose => new(BodyKind.UntilClose, 0);

    /// <summary>How the end is found.</summary>
    public BodyKind Kind { get; }

    /// <summary>The length in bytes when <see cref="Kind"/> is <see cref="BodyKind.Length"/>, else 0.</summary>
    public long Length { get; }

    /// <summary>True unless it is already certain that no body byte follows.</summary>
    public bool MayHaveBody => Kind > BodyKind.Length || Length > 0;

    /// <summary>A body of exactly <paramref name="length"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public static BodyFraming OfLength(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new(BodyKind.Length, length);
    }
}
