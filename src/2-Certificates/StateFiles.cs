using System.Text;

namespace Usher.Certificates;

/// <summary>Files that only their owner may read, each written whole or not at all.</summary>
internal static class StateFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerFile | UnixFileMode.UserExecute;

    /// <summary>Makes a directory of mode 0700; one that is there and open to others is closed to them.</summary>
    internal static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        var directory = Directory.CreateDirectory(path, OwnerDirectory);
        if ((directory.UnixFileMode & ~OwnerDirectory) != 0) directory.UnixFileMode = OwnerDirectory;
    }

    /// <summary>Writes a file of mode 0600: under another name first, forced to the disk, then renamed. No reader ever sees half of it.</summary>
    internal static void Write(string path, string text)
    {
        var draft = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerFile;
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
