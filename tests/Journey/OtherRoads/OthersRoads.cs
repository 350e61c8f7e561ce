namespace Usher.Journey.Tests.OtherRoads;

/// <summary>
/// Manifests of other projects, which aren't part of this one: a folder for each set, named by <c>$USHER_ROADS</c>, else found at <c>shared/roads</c> beside the checkout or a level above. Where they are nowhere, <c>./test</c> leaves
/// their tests out by the trait <c>roads=others</c>; every behaviour that they exercise has tests with manifests of this project too.
/// </summary>
internal static class OthersRoads
{
    /// <summary>Why a test of them is skipped.</summary>
    internal const string Missing = "other projects' manifests aren't here: name their folder in USHER_ROADS";

    /// <summary>Their folder, or null.</summary>
    internal static string? Folder { get; } = new[] { Environment.GetEnvironmentVariable("USHER_ROADS"), Path.Combine(Tool.Root, "../shared/roads"), Path.Combine(Tool.Root, "../../shared/roads") }
        .FirstOrDefault(Directory.Exists);

    /// <summary>Every manifest of a set, relative to it.</summary>
    internal static IEnumerable<string> Of(string set) => Directory.EnumerateFiles(Path.Combine(Folder!, set), "*.yaml", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Path.Combine(Folder!, set), f)).Order(StringComparer.Ordinal);
}
