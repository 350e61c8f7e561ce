using System.Diagnostics;
using CsCheck;
using k8s;
using Usher.Doorway.Files.Sources;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Tests;

/// <summary>A file that comes to a folder which was listed is read alone, and stands where listing the folder would have found it.</summary>
public sealed class ComingFileTests : IDisposable
{
    /// <summary>Names that are read in another order than they sort in, and such that mean something.</summary>
    private static readonly string[] Names =
    [
        "a.yaml", "a/a.yaml", "a/b.yml", "a/c/d.yaml", "a-b.yaml", "a.b/c.yaml", "a0.yaml", "b.yaml", "b/a.yaml", "B.yaml", "é.yaml", ".hidden.yaml", ".b/a.yaml", "log.txt", "usher.yaml", "k/kustomization.yaml", "k/a.yaml",
        "k/z/b.yaml", "Chart.yaml",
    ];

    private static readonly string[] Objects =
    [
        ConfigMap("one"), ConfigMap("two"), ConfigMap("three"), ConfigMap("four"), ConfigMap("five"), ConfigMap("in-ns", "ns"), ConfigMap("in-os", "os"),
        "apiVersion: v1\nkind: Namespace\nmetadata: { name: ns }\n", "apiVersion: v1\nkind: Namespace\nmetadata: { name: os }\n", "# nothing\n", "kind: List\napiVersion: v1\nitems:\n- { apiVersion: v1, kind: Secret, metadata: { name: s } }\n",
        "apiVersion: route53.services.k8s.aws/v1alpha1\nkind: HostedZone\nmetadata: { name: z }\nspec: { name: example.com. }\n",
        "apiVersion: route53.services.k8s.aws/v1alpha1\nkind: RecordSet\nmetadata: { name: r }\nspec: { hostedZoneRef: { from: { name: z } }, recordType: A, ttl: 1, resourceRecords: [{ value: 127.0.0.1 }] }\n",
        "x: [", "resources: [a.yaml]\n", "images: { a: { command: [b] } }\n",
    ];

    /// <summary>What is named: the folder; some of it before all of it; a folder and a file by themselves, too.</summary>
    private static readonly string[][] Paths = [[""], ["/"], ["a", ""], ["", "a"], ["b.yaml", "", "a.b"], ["b", "a"], ["b/a.yaml", "a"], ["link", ""], ["", "link"]];

    /// <summary>One save: which file, of which objects, or that it goes.</summary>
    private static readonly Gen<(int Name, int[] Objects, int What)> Save =
        Gen.Select(Gen.Int[0, 1000], Gen.Frequency((8, Gen.Int[0, 12]), (1, Gen.Int[0, 15]), (16, Gen.Int[16, 80])).Array[1, 3], Gen.Int[0, 9]);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void After_any_saves_it_finds_what_reading_everything_finds()
    {
        var alone = 0;
        Gen.Select(Gen.Int[0, Paths.Length - 1], Save.Array[1, 12]).Sample((paths, saves) =>
        {
            using var own = new TemporaryFolder();
            own.Write("a/a.yaml", ConfigMap("first"));
            own.Write("b/a.yaml", ConfigMap("second"));
            own.Write("a.b/d.yaml", ConfigMap("third"));
            own.Write("b.yaml", ConfigMap("fourth"));
            if (Paths[paths].Contains("link")) Directory.CreateSymbolicLink(own.At("link"), own.At("a"));
            string[] named = [.. Paths[paths].Select(path => path is "" or "/" ? own.Path + path : own.At(path))];
            var source = new ManifestSource(named, AwsScope.Default, TextReader.Null);
            source.Load(new ErrorList());
            foreach (var (name, objects, what) in saves)
            {
                var path = own.At(Names[name % Names.Length]);
                if (what == 0) File.Delete(Path.Exists(path) ? path : own.At("b.yaml"));
                else if (what == 1 && File.Exists(path)) File.AppendAllText(path, "---\n" + Object(objects[0]));
                else own.Write(Names[name % Names.Length], string.Join("---\n", objects.Select(Object)));
                var (errors, wanted) = (new ErrorList(), new ErrorList());
                var (before, whole) = (source.Last!, source.LoadWhole(path, () => true));
                if (whole is not null) Interlocked.Increment(ref alone);
                var loaded = whole ?? source.LoadIfChanged(errors) ?? before;

                var all = FilesDoorway.Load(named, AwsScope.Default, wanted);
                Assert.Equal(all.Select(Told), loaded.Resources.Select(Told));
                if (whole is null) continue;
                Assert.Empty(wanted.All);
                Assert.Null(source.LoadIfChanged(errors));
            }
        }, iter: 250);
        Assert.True(alone > 100, $"only {alone} files were read alone");
    }

