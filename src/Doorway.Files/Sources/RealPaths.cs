namespace Usher.Doorway.Files.Sources;

/// <summary>Where a file is, through every link on the way to it: what has two names is one. Each folder is asked for once.</summary>
internal sealed class RealPaths
{
    private readonly Dictionary<string, string> folders = new(StringComparer.Ordinal);

    /// <summary>What a link leads to in the end; the path itself for anything else, and for a link that leads nowhere, or in a circle.</summary>
    /// <param name="path">An absolute path.</param>
    internal static string Target(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }

    /// <summary>The same of a file that a folder has listed, which tells by itself whether it is a link.</summary>
    internal static string Target(FileInfo entry) => IsLink(entry) ? Target(entry.FullName) : entry.FullName;

    /// <summary>Whether a file is a link, without asking the system again.</summary>
    internal static bool IsLink(FileInfo entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    /// <summary>A path without links in its folders.</summary>
    /// <param name="target">An absolute path that is no link itself.</param>
    internal string Of(string target) => Path.GetDirectoryName(target) is { } folder && OfFolder(folder) is var real && real != folder ? Path.Combine(real, Path.GetFileName(target)) : target;

    /// <summary>A folder's path without links, the last one of it too.</summary>
    internal string OfFolder(string folder)
    {
        if (folders.TryGetValue(folder, out var known)) return known;
        // Folders that are changed meanwhile could lead to each other.
        folders[folder] = folder;
        var within = Path.GetDirectoryName(folder) is { } parent ? Path.Combine(OfFolder(parent), Path.GetFileName(folder)) : folder;
        var target = Target(within);
        return folders[folder] = target == within ? within : Of(target);
    }
}
