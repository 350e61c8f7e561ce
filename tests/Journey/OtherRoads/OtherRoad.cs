namespace Usher.Journey.Tests.OtherRoads;

/// <summary>A row of a table: files of a set, what they leave out, and what is asked.</summary>
/// <param name="Files">The files, in the set's folder.</param>
/// <param name="Added">What they leave out, as YAML.</param>
/// <param name="Lines">What is asked and what comes back, in the words of <see cref="Asked"/>.</param>
internal sealed record OtherRoad(string[] Files, string Added, params string[] Lines)
{
    /// <summary>The Gateway that the files' routes are attached to, since they name no parent; null where they do.</summary>
    public string? Parent { get; init; }

    /// <summary>Its name in a test's list.</summary>
    internal string Name => string.Join(" ", Files);

    /// <summary>Brings its road up, asks every line and looks at each answer.</summary>
    internal async Task HoldsAsync(string set)
    {
        Assert.SkipWhen(OthersRoads.Folder is null, OthersRoads.Missing);
        using var manifests = Manifests.Empty();
        manifests.Write("added.yaml", Added);
        await using var road = await RoadHere.StartAsync([manifests.Path, .. Files.Select(f => Path(set, f, manifests))]);
        foreach (var line in Lines) await Asked.HoldsAsync(road, line);
    }

    private string Path(string set, string file, Manifests manifests)
    {
        var written = System.IO.Path.Combine(OthersRoads.Folder!, set, file);
        if (Parent is null) return written;
        var text = File.ReadAllText(written);
        Assert.DoesNotContain("parentRefs", text, StringComparison.Ordinal);
        manifests.Write("attached.yaml", text.Replace("\nspec:\n", $"\nspec:\n  parentRefs:\n  - name: {Parent}\n", StringComparison.Ordinal));
        return manifests.FileOf("attached.yaml");
    }
}
