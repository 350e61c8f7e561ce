namespace Usher.Doorway.Files.Sources;

/// <summary>The text of a file, or of some of its lines.</summary>
/// <param name="Name">The file as the person named it.</param>
/// <param name="FullPath">Its absolute path; null for standard input.</param>
/// <param name="Text">What it holds.</param>
internal sealed record SourceText(string Name, string? FullPath, string Text)
{
    /// <summary>The number of its first line, from 1.</summary>
    internal int FirstLine { get; init; } = 1;

    /// <summary>The folder that relative paths in it start from.</summary>
    internal string Folder => FullPath is null ? Environment.CurrentDirectory : Path.GetDirectoryName(FullPath)!;

    /// <summary>The file's own name, without its folder.</summary>
    internal string FileName => Path.GetFileName(Name);
}
