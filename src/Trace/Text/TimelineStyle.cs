namespace Usher.Trace.Text;

/// <summary>How a journey is written for a person.</summary>
public sealed record TimelineStyle
{
    /// <summary>Columns to use; fewer than 72 are taken as 72.</summary>
    public int Width { get; init; } = 80;

    /// <summary>Whether to colour. Leave it off when the output is no terminal, and when <c>NO_COLOR</c> is set.</summary>
    public bool Colour { get; init; }

    /// <summary>Whether to write every fact, header and reason instead of the most telling ones.</summary>
    public bool Verbose { get; init; }
}
