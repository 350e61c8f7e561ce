namespace Usher.Wire;

/// <summary>What happened to a header.</summary>
public enum HeaderChangeKind
{
    /// <summary>It wasn't there before.</summary>
    Added,

    /// <summary>It was there before.</summary>
    Removed,

    /// <summary>Its value is another.</summary>
    Rewritten,
}

/// <summary>
/// One difference between a head as it came and as it is sent. Values are decoded as Latin-1, so that every byte is kept.
/// </summary>
/// <param name="Kind">What happened.</param>
/// <param name="Name">The header's name, as written in the head if it was there.</param>
/// <param name="New">The value after; null when removed.</param>
public readonly record struct HeaderChange(HeaderChangeKind Kind, string Name, string? New);
