using System.Text;

namespace Usher.Certificates;

/// <summary>Files that only their owner may read, each written whole or not at all.</summary>
internal static class StateFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerFile | UnixFileMode.UserExecute;

    // Whoever holds the lock makes a key and two files; longer than this means that it hangs.
    private const int LockTries = 400;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(25);

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

    /// <summary>Takes other users' access to a file that has a key.</summary>
    /// <returns>True when they had any.</returns>
    internal static bool CloseToOthers(string path)
    {
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & ~OwnerDirectory) == 0) return false;
        File.SetUnixFileMode(path, OwnerFile);
        return true;
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

    /// <summary>Renames files to <c>NAME.damaged-N</c>, all with the first N that is free for each. What isn't there is left out.</summary>
    /// <returns>The new paths.</returns>
    internal static IReadOnlyList<string> SetAside(params IReadOnlyList<string> paths)
    {
        var n = 1;
        while (paths.Any(path => File.Exists(Damaged(path, n)))) n++;
        var moved = paths.Where(File.Exists).Select(path => (From: path, To: Damaged(path, n))).ToList();
        foreach (var (from, to) in moved) File.Move(from, to);
        return [.. moved.Select(m => m.To)];

        static string Damaged(string path, int n) => $"{path}.damaged-{n}";
    }

    /// <summary>Waits until no other process or thread holds the lock file, and holds it until disposed.</summary>
    /// <exception cref="IOException">It is held for longer than ten seconds, or can't be made.</exception>
    internal static IDisposable Lock(string path)
    {
        using var pause = new ManualResetEventSlim();
        for (var tries = 1; ; tries++)
        {
            try
            {
                var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
                if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerFile;
                return new FileStream(path, options);
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && tries < LockTries)
            {
                pause.Wait(LockPause);
            }
        }
    }
}
