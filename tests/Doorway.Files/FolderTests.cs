using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Tests;

public sealed class FolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_that_is_reached_twice_is_read_once()
    {
        var file = folder.Write("a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n");

        Assert.Empty(Load(out var resources, file, folder.Path, folder.Path + "/.", file));
        Assert.Equal(file, Assert.Single(resources).Origin.File);
    }

    [Fact]
    public void A_file_that_links_lead_to_is_read_once_by_the_name_that_comes_first()
    {
        var file = folder.Write("real/b.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n");
        File.CreateSymbolicLink(folder.At("real/c.yaml"), "b.yaml");
        File.CreateSymbolicLink(folder.At("real/a.yaml"), "c.yaml");
        Directory.CreateSymbolicLink(folder.At("link"), folder.At("real"));

        Assert.Empty(Load(out var resources, folder.At("real")));
        Assert.Equal(folder.At("real/a.yaml"), Assert.Single(resources).Origin.File);
        Assert.Empty(Load(out resources, folder.At("link/c.yaml"), file, folder.At("real"), folder.At("link")));
        Assert.Equal(folder.At("link/c.yaml"), Assert.Single(resources).Origin.File);
    }

    [Fact]
    public void Links_that_lead_nowhere_are_errors()
    {
        folder.Write("a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n");
        File.CreateSymbolicLink(folder.At("gone.yaml"), "missing/b.yaml");
        File.CreateSymbolicLink(folder.At("round.yaml"), "round.yaml");

        Assert.Equal([folder.At("gone.yaml"), folder.At("round.yaml")], Load(out var resources, folder.Path).Select(e => e.File));
        Assert.Single(resources);
    }

    [Fact]
    public void A_link_to_the_folder_above_does_not_go_round()
    {
        folder.Write("a/a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n");
        Directory.CreateSymbolicLink(folder.At("a/up"), folder.Path);

        Assert.Empty(Load(out var resources, folder.Path));
        Assert.Single(resources);
    }

    [Fact]
    public void Kustomizations_that_name_each_other_end()
    {
        folder.Write("a/kustomization.yaml", "resources: [../b, a.yaml]\n");
        folder.Write("b/kustomization.yaml", "resources: [../a]\n");
        folder.Write("a/a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n");

        Assert.Empty(Load(out var resources, folder.At("a")));
        Assert.Equal(folder.At("a/a.yaml"), Assert.Single(resources).Origin.File);
    }

    [Fact]
    public void A_kustomization_named_as_a_file_is_its_folder()
    {
        folder.Write("kustomization.yml", "kind: Kustomization\nresources:\n");

        Assert.Equal("resources", Assert.Single(Load(out _, folder.At("kustomization.yml"))).Field);
    }

    [Fact]
    public void Files_are_read_in_the_order_of_their_names()
    {
        foreach (var name in new[] { "b.yaml", "a/z.yml", "c.yaml", "B.yaml" })
        {
            folder.Write(name, $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: {name.ToLowerInvariant().Replace('/', '-')}{(name == "B.yaml" ? "2" : "")} }}\n");
        }

        Assert.Empty(Load(out var resources, folder.Path));
        Assert.Equal(["B.yaml", "a/z.yml", "b.yaml", "c.yaml"], resources.Select(r => Path.GetRelativePath(folder.Path, r.Origin.File!)));
    }

    [Fact]
    public void A_relative_path_stays_relative_in_errors()
    {
        var file = folder.Write("a.yaml", "a: b: c\n");
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, file);

        Assert.Equal(relative, Assert.Single(Load(out _, relative)).File);
    }

    [Fact]
    public void No_paths_and_paths_to_nothing_are_errors()
    {
        Assert.Contains("no manifests were named", Assert.Single(Load(out _)).Message, StringComparison.Ordinal);
        Assert.Equal("no such file or folder", Assert.Single(Load(out _, "")).Message);
        Assert.Equal("no such file or folder", Assert.Single(Load(out _, "a\0b")).Message);
        Assert.Contains("no object is defined", Assert.Single(Load(out _, folder.Write("usher.yaml", "images: { a: { command: [a] } }"))).Message, StringComparison.Ordinal);
        Assert.Equal("can't be read here", Assert.Single(Load(out _, "-", "-")).Message);
    }

    [Fact]
    public void A_file_that_may_not_be_read_is_an_error()
    {
        // Root may read everything, so a device that can't be opened stands for it.
        var error = Assert.Single(Load(out _, Directory.Exists("/proc/self") ? "/proc/self/mem" : folder.Path));

        Assert.NotEmpty(error.Message);
    }

    private static IReadOnlyList<ConfigError> Load(out IReadOnlyList<Resource> resources, params string[] paths)
    {
        var errors = new ErrorList();
        resources = FilesDoorway.Load(paths, AwsScope.Default, errors);
        return errors.All;
    }
}
