using CsCheck;
using k8s;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Tests;

/// <summary>A save is read by what it changed, and found is what reading everything would find.</summary>
public sealed class SaveTests : IDisposable
{
    private static readonly string[] Pieces =
    [
        "", "\n", "  ", "---\n", "---\n---\n", "--- # again\n", "...\n", "# a comment\n", "%YAML 1.1\n", "\r\n", "é", "spec:\n", "name: other", "x: 1\n", ": ", "\t",
        "\r...\r", "\u0085...\n", "\u2028--- \n",
        "---\napiVersion: v1\nkind: Namespace\nmetadata: { name: more }\n", "apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: last }\n",
    ];

    private static readonly Gen<(int At, int Length, int Piece)[][]> Saves = Gen.Select(Gen.Int[0, 100_000], Gen.Int[0, 60], Gen.Int[0, 1000]).Array[1, 3].Array[1, 6];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_that_is_emptied_is_refused_and_one_that_is_deleted_takes_its_objects_away()
    {
        using var place = new TemporaryFolder();
        var file = place.Write("a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n");
        place.Write("b.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: b }\n");
        var source = new ManifestSource([place.Path], AwsScope.Default, TextReader.Null);
        Assert.Equal(2, source.Load(new ErrorList()).Resources.Count);

        File.WriteAllText(file, "");
        var errors = new ErrorList();
        source.LoadIfChanged(errors);
        Assert.StartsWith("is empty", Assert.Single(errors.All).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "apiVersion: v1\nkind: Namespace\nmetadata: { name: c }\n");
        Assert.Equal(["b", "c"], source.LoadIfChanged(new ErrorList())!.Resources.Select(r => r.Key.Name).Order());

        File.Delete(file);
        Assert.Equal("b", Assert.Single(source.LoadIfChanged(errors = new ErrorList())!.Resources).Key.Name);
        Assert.Empty(errors.All);
    }

    [Fact]
    public void After_any_saves_it_finds_what_reading_everything_finds() => Saves.Sample(saves =>
    {
        using var own = new TemporaryFolder();
        var (file, text) = (own.At("all.yaml"), Many(12));
        File.WriteAllText(file, text);
        var source = new ManifestSource([file], AwsScope.Default, TextReader.Null);
        source.Load(new ErrorList());
        foreach (var save in saves)
        {
            text = save.Aggregate(text, Edit);
            File.WriteAllText(file, text);
            var (errors, wanted) = (new ErrorList(), new ErrorList());
            var loaded = source.LoadWhole(file, () => true) ?? source.LoadIfChanged(errors);
            var whole = FilesDoorway.Load([file], AwsScope.Default, wanted);

            if (loaded is null) continue;
            Assert.Equal(wanted.All, errors.All);
            Assert.Equal(whole.Select(Text), loaded.Resources.Select(Text));
        }
    }, iter: 500);

    [Fact]
    public void What_a_save_leaves_alone_stays_the_same_object()
    {
        var file = folder.At("all.yaml");
        File.WriteAllText(file, Many(9));
        var source = new ManifestSource([folder.Path], AwsScope.Default, TextReader.Null);
        var before = source.Load(new ErrorList()).Resources;

        File.WriteAllText(file, Many(9).Replace("name: n4,", "name: n4, labels: { a: b },", StringComparison.Ordinal));
        var after = source.LoadIfChanged(new ErrorList())!.Resources;

        Assert.Equal(["n4"], before.Zip(after).Where(pair => !ReferenceEquals(pair.First, pair.Second)).Select(pair => pair.Second.Key.Name));
    }

    [Fact]
    public void What_moves_to_another_line_keeps_its_value_and_tells_the_new_line()
    {
        var file = folder.At("all.yaml");
        File.WriteAllText(file, Many(9));
        var source = new ManifestSource([folder.Path], AwsScope.Default, TextReader.Null);
        var before = source.Load(new ErrorList()).Resources[^1];

        File.WriteAllText(file, "# one\n# two\n" + Many(9));
        var after = source.LoadIfChanged(new ErrorList())!.Resources[^1];

        Assert.Same(before.Value, after.Value);
        Assert.Equal(before.Origin.Line + 2, after.Origin.Line);
        Assert.Equal(before.Origin.LineOf("spec.rules[0].host") + 2, after.Origin.LineOf("spec.rules[0].host"));
    }

    [Theory]
    [InlineData("\n...\n")]
    [InlineData("\r...\n")]
    [InlineData("\u0085...\n")]
    [InlineData("\u2028--- \n")]
    public void What_only_the_parser_takes_for_a_document_s_end_ends_no_part(string end)
    {
        const string after = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\ndata: { x: one }\n";
        var file = folder.Write("a.yaml", $"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: a }}{end}{after}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: c }}\n");
        var source = new ManifestSource([file], AwsScope.Default, TextReader.Null);
        var before = source.Load(new ErrorList()).Resources;
        Assert.Equal(["a", "b", "c"], before.Select(r => r.Key.Name));

        File.WriteAllText(file, File.ReadAllText(file).Replace("x: one", "x: two", StringComparison.Ordinal));
        var errors = new ErrorList();
        var loaded = source.LoadIfChanged(errors)!.Resources;
        Assert.Empty(errors.All);
        Assert.Equal(FilesDoorway.Load([file], AwsScope.Default, errors).Select(Text), loaded.Select(Text));
        Assert.Same(before[2], loaded[2]);
    }

    [Fact]
    public void A_save_of_one_file_leaves_the_others_objects_alone()
    {
        File.WriteAllText(folder.At("a.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n");
        File.WriteAllText(folder.At("b.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\n");
        var source = new ManifestSource([folder.Path], AwsScope.Default, TextReader.Null);
        var before = source.Load(new ErrorList()).Resources;

        File.WriteAllText(folder.At("b.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\ndata: { x: z }\n");
        var after = source.LoadIfChanged(new ErrorList())!.Resources;

        Assert.Same(before[0], after[0]);
        Assert.NotSame(before[1].Value, after[1].Value);
    }

    private static string Many(int count) => string.Concat(Enumerable.Range(0, count).Select(i =>
        $"---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{ name: n{i}, namespace: shop }}\nspec:\n  rules:\n    - host: h{i}.example.com\n      http: {{ paths: [{{ path: /, pathType: Prefix, backend: {{ service: {{ name: s, port: {{ number: 80 }} }} }} }}] }}\n"));

    private static string Edit(string text, (int At, int Length, int Piece) edit)
    {
        var start = edit.At % (text.Length + 1);
        var end = Math.Min(text.Length, start + edit.Length);
        // Often whole lines come and go.
        if (edit.Piece % 2 == 0)
        {
            start = start == 0 ? 0 : text.LastIndexOf('\n', start - 1) + 1;
            end = text.IndexOf('\n', Math.Max(start, end - 1)) is >= 0 and var next ? next + 1 : text.Length;
        }

        return text[..start] + Pieces[edit.Piece / 2 % Pieces.Length] + text[Math.Max(start, end)..];
    }

    private static string Text(Resource resource) =>
        $"{resource.Key} {resource.Origin.File}:{resource.Origin.Line} {string.Join(' ', resource.Origin.FieldLines!)} {KubernetesJson.Serialize(resource.Value)}";
}
