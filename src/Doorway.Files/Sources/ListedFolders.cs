using System.Diagnostics.CodeAnalysis;
using Usher.Doorway.Files.Manifests;

namespace Usher.Doorway.Files.Sources;

/// <summary>The folders that a search listed, and where the files below each stand among all that it found: so that a file which comes there is put where listing the folder anew would find it.</summary>
internal sealed class ListedFolders
{
    private readonly Dictionary<string, (string Name, Run Run)> folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> real = new(StringComparer.Ordinal);
    private readonly List<Run> runs = [];
    private Run? open;

    /// <summary>Begins with a folder that a person named: what is found until <see cref="End"/> is below it.</summary>
    /// <param name="found">How many files were found before.</param>
    internal void Begin(int found) => runs.Add(open = new Run { Start = found, End = found });

    /// <summary>Adds a folder that was listed, the one that was named or one below it. A file of one that is listed twice is found the first time.</summary>
    /// <param name="fullPath">Its absolute path.</param>
    /// <param name="realPath">The same without links.</param>
    /// <param name="name">As its files' names begin.</param>
    internal void Add(string fullPath, string realPath, string name)
    {
        if (real.Add(realPath)) folders.TryAdd(fullPath, (name, open!));
    }

    /// <summary>Notes that below the folder is one whose files are found in another order than that of their names: a kustomization.</summary>
    internal void AddUnordered()
    {
        if (open is not null) open.IsUnordered = true;
    }

    /// <summary>Ends with a folder that a person named.</summary>
    /// <param name="found">How many files were found so far.</param>
    internal void End(int found)
    {
        open!.End = found;
        open = null;
    }

    /// <summary>How listing its folder anew would name a file that wasn't there, and where among all files it would find it.</summary>
    /// <param name="path">The file's absolute path.</param>
    /// <param name="files">All files that were found, in order.</param>
    /// <param name="name">Its name.</param>
    /// <param name="at">Its place.</param>
    /// <returns>Whether that can be told, and the file means nothing for others.</returns>
    internal bool TryPlace(string path, IReadOnlyList<SourceFile> files, [NotNullWhen(true)] out string? name, out int at)
    {
        (name, at) = (null, 0);
        if (!folders.TryGetValue(Path.GetDirectoryName(path) ?? "", out var folder) || folder.Run.IsUnordered || !IsPlain(Path.GetFileName(path))) return false;
        name = Path.Combine(folder.Name, Path.GetFileName(path));
        (at, var end) = (folder.Run.Start, folder.Run.End);
        while (at < end)
        {
            var middle = (at + end) / 2;
            if (Compare(files[middle].Name, name) < 0) at = middle + 1;
            else end = middle;
        }

        return true;
    }

    /// <summary>Takes note of a file that was put in its place.</summary>
    internal void Insert(string path)
    {
        var run = folders[Path.GetDirectoryName(path)!].Run;
        run.End++;
        foreach (var later in runs.SkipWhile(r => r != run).Skip(1)) (later.Start, later.End) = (later.Start + 1, later.End + 1);
    }

    /// <summary>In the order in which a folder and those below it are listed: by the names of each, one folder's files and folders together.</summary>
    internal static int Compare(string one, string other)
    {
        var same = one.AsSpan().CommonPrefixLength(other);
        return Next(one) - Next(other);

        // A name that goes on comes after one that ends there.
        int Next(string path) => same == path.Length ? -1 : path[same] == '/' ? 0 : path[same];
    }

    /// <summary>Whether a file is one by its name, and says nothing of its folder.</summary>
    private static bool IsPlain(string fileName) =>
        ManifestFiles.IsManifest(fileName) && fileName != ManifestFiles.Chart && !Kustomization.IsName(fileName) && !ImagesFile.Names.Contains(fileName, StringComparer.Ordinal);

    /// <summary>The files that were found below a folder that a person named.</summary>
    private sealed class Run
    {
        internal int Start { get; set; }

        internal int End { get; set; }

        internal bool IsUnordered { get; set; }
    }
}
