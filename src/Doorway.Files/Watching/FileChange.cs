namespace Usher.Doorway.Files.Watching;

/// <summary>What the system tells of a file or folder.</summary>
internal enum FileChange
{
    /// <summary>It came: a file may be written to from now on.</summary>
    Created,

    /// <summary>It was written to, or cut, by who may go on.</summary>
    Written,

    /// <summary>Who wrote to it closed it.</summary>
    Closed,

    /// <summary>It was moved there, whole.</summary>
    Arrived,

    /// <summary>It was deleted, or moved away.</summary>
    Left,

    /// <summary>Who may read it, or when it was written, is another.</summary>
    Attributes,

    /// <summary>Events were lost: it may be anything.</summary>
    Unknown,
}

/// <summary>Something happened in a folder.</summary>
/// <param name="Path">To what, as an absolute path; empty for <see cref="FileChange.Unknown"/>.</param>
/// <param name="Change">What.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
internal readonly record struct FileEvent(string Path, FileChange Change, bool IsFolder);
