namespace Usher.Wire;

/// <summary>Where the parse of a head stands.</summary>
public enum ParseStatus
{
    /// <summary>All input was consumed; the head isn't complete.</summary>
    NeedMore,

    /// <summary>The head is complete; the rest of the input is body or the next message.</summary>
    Complete,

    /// <summary>The head is malformed or too large; the connection can't be used further.</summary>
    Bad,
}

/// <summary>The outcome of one call to <see cref="Http1Parser"/>.</summary>
/// <param name="Status">Where the parse stands.</param>
/// <param name="Consumed">Bytes of this call's input that belong to the head (for <see cref="ParseStatus.Bad"/>: that were looked
/// at).</param>
/// <param name="Violation">What is wrong, when <paramref name="Status"/> is <see cref="ParseStatus.Bad"/>.</param>
/// <param name="Message">One sentence for a person, when <paramref name="Status"/> is <see cref="ParseStatus.Bad"/>.</param>
public readonly record struct ParseResult(
    ParseStatus Status, long Consumed, HttpViolation Violation = HttpViolation.None, string? Message = null);
