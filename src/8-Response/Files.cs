namespace Usher.Response;

/// <summary>Files and folders of their owner's alone: URLs may hold what nobody else should read.</summary>
internal static class Files
{
    private const int NoSpace = 28; // ENOSPC

    /// <summary>Why a file couldn't be written, for a person.</summary>
    public static string WhyNot(Exception e) => e.HResult == NoSpace ? "the disk is full" : e.Message;

    /// <summary>Makes a folder and those above it.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>A new file, in the place of one that is there.</summary>
    public static FileStream Create(string path) => Open(path, FileMode.Create);

    /// <summary>A file to be written at its end.</summary>
    public static FileStream Append(string path) => Open(path, FileMode.Append);

    private static FileStream Open(string path, FileMode mode)
    {
        var how = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, how);
    }
}
