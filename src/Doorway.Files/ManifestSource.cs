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
    public LoadedManifests? LoadIfChanged(ErrorList errors) => Read(errors, onlyIfChanged: Last is not null);

    private LoadedManifests? Read(ErrorList errors, bool onlyIfChanged)
    {
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
