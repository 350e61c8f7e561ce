using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Tests;

/// <summary>One file that was saved is read alone when that is all there is to it, and otherwise everything is.</summary>
public sealed class WholeFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManifestSource source;

    public WholeFileTests()
    {
        for (var i = 0; i < 4; i++) folder.Write($"f{i}.yaml", Text(i));
        source = new ManifestSource([folder.Path], AwsScope.Default, TextReader.Null);
        source.Load(new ErrorList());
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("x: one", "x: two")]
    [InlineData("x: one", "x: one\n  y: more")]
    [InlineData("kind: ConfigMap", "# a comment moves lines\nkind: ConfigMap")]
    [InlineData("type: Opaque", "type: Other")]
    public void Other_content_of_the_same_objects(string was, string now)
    {
        var before = source.Last!;
        File.WriteAllText(folder.At("f2.yaml"), Text(2).Replace(was, now, StringComparison.Ordinal));
        var loaded = source.LoadWhole(folder.At("f2.yaml"), () => true)!;

        // As reading everything finds it; and that finds nothing more.
        var whole = FilesDoorway.Load([folder.Path], AwsScope.Default, new ErrorList());
        Assert.Equal(whole.Select(Told), loaded.Resources.Select(Told));
        Assert.Same(before.Places, loaded.Places);
        Assert.All(before.Resources.Zip(loaded.Resources), pair => Assert.True(ReferenceEquals(pair.First, pair.Second) || pair.First.Key.Name.EndsWith('2')));
        Assert.Same(loaded, source.Last);
        Assert.Null(source.LoadIfChanged(new ErrorList()));
    }

    [Theory]
    [InlineData("apiVersion: v1\nkind: ConfigMap", "apiVersion: v1\nkind: Namespace\nmetadata: { name: more }\n---\napiVersion: v1\nkind: ConfigMap")]
    [InlineData("x: one", "x: one\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: more }")]
    [InlineData("x: one", "x: two\n---\n# no object\n---\napiVersion: v1\nkind: Secret\nmetadata: { name: more, namespace: other }\ntype: Opaque")]
    [InlineData("name: s2 }\n", "name: s2 }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n")]
    [InlineData("name: s2 }\n", "name: s2 }\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: ns }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: ns }\n")]
    [InlineData("name: s2 }\n", "name: s2 }\n---\napiVersion: route53.services.k8s.aws/v1alpha1\nkind: HostedZone\nmetadata: { name: z }\nspec: { name: example.com. }\n")]
    public void More_objects_in_any_place_of_the_file(string was, string now)
    {
        File.WriteAllText(folder.At("f2.yaml"), Text(2).Replace(was, now, StringComparison.Ordinal));
        var loaded = source.LoadWhole(folder.At("f2.yaml"), () => true)!;
        Assert.True(loaded.Resources.Count > 8);
        Assert.Equal(FilesDoorway.Load([folder.Path], AwsScope.Default, new ErrorList()).Select(Told), loaded.Resources.Select(Told));

        // Others keep standing where they do.
        File.WriteAllText(folder.At("f3.yaml"), Text(3).Replace("x: one", "x: two\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: last }", StringComparison.Ordinal));
        Assert.NotNull(source.LoadWhole(folder.At("f3.yaml"), () => true));
        Assert.Equal(FilesDoorway.Load([folder.Path], AwsScope.Default, new ErrorList()).Select(Told), source.Last!.Resources.Select(Told));
        Assert.Null(source.LoadIfChanged(new ErrorList()));
    }

    [Fact]
    public void The_same_objects_in_another_order()
    {
        File.WriteAllText(folder.At("f2.yaml"), string.Join("---\n", Text(2).Split("---\n").Reverse()));
        Assert.NotNull(source.LoadWhole(folder.At("f2.yaml"), () => true));
        Assert.Equal(FilesDoorway.Load([folder.Path], AwsScope.Default, new ErrorList()).Select(Told), source.Last!.Resources.Select(Told));
    }

    [Fact]
    public void One_save_after_another()
    {
        for (var i = 0; i < 5; i++)
        {
            File.WriteAllText(folder.At($"f{i % 2}.yaml"), Text(i % 2).Replace("x: one", $"x: v{i}", StringComparison.Ordinal));
            Assert.NotNull(source.LoadWhole(folder.At($"f{i % 2}.yaml"), () => true));
        }

        Assert.Equal(FilesDoorway.Load([folder.Path], AwsScope.Default, new ErrorList()).Select(Told), source.Last!.Resources.Select(Told));
    }

    [Theory]
    // Half of a save: objects are missing, or it is no YAML; a kind or name that is another.
    [InlineData("---", "...\n", true)]
    [InlineData("x: one", "x: [", false)]
    [InlineData("x: one", "x: { y: z }", false)]
    [InlineData("name: c2", "name: other", false)]
    [InlineData("kind: ConfigMap", "kind: Secret", false)]
    // One that comes and is there already, in another file or in this one; one in a namespace that isn't given, or that leaves others in none; one with an error.
    [InlineData("x: one", "x: one\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c3 }", false)]
    [InlineData("x: one", "x: one\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c2 }", false)]
    [InlineData("x: one", "x: one\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: m }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: m }", false)]
    [InlineData("x: one", "x: one\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: ns }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: m, namespace: os }", false)]
    [InlineData("x: one", "x: one\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: M }", false)]
    [InlineData("x: one", "x: one\n---\napiVersion: route53.services.k8s.aws/v1alpha1\nkind: RecordSet\nmetadata: { name: r }\nspec: { hostedZoneRef: { from: { name: none } }, recordType: A, ttl: 1, resourceRecords: [{ value: 127.0.0.1 }] }", false)]
    public void Anything_else_is_left_for_reading_everything(string at, string now, bool cut)
    {
        var before = source.Last;
        var text = Text(2);
        var place = text.IndexOf(at, StringComparison.Ordinal);
        File.WriteAllText(folder.At("f2.yaml"), text[..place] + now + (cut ? "" : text[(place + at.Length)..]));
        Assert.Null(source.LoadWhole(folder.At("f2.yaml"), () => true));
        Assert.Same(before, source.Last);

        var (errors, wanted) = (new ErrorList(), new ErrorList());
        var loaded = source.LoadIfChanged(errors)!;
        Assert.Equal(FilesDoorway.Load([folder.Path], AwsScope.Default, wanted).Select(Told), loaded.Resources.Select(Told));
        Assert.Equal(wanted.All, errors.All);
    }

    [Fact]
    public void Nothing_is_taken_that_went_on_while_it_was_read_and_no_unknown_or_unchanged_file()
    {
        Assert.Null(source.LoadWhole(folder.At("f2.yaml"), () => true));
        Assert.Null(source.LoadWhole(folder.At("none.yaml"), () => true));
        File.WriteAllText(folder.At("f2.yaml"), Text(2).Replace("one", "two", StringComparison.Ordinal));
        Assert.Null(source.LoadWhole(folder.At("f2.yaml"), () => false));
        File.Delete(folder.At("f2.yaml"));
        Assert.Null(source.LoadWhole(folder.At("f2.yaml"), () => true));
        Assert.Equal(6, source.LoadIfChanged(new ErrorList())!.Resources.Count);
    }

    [Fact]
    public void After_a_load_with_errors_everything_is_read()
    {
        File.WriteAllText(folder.At("f1.yaml"), "x: [");
        source.LoadIfChanged(new ErrorList());
        File.WriteAllText(folder.At("f2.yaml"), Text(2).Replace("one", "two", StringComparison.Ordinal));
        Assert.Null(source.LoadWhole(folder.At("f2.yaml"), () => true));
    }

    [Fact]
    public void Files_that_nothing_happened_to_are_not_read_again_unless_they_look_another()
    {
        File.WriteAllText(folder.At("f1.yaml"), Text(1).Replace("one", "two", StringComparison.Ordinal));
        File.WriteAllText(folder.At("f2.yaml"), Text(2).Replace("one", "more", StringComparison.Ordinal));
        // f2 wasn't told of, and has another length.
        var loaded = source.LoadIfChanged(new ErrorList(), new HashSet<string> { folder.At("f1.yaml") })!;
        Assert.Equal(FilesDoorway.Load([folder.Path], AwsScope.Default, new ErrorList()).Select(Told), loaded.Resources.Select(Told));
        Assert.Null(source.LoadIfChanged(new ErrorList(), new HashSet<string>()));
    }

    private static string Told(Resource resource) => $"{resource.Key} {resource.Origin.File}:{resource.Origin.Line} {k8s.KubernetesJson.Serialize(resource.Value)}";

    private static string Text(int i) =>
        $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{i}\ndata:\n  x: one\n---\napiVersion: v1\nkind: Secret\ntype: Opaque\nmetadata: {{ name: s{i} }}\n";
}
