using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Usher.Pod;

/// <summary>
/// Writes a volume's files so that a reader sees all of the old or all of the new ones, as the kubelet does (<c>pkg/volume/util/atomic_writer.go</c>):
/// the files lie in a folder of their own, <c>..data</c> is a symbolic link to it that is renamed into its place, and what a container sees are
/// links through <c>..data</c>.
/// </summary>
internal static partial class AtomicFolder
{
    private const string Data = "..data";

    /// <summary>Brings a folder in line with files. Nothing is written when they are there already.</summary>
    /// <returns>Whether anything changed.</returns>
    public static bool Write(string folder, ImmutableSortedDictionary<string, VolumeFile> files, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        var link = Path.Combine(folder, Data);
        var before = new FileInfo(link).LinkTarget is { } target ? Path.Combine(folder, target) : null;
        if (before is not null && Same(before, files)) return false;

        // 1. The new files, in a folder named by the time.
        var stamp = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"..{now.UtcDateTime:yyyy_MM_dd_HH_mm_ss}.{Guid.NewGuid().ToString("N")[..10]}"));
        Directory.CreateDirectory(stamp);
        foreach (var (path, file) in files)
        {
            var full = Path.Combine(stamp, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(full, options)) stream.Write(file.Reveal());
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(full, (UnixFileMode)file.Mode);
        }

        // 2. In one step from the old to the new.
        var draft = Path.Combine(folder, "..data_tmp");
        File.Delete(draft);
        File.CreateSymbolicLink(draft, Path.GetFileName(stamp));
        // File.Move takes a link to a folder for the folder.
        if (rename(draft, link) != 0) throw new IOException($"{link} can't be replaced: error {Marshal.GetLastPInvokeError()}");

        // 3. What a container sees: a link for each first part of a path.
        var names = files.Keys.Select(p => p.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var visible = Path.Combine(folder, name);
            if (new FileInfo(visible).LinkTarget is null) File.CreateSymbolicLink(visible, $"{Data}/{name}");
        }

        foreach (var gone in new DirectoryInfo(folder).GetFileSystemInfos().Where(f => !f.Name.StartsWith("..", StringComparison.Ordinal) && f.LinkTarget is not null && !names.Contains(f.Name)))
        {
            gone.Delete();
        }

        // 4. The old files.
        if (before is not null) Directory.Delete(before, recursive: true);
        return true;
    }

    private static bool Same(string folder, ImmutableSortedDictionary<string, VolumeFile> files)
    {
        if (!Directory.Exists(folder)) return false;
        var there = Directory.GetFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .ToDictionary(f => Path.GetRelativePath(folder, f));
        return there.Count == files.Count && files.All(f => there.TryGetValue(f.Key, out var path) && ModeOf(path) == f.Value.Mode
            && File.ReadAllBytes(path).AsSpan().SequenceEqual(f.Value.Reveal()));
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);

    private static int ModeOf(string path) => OperatingSystem.IsWindows() ? 0 : (int)File.GetUnixFileMode(path);
}
