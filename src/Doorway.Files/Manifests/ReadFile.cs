using Usher.Doorway.Files.Sources;

namespace Usher.Doorway.Files.Manifests;

/// <summary>A document of a file (<see cref="Yaml.YamlDocument"/>), with those that follow it and are empty.</summary>
/// <param name="Start">Where in the file it starts, in bytes.</param>
/// <param name="Line">The line there.</param>
/// <param name="Manifests">Its objects.</param>
internal readonly record struct ReadDocument(int Start, int Line, Manifest[] Manifests)
{
    /// <summary>The same some bytes and lines further on.</summary>
    internal ReadDocument Moved(int bytes, int lines) => new(Start + bytes, Line + lines, lines == 0 ? Manifests : Array.ConvertAll(Manifests, m => m.Moved(lines)));
}

/// <summary>A file that was read.</summary>
/// <param name="File">The file.</param>
/// <param name="Documents">Its documents.</param>
/// <param name="IsComplete">False when one could not be read.</param>
internal sealed record ReadFile(SourceFile File, ReadDocument[] Documents, bool IsComplete);
