namespace Usher.Wire;

/// <summary>What a message head may cost, in bytes with line ends. A head beyond it is a violation, never a bigger buffer.</summary>
public sealed record HeadLimits
{
    /// <summary>The limits for requests: 16 KiB a line, 16 KiB a header, 64 KiB in all.</summary>
    public static HeadLimits Requests { get; } = new();

    /// <summary>The limits for responses: as for requests, but 32 KiB in all.</summary>
    public static HeadLimits Responses { get; } = new() { TotalBytes = 32 * 1024 };

    /// <summary>The longest request line or status line.</summary>
    public int StartLineBytes { get; init; } = 16 * 1024;

    /// <summary>The longest single header line.</summary>
    public int HeaderBytes { get; init; } = 16 * 1024;

    /// <summary>The longest head: start line, all headers and the empty line.</summary>
    public int TotalBytes { get; init; } = 64 * 1024;

    /// <summary>The most header lines.</summary>
    public int HeaderCount { get; init; } = 500;
}
