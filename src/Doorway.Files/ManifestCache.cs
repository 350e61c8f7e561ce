using Usher.Doorway.Files.Ack;
using Usher.Doorway.Files.Manifests;
using Usher.Doorway.Files.Sources;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files;

/// <summary>What one load leaves for the next: what hasn't changed isn't read again, and its objects stay the very same.</summary>
internal sealed class ManifestCache
{
    private readonly Dictionary<string, ReadFile> byName = new(StringComparer.Ordinal);
    private List<SourceFile>? files;
    private CleanLoad? clean;
    private Dictionary<string, SourceFile> byPath = [];
    private IReadOnlySet<string>? places;
    private ListedFolders listed = new();
    private string[] problems = [];
    private IReadOnlyList<Manifest> ackManifests = [];
    private IReadOnlyList<Resource> ackResources = [];

    /// <summary>What named pipes gave when they were read, by full path: there is nothing more to read from them.</summary>
    internal Dictionary<string, SourceFile> Pipes { get; } = new(StringComparer.Ordinal);

    /// <summary>What something happened to since the last load, as absolute paths; null for anything.</summary>
    internal IReadOnlySet<string>? Touched { get; set; }

    /// <summary>How many documents are kept.</summary>
    internal int Count => byName.Values.Sum(f => f.Documents.Length);

    /// <summary>Whether these files, and what was wrong with finding them, are those of the last load.</summary>
    internal bool IsSame(IReadOnlyList<SourceFile> found, ErrorList errors)
    {
        if (files is null || files.Count != found.Count || !errors.All.Select(e => e.ToString()).SequenceEqual(problems)) return false;
        for (var i = 0; i < found.Count; i++)
        {
            if (!files[i].Says(found[i])) return false;
        }

        return true;
    }

    /// <summary>Begins with the files of a load.</summary>
    internal void Begin(IReadOnlyList<SourceFile> found, ErrorList errors)
    {
        clean = null;
        (files, problems) = ([.. found], [.. errors.All.Select(e => e.ToString())]);
        var names = found.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in byName.Keys.Where(name => !names.Contains(name)).ToList()) byName.Remove(gone);
    }

    /// <summary>A file as it was last read without errors, or null.</summary>
    internal ReadFile? Find(SourceFile file) => byName.TryGetValue(file.Name, out var read) && read.File.FullPath == file.FullPath ? read : null;

    /// <summary>Keeps a file that was read without errors.</summary>
    internal void Keep(ReadFile file) => byName[file.File.Name] = file;

    /// <summary>Ends a load without errors.</summary>
    internal void Finish(CleanLoad load, ManifestFiles search)
    {
        (clean, places, listed) = (load, search.Places, search.Listed);
        byPath = files!.Where(f => f is { FullPath: not null, IsPipe: false }).ToDictionary(f => f.FullPath!, StringComparer.Ordinal);
    }

    /// <summary>A file as it was last read without errors, when nothing happened to it since and it looks the same; else null.</summary>
    internal SourceFile? Untouched(string name, FileInfo now)
    {
        if (Touched is null || Touched.Contains(now.FullName) || !byName.TryGetValue(name, out var read) || read.File.FullPath != now.FullName || read.File.IsPipe) return null;
        return now.Exists && !RealPaths.IsLink(now) && now.Length == read.File.Length && now.LastWriteTimeUtc == read.File.Written ? read.File : null;
    }

    /// <summary>Reads one file alone; see <see cref="ManifestSource.LoadWhole"/>.</summary>
    /// <returns>All objects; null when that isn't all there is to it.</returns>
    internal IReadOnlyList<Resource>? Take(string path, AwsScope scope, Func<bool> isStill)
    {
        // A link, or something else that hasn't a length: a pipe is waited for by nobody.
        if (clean is null || Place(path) is not { } place || new FileInfo(path) is not { Exists: true, Length: > 0 } now || RealPaths.IsLink(now)) return null;
        var errors = new ErrorList();
        var before = byPath.ContainsKey(path) ? byName[place.Name] : null;
        if (SourceFile.OfFile(place.Name, path, errors) is not { Content.IsEmpty: false } file) return null;
        var read = FileReader.Read(file, before, errors, []);
        if (!errors.IsEmpty || !read.IsComplete || ReferenceEquals(read, before) || !isStill()) return null;
        var next = clean.With(before, read, Earlier(place.At), ack => Map(ack, scope, errors, isComplete: true) is var mapped && errors.IsEmpty ? mapped : null);
        if (next is null) return null;
        if (before is not null)
        {
            files![place.At] = file;
        }
        else
        {
            files!.Insert(place.At, file);
            listed.Insert(path);
        }

        byPath[path] = file;
        Keep(read);
        clean = next;
        return next.Resources;
    }

    /// <summary>A file's name and where among the others it is, or is found when it comes; null when that can't be told.</summary>
    private (string Name, int At)? Place(string path) =>
        byPath.TryGetValue(path, out var known) ? (known.Name, files!.IndexOf(known))
        : places?.Contains(path) == false && listed.TryPlace(path, files!, out var name, out var at) ? (name, at)
        : null;

    /// <summary>The files before a place, the nearest first.</summary>
    private IEnumerable<ReadFile> Earlier(int at)
    {
        while (at-- > 0) yield return byName[files![at].Name];
    }

    /// <summary>ACK's objects as AWS's: those of the last load when nothing of them has changed.</summary>
    internal IReadOnlyList<Resource> Map(IReadOnlyList<Manifest> manifests, AwsScope scope, ErrorList errors, bool isComplete)
    {
        if (manifests.Count == ackManifests.Count && manifests.Zip(ackManifests).All(pair => ReferenceEquals(pair.First, pair.Second))) return ackResources;
        IReadOnlyList<Resource> mapped = [.. AckKinds.Map(manifests, scope, errors, isComplete)];
        if (errors.IsEmpty && isComplete) (ackManifests, ackResources) = (manifests, mapped);
        return mapped;
    }
}
