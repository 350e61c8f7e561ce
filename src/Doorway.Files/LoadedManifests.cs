using Usher.Model.Desired;

namespace Usher.Doorway.Files;

/// <summary>What one load found.</summary>
/// <param name="Resources">The objects without errors; one that hasn't changed since the last load of the same source is the very same.</param>
/// <param name="Places">The files and folders that were looked at, as absolute paths; of a folder that was listed, which stands for its files, only those that are reached by another name too.</param>
/// <param name="Folders">Those of the places that are folders.</param>
public sealed record LoadedManifests(IReadOnlyList<Resource> Resources, IReadOnlySet<string> Places, IReadOnlySet<string> Folders);
