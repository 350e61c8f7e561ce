using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files;

/// <summary>The manifests that a person named, read as often as they change. Standard input is read once; its text stays.</summary>
/// <param name="paths">As for <see cref="FilesDoorway.Load"/>.</param>
/// <param name="scope">The account and region that ARNs and ids are made for.</param>
/// <param name="standardInput">What <c>-</c> reads.</param>
public sealed class ManifestSource(IReadOnlyList<string> paths, AwsScope scope, TextReader standardInput)
{
    private readonly ManifestCache cache = new();
    private readonly Lazy<string> standardText = new(() => ReadToLimit(standardInput));

    /// <summary>What the last load found; null before the first.</summary>
    public LoadedManifests? Last { get; private set; }

    /// <summary>Reads everything. Reports what is wrong to <paramref name="errors"/>.</summary>
    public LoadedManifests Load(ErrorList errors) => Read(errors, onlyIfChanged: false)!;

    /// <summary>Reads what was saved since the last time; null, and no errors, when nothing was.</summary>
    /// <param name="errors">Collects what is wrong.</param>
    /// <param name="touched">What something happened to since, see <see cref="ManifestChange.Touched"/>; null for anything.</param>
    public LoadedManifests? LoadIfChanged(ErrorList errors, IReadOnlySet<string>? touched = null) => Read(errors, onlyIfChanged: Last is not null, touched);

    /// <summary>
    /// Reads one file where all else stays as it was: one of the last load, or one that came to a folder which that listed. Null, and nothing is kept, unless that is all there is to it: the last load was without
    /// errors, and so is the file; it still has all objects that it had, with whatever content, and more of them only as no other file has. Then it isn't half of a save: that would lack some, or be no YAML.
    /// What it gives is what reading everything would give, in the same order.
    /// </summary>
    /// <param name="path">The file's absolute path.</param>
    /// <param name="isStill">Asked once it is read: whether nothing has happened to it meanwhile.</param>
    public LoadedManifests? LoadWhole(string path, Func<bool> isStill)
    {
        ArgumentNullException.ThrowIfNull(isStill);
        if (Last is null || cache.Take(path, scope, isStill) is not { } resources) return null;
        return Last = Last with { Resources = resources };
    }

    private LoadedManifests? Read(ErrorList errors, bool onlyIfChanged, IReadOnlySet<string>? touched = null)
    {
        cache.Touched = touched;
        var loaded = FilesDoorway.Read(paths, scope, errors, paths.Contains("-") ? new StringReader(standardText.Value) : null, cache, onlyIfChanged);
        Last = loaded ?? Last;
        return loaded;
    }

    /// <summary>One character more than is allowed is enough to be refused.</summary>
    private static string ReadToLimit(TextReader reader)
    {
        var buffer = new char[FilesDoorway.MaxFileSize + 1];
        return new string(buffer, 0, reader.ReadBlock(buffer, 0, buffer.Length));
    }
}
