using Usher.Doorway.Files.Manifests;
using Usher.Doorway.Files.Sources;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files;

/// <summary>The doorway for YAML files: Kubernetes manifests, the edge in ACK's CRDs, and <c>usher.yaml</c>.</summary>
public static class FilesDoorway
{
    /// <summary>The doorway's name in <see cref="Origin.Doorway"/>.</summary>
    public const string Name = "files";

    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxFileSize = 10 * 1024 * 1024;

    /// <summary>
    /// Reads the desired state:
    /// <list type="number">
    /// <item>find the files of the paths, folders and kustomizations;</item>
    /// <item>read each file's documents;</item>
    /// <item>bind each document to its kind, strictly;</item>
    /// <item>check what concerns several objects: duplicates, namespaces, references; turn ACK's objects into AWS's.</item>
    /// </list>
    /// Never throws for what it is given to read: every error of every file is reported.
    /// </summary>
    /// <param name="paths">Files, folders (every <c>*.yaml</c> and <c>*.yml</c> below them), or <c>-</c> for standard input. Errors name files as these do.</param>
    /// <param name="scope">The account and region that ARNs and ids are made for.</param>
    /// <param name="errors">Collects all errors.</param>
    /// <param name="standardInput">What <c>-</c> reads.</param>
    /// <returns>The objects without errors. Complete only when nothing was added to <paramref name="errors"/>.</returns>
    public static IReadOnlyList<Resource> Load(
        IReadOnlyList<string> paths, AwsScope scope, ErrorList errors, TextReader? standardInput = null) =>
        Read(paths, scope, errors, standardInput, new ManifestCache(), onlyIfChanged: false)!.Resources;

    /// <summary>As <see cref="Load"/>, with what the last load left; null, and no errors, when nothing has changed since and only changes are wanted.</summary>
    internal static LoadedManifests? Read(
        IReadOnlyList<string> paths, AwsScope scope, ErrorList errors, TextReader? standardInput, ManifestCache cache, bool onlyIfChanged)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(errors);
        var found = new ErrorList();

        // 1.
        var search = new ManifestFiles(found, standardInput, cache);
        var files = search.Find(paths);
        if (onlyIfChanged && cache.IsSame(files, found)) return null;
        cache.Begin(files, found);
        var manifests = new ManifestSet(found, cache.Count);
        var said = new HashSet<string>();
        foreach (var file in files)
        {
            // 2. and 3.
            var before = cache.Find(file);
            if (before is { Documents.Length: > 0 } && file is { FullPath: not null, Content.IsEmpty: true })
                found.Add(new ConfigError(file.Name, 0, "", "", "is empty, as while a program writes it anew; to take its objects away, delete the file"));
            var read = FileReader.Read(file, before, found, said);
            if (found.IsEmpty) cache.Keep(read);
            manifests.IsComplete &= read.IsComplete;
            foreach (var document in read.Documents)
            {
                foreach (var manifest in document.Manifests) manifests.Add(manifest);
            }
        }

        // 4.
        var load = manifests.Finish(scope, cache);
        if (found.IsEmpty && manifests.IsEmpty)
        {
            found.Add(new ConfigError(null, 0, "", "", $"{string.Join(", ", paths)}: no object is defined there; name a file or folder with manifests"));
        }

        if (found.IsEmpty && manifests.IsComplete) cache.Finish(load, search);
        foreach (var error in found.All) errors.Add(error);
        return new LoadedManifests(load.Resources, search.Places, search.Folders);
    }
}