    [Theory]
    [InlineData("a.yaml b.yaml", "a/x.yaml")]
    [InlineData("b.yaml", "a/x.yaml a/y.yaml a.yaml")]
    [InlineData("a-b.yaml a.yaml a/b.yaml", "a-a.yaml a/a.yaml a/c.yaml z.yaml 0.yml")]
    public void Those_that_come_stand_in_the_order_of_names(string there, string come)
    {
        foreach (var name in there.Split(' ')) folder.Write(name, ConfigMap(ObjectName(name)));
        Directory.CreateDirectory(folder.At("a"));
        var source = Source(folder.Path);
        foreach (var name in come.Split(' '))
        {
            folder.Write(name, ConfigMap(ObjectName(name)));
            Assert.NotNull(source.LoadWhole(folder.At(name), () => true));
            Assert.Equal(FilesDoorway.Load([folder.Path], AwsScope.Default, new ErrorList()).Select(Told), source.Last!.Resources.Select(Told));
            Assert.Null(source.LoadIfChanged(new ErrorList()));
        }
    }

    [Theory]
    [InlineData(".b.yaml")]
    [InlineData("b.txt")]
    [InlineData("usher.yaml")]
    [InlineData("usher.yml")]
    [InlineData("Chart.yaml")]
    [InlineData("kustomization.yaml")]
    [InlineData("kustomization.yml")]
    [InlineData("Kustomization")]
    [InlineData("new/b.yaml")]
    [InlineData(".git/b.yaml")]
    public void Other_names_and_folders_are_left_for_reading_everything(string name)
    {
        folder.Write("a.yaml", ConfigMap("a"));
        Directory.CreateDirectory(folder.At(".git"));
        var source = Source(folder.Path);
        folder.Write(name, ConfigMap("b"));
        Assert.Null(source.LoadWhole(folder.At(name), () => true));
    }

    [Fact]
    public void So_is_what_is_no_file_of_its_own()
    {
        folder.Write("a.yaml", ConfigMap("a"));
        var source = Source(folder.Path);
        File.WriteAllText(folder.At("empty.yaml"), "");
        Directory.CreateDirectory(folder.At("folder.yaml"));
        folder.Write("elsewhere/b", ConfigMap("b"));
        File.CreateSymbolicLink(folder.At("link.yaml"), folder.At("elsewhere/b"));
        Process.Start("mkfifo", [folder.At("pipe.yaml")]).WaitForExit();
        foreach (var name in new[] { "empty.yaml", "folder.yaml", "link.yaml", "pipe.yaml", "gone.yaml" }) Assert.Null(source.LoadWhole(folder.At(name), () => true));
    }

    [Fact]
    public void So_is_a_link_that_comes_in_a_file_s_place_and_a_file_that_a_link_leads_to()
    {
        folder.Write("a.yaml", ConfigMap("a"));
        folder.Write("m/z.yaml", ConfigMap("z"));
        File.CreateSymbolicLink(folder.At("b.yaml"), folder.At("m/z.yaml"));
        var source = Source(folder.Path);
        // It is read as b.yaml.
        File.AppendAllText(folder.At("m/z.yaml"), "---\n" + ConfigMap("more"));
        Assert.Null(source.LoadWhole(folder.At("m/z.yaml"), () => true));

        folder.Write("elsewhere/b", ConfigMap("a") + "data: { x: one }\n");
        File.Delete(folder.At("a.yaml"));
        File.CreateSymbolicLink(folder.At("a.yaml"), folder.At("elsewhere/b"));
        Assert.Null(source.LoadWhole(folder.At("a.yaml"), () => true));
    }

    [Fact]
    public void So_is_a_file_in_a_kustomization_s_folder_or_in_one_with_a_kustomization_below()
    {
        folder.Write("a.yaml", ConfigMap("a"));
        folder.Write("k/kustomization.yaml", "resources: [b.yaml]\n");
        folder.Write("k/b.yaml", ConfigMap("b"));
        foreach (var (path, name) in new[] { ("k", "k/c.yaml"), ("", "k/d.yaml"), ("", "e.yaml") })
        {
            var source = Source(folder.At(path));
            folder.Write(name, ConfigMap("more"));
            Assert.Null(source.LoadWhole(folder.At(name), () => true));
            File.Delete(folder.At(name));
        }
    }

    [Theory]
    [InlineData("a", "a", 0)]
    [InlineData("a", "b", -1)]
    [InlineData("a/b", "a.yaml", -1)]
    [InlineData("a-b.yaml", "a/b", 1)]
    [InlineData("a", "a/b", -1)]
    [InlineData("ab", "a/b", 1)]
    [InlineData("B", "a", -1)]
    public void Order(string one, string other, int wanted)
    {
        Assert.Equal(wanted, Math.Sign(ListedFolders.Compare(one, other)));
        Assert.Equal(-wanted, Math.Sign(ListedFolders.Compare(other, one)));
    }

    private static ManifestSource Source(string path)
    {
        var (source, errors) = (new ManifestSource([path], AwsScope.Default, TextReader.Null), new ErrorList());
        source.Load(errors);
        Assert.Empty(errors.All);
        return source;
    }

    private static string Object(int i) => i < Objects.Length ? Objects[i] : ConfigMap($"c{i}");

    private static string ObjectName(string file) => "o-" + file.Replace('/', '.');

    private static string ConfigMap(string name, string ns = "default") => $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: {name}, namespace: {ns} }}\n";

    private static string Told(Resource resource) => $"{resource.Key} {resource.Origin.File}:{resource.Origin.Line} {KubernetesJson.Serialize(resource.Value)}";
}
