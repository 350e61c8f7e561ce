using System.Text;
using CsCheck;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Tests;

namespace Usher.Doorway.Files.Tests;

/// <summary>Whatever a person does to a manifest, it loads or its errors are told, each with a line of the file.</summary>
public sealed class MutationTests
{
    private static readonly string[] Samples =
    [
        .. new[] { "kubernetes.yaml", "edge.yaml", "usher.yaml" }.Select(name => File.ReadAllText(Path.Combine(Checkout.At("samples/shop"), name))),
        .. new[] { "edge.yaml", "routes.yaml" }.Select(name => File.ReadAllText(Path.Combine(Golden.Folder("doorway-files", "gateway-kinds"), name))),
    ];

    private static readonly string[] Pieces =
    [
        "", " ", "  ", "\n", "\t", ":", ": ", "- ", "---\n", "...\n", "{", "}", "[", "]", ",", "#", "'", "\"", "|", "|-\n", ">", "&a ", "*a", "!!str ", "!x ", "%", "@", "`", "\\",
        "? ", "<<: ", "null", "true", "12", "0x1F", "1e9", "é", "\u2028", "\u0085", "\0", "\ud800", "\r", "\r\n", "name", "spec:\n", "kind: List\nitems:\n", "apiVersion: v1\n",
    ];

    private static readonly Gen<(int Sample, (int At, int Length, int Piece)[] Edits)> Mutations =
        Gen.Select(Gen.Int[0, Samples.Length - 1], Gen.Select(Gen.Int[0, 100_000], Gen.Int[0, 40], Gen.Int[0, 1000]).Array[1, 6]);

    [Fact]
    public void A_mutated_manifest_never_throws_and_every_error_has_a_line_of_the_file() =>
        Mutations.Sample(mutation => Check(Mutate(Samples[mutation.Sample], mutation.Edits), mutation.Sample == 2), iter: 4000);

    [Fact]
    public void Any_text_of_YAML_s_own_characters_never_throws() =>
        Gen.Int[0, Pieces.Length - 1].Array[0, 60].Sample(pieces => Check(string.Concat(pieces.Select(p => Pieces[p])), isImages: false), iter: 4000);

    [Fact]
    public void A_document_cut_anywhere_never_throws() =>
        Gen.Select(Gen.Int[0, Samples.Length - 1], Gen.Int[0, 10_000]).Sample(cut => Check(Samples[cut.Item1][..(cut.Item2 % Samples[cut.Item1].Length)], cut.Item1 == 2), iter: 1000);

    private static string Mutate(string text, (int At, int Length, int Piece)[] edits)
    {
        foreach (var (at, length, piece) in edits)
        {
            var start = at % (text.Length + 1);
            var end = Math.Min(text.Length, start + length);

            // Sometimes a piece of the text itself comes in, moved from elsewhere.
            var put = piece < 500 ? Pieces[piece % Pieces.Length] : text.Substring(piece % (text.Length + 1), Math.Min(length, text.Length - piece % (text.Length + 1)));
            text = text[..start] + put + text[end..];
        }

        return text;
    }

    private static void Check(string text, bool isImages)
    {
        var errors = new ErrorList();
        IReadOnlyList<Resource> resources;
        if (isImages)
        {
            using var folder = new TemporaryFolder();
            File.WriteAllText(folder.At("usher.yaml"), text, new UTF8Encoding(false, throwOnInvalidBytes: false));
            resources = FilesDoorway.Load([folder.At("usher.yaml")], AwsScope.Default, errors);
        }
        else
        {
            resources = FilesDoorway.Load(["-"], AwsScope.Default, errors, new StringReader(text));
        }

        var lines = text.Split("\n").Length + text.Count(c => c == '\r');
        foreach (var error in errors.All.Where(e => e.File is not null))
        {
            Assert.InRange(error.Line, 1, lines);
            Assert.NotEmpty(error.Message);
        }

        foreach (var resource in resources)
        {
            Assert.InRange(resource.Origin.Line, 1, lines);
            Assert.All(resource.Origin.FieldLines!, pair => Assert.InRange(pair.Value, 1, lines));
        }

        // All the same, an object is only left out for a reason.
        if (resources.Count == 0) Assert.False(errors.IsEmpty);
    }
}
