using Usher.Doorway.Files.Manifests;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Sources;

/// <summary>Finds the files of the paths that a person named, each file once.</summary>
internal sealed class ManifestFiles(ErrorList errors, TextReader? standardInput, ManifestCache cache)
{
    /// <summary>The file that makes its folder a Helm chart.</summary>
    internal const string Chart = "Chart.yaml";

    private const string StandardInput = "-";
    private const string StandardInputName = "standard input";

    private readonly List<SourceFile> found = [];
    private readonly RealPaths real = new();
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> places = new(StringComparer.Ordinal);
    private readonly HashSet<string> folders = new(StringComparer.Ordinal);

    /// <summary>
    /// Every file and folder that was looked at, missing ones too, as absolute paths: a change of one of them may change what is found. Of a folder that was listed, which stands for its files, only those
    /// that are reached by another name too.
    /// </summary>
    internal IReadOnlySet<string> Places => places;

    /// <summary>The places that are folders.</summary>
    internal IReadOnlySet<string> Folders => folders;

    /// <summary>Those of the folders whose files were found by listing them.</summary>
    internal ListedFolders Listed { get; } = new();

    internal IReadOnlyList<SourceFile> Find(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0) Error(null, "no manifests were named; name a file or folder with -f, or - for standard input");
        foreach (var path in paths) Add(path);
        return found;
    }

    private void Add(string path)
    {
        if (path == StandardInput)
        {
            AddStandardInput();
        }
        else if (Directory.Exists(path))
        {
            Listed.Begin(found.Count);
            if (AddFolder(path) == 0) Error(path, "the folder has no *.yaml or *.yml file");
            Listed.End(found.Count);
        }
        else if (!File.Exists(path))
        {
            // No file system has a name that is empty or has U+0000: nothing can come there.
            if (path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal)) places.Add(Path.GetFullPath(path));
            Error(path, "no such file or folder");
        }
        else if (Kustomization.IsName(Path.GetFileName(path)))
        {
            AddKustomization(path);
        }
        else
        {
            AddFile(path);
        }
    }

    private void AddStandardInput()
    {
        if (!seen.Add(StandardInput)) return;
        if (standardInput is null) Error(StandardInputName, "can't be read here");
        else if (SourceFile.OfReader(StandardInputName, standardInput, errors) is { } read) found.Add(read);
    }

    private void AddFile(string name)
    {
        var full = Path.GetFullPath(name);
        var target = RealPaths.Target(full);
        if (!seen.Add(real.Of(target)))
        {
            // The other name of a pipe leads to no file.
            if (File.Exists(target)) Look(full, target);
            return;
        }

        var file = cache.Pipes.GetValueOrDefault(full) ?? cache.Untouched(name, new FileInfo(full)) ?? SourceFile.OfFile(name, full, errors);
        if (file is { IsPipe: true }) cache.Pipes[full] = file;
        else Look(full, target);
        if (file is not null) found.Add(file);
    }

    private void AddEntry(string name, FileInfo entry)
    {
        var target = RealPaths.Target(entry);
        var isFirst = seen.Add(real.Of(target));
        if (!isFirst || target != entry.FullName) Look(entry.FullName, target);
        if (isFirst && (cache.Untouched(name, entry) ?? SourceFile.OfEntry(name, entry, errors)) is { } file) found.Add(file);
    }

    /// <summary>Adds what a folder holds, sorted by name.</summary>
    /// <returns>How many files there were, or errors in their place.</returns>
    private int AddFolder(string folder)
    {
        var full = LookInto(folder);
        if (Kustomization.In(folder) is { } kustomization) return AddKustomization(kustomization);
        if (File.Exists(Path.Combine(folder, Chart)))
        {
            Error(folder, "is a Helm chart; render it first: helm template … | usher … -f -");
            return 1;
        }

        FileSystemInfo[] entries;
        try
        {
            entries = new DirectoryInfo(folder).GetFileSystemInfos();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Error(folder, $"can't be read: {e.Message}");
            return 1;
        }

        Listed.Add(full, real.OfFolder(full), folder);
        var count = 0;
        foreach (var entry in entries.Where(e => e.Name[0] != '.').OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var path = Path.Combine(folder, entry.Name);
            if (entry is DirectoryInfo)
            {
                // A link to a folder could lead back here; kubectl doesn't follow it either.
                if (entry.LinkTarget is null) count += AddFolder(path);
            }
            else if (IsManifest(entry.Name))
            {
                count++;
                AddEntry(path, (FileInfo)entry);
            }
        }

        return count;
    }

    private int AddKustomization(string name)
    {
        Listed.AddUnordered();
        var full = Path.GetFullPath(name);
        var target = RealPaths.Target(full);
        Look(full, target);
        if (!seen.Add(real.Of(target)) || SourceFile.OfFile(name, full, errors)?.Text(errors) is not { } text) return 1;
        var folder = Path.GetDirectoryName(name)!;
        foreach (var resource in Kustomization.Resources(text, errors)) AddResource(name, folder, resource);

        // Not a Kubernetes object, so a kustomization can't list it.
        foreach (var images in ImagesFile.Names.Select(n => Path.Combine(folder, n)).Where(File.Exists)) AddFile(images);
        return 1;
    }

    private void AddResource(string kustomization, string folder, KustomizationResource resource)
    {
        var path = Collapse(Path.Combine(folder, resource.Path));
        var isFolder = Directory.Exists(path);
        if (isFolder) LookInto(path);
        else places.Add(Path.GetFullPath(path));
        if (File.Exists(path)) AddFile(path);
        else if (!isFolder) Error(resource, $"found {resource.Path}; there is no such file or folder");
        else if (Kustomization.In(path) is { } inner) AddKustomization(inner);
        else Error(resource, $"found {resource.Path}; the folder has no kustomization.yaml");

        void Error(KustomizationResource at, string message) =>
            errors.Add(new ConfigError(kustomization, at.Line, Kustomization.Label, at.Field, message));
    }

    /// <returns>The folder's absolute path.</returns>
    private string LookInto(string folder)
    {
        // dir/ is named as what the system tells of dir.
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        places.Add(full);
        folders.Add(full);
        return full;
    }

    /// <summary>Whether a file of a listed folder is read, by its name.</summary>
    internal static bool IsManifest(string fileName) => fileName[0] != '.' && Path.GetExtension(fileName) is ".yaml" or ".yml";

    /// <summary>A link is changed by writing to what it leads to as well.</summary>
    private void Look(string file, string target)
    {
        places.Add(file);
        places.Add(target);
    }

    private void Error(string? file, string message) => errors.Add(new ConfigError(file, 0, "", "", message));

    /// <summary><c>overlays/a/../../base</c> → <c>base</c>; a path that climbs above its start keeps its <c>..</c>.</summary>
    private static string Collapse(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count > 0 && parts[^1] is not ("" or "." or "..")) parts.RemoveAt(parts.Count - 1);
                else parts.Add(part);
            }
            else if (part != "." || parts.Count == 0)
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts) is { Length: > 0 } collapsed ? collapsed : ".";
    }
}
