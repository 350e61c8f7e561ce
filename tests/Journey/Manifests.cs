namespace Usher.Journey.Tests;

/// <summary>The sample's manifests in a folder of the test's own, to be changed.</summary>
internal sealed class Manifests : IDisposable
{
    private Manifests() => Path = Directory.CreateTempSubdirectory("usher-test-").FullName;

    internal string Path { get; }

    /// <summary>An empty folder.</summary>
    internal static Manifests Empty() => new();

    /// <summary>The sample's files; its application is found from here too.</summary>
    internal static Manifests Sample() => Of("samples/shop");

    /// <summary>The files of a sample road, by its folder.</summary>
    internal static Manifests Of(string folder)
    {
        var manifests = new Manifests();
        var sample = System.IO.Path.Combine(Tool.Root, folder);
        foreach (var file in Directory.EnumerateFiles(sample, "*.yaml")) File.Copy(file, System.IO.Path.Combine(manifests.Path, System.IO.Path.GetFileName(file)));
        manifests.Change("usher.yaml", "../../artifacts", System.IO.Path.Combine(Tool.Root, "artifacts"));
        return manifests;
    }

    /// <summary>Lets the sample's pods stay ready however slowly a busy machine lets them answer.</summary>
    internal void StayReady() => Change("kubernetes.yaml", "periodSeconds: 1\n", "periodSeconds: 1\n            timeoutSeconds: 20\n");

    internal string FileOf(string name) => System.IO.Path.Combine(Path, name);

    internal void Write(string name, string text) => File.WriteAllText(FileOf(name), text);

    internal void Change(string name, string old, string @new)
    {
        var text = File.ReadAllText(FileOf(name));
        Assert.Contains(old, text, StringComparison.Ordinal);
        Write(name, text.Replace(old, @new, StringComparison.Ordinal));
    }

    /// <summary>The line of a file, from 1, that has this text.</summary>
    internal int LineOf(string name, string text) => File.ReadAllLines(FileOf(name)).ToList().FindIndex(l => l.Contains(text, StringComparison.Ordinal)) + 1;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
