namespace Usher.Doorway.Files.Yaml;

/// <summary>A document that is YAML but not of the kind that is read here; caught where the file is read.</summary>
internal sealed class YamlProblemException(long index, string message) : Exception(message)
{
    /// <summary>Where in the document's text.</summary>
    internal long Index { get; } = index;
}
