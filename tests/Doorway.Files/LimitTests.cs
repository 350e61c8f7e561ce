using System.Text;
using Usher.Doorway.Files.Yaml;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Tests;

public sealed class LimitTests
{
    [Fact]
    public void A_billion_laughs_are_refused()
    {
        var yaml = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (var i = 1; i < 10; i++) yaml.Append(null, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");

        var error = Text.Error(yaml.ToString());

        Assert.Contains("aliases add more than 100000 values", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, error.Line);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Deep_nesting_is_refused_without_a_deep_stack(string opening)
    {
        var error = Text.Error(string.Concat(Enumerable.Repeat(opening, 50_000)));

        Assert.Contains($"nested deeper than {NodeBuilder.MaxDepth} levels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_counts_through_aliases()
    {
        var yaml = new StringBuilder("a0: &a0 x\n");
        for (var i = 1; i <= 200; i++) yaml.Append(null, $"a{i}: &a{i} [*a{i - 1}]\n");

        Assert.Contains("nested deeper", Text.Error(yaml.ToString()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: &a [*a]\n", "*a refers to a value that it is part of")]
    [InlineData("a: &a { <<: *a }\n", "*a refers to a value that it is part of")]
    [InlineData("a: &b 1\n---\na: *b\n", "*b refers to no anchor")]
    [InlineData("a: { <<: 1 }\n", "<< merges an object")]
    [InlineData("? [a]\n: b\n", "a key must be a name")]
    [InlineData("~: b\n", "a key must be a name")]
    [InlineData("a: \"\\ud800\"\n", "surrogate")]
    [InlineData("a: \"\\udc00\"\n", "surrogate")]
    [InlineData("a: \"\\ud800x\"\n", "surrogate")]
    public void What_aliases_and_keys_can_not_be(string yaml, string message) =>
        Assert.Contains(Text.Load(yaml).Errors, e => e.Message.Contains(message, StringComparison.Ordinal));

    [Fact]
    public void Half_a_character_is_refused() =>
        Assert.Contains("found the character U+D800", Text.Error("a: \ud800\n").Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_of_more_than_ten_mebibytes_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("large.yaml"), new string('#', FilesDoorway.MaxFileSize + 1));
        File.WriteAllBytes(folder.At("latin.yaml"), [(byte)'a', (byte)':', (byte)' ', 0xE9, (byte)'\n']);
        var errors = new ErrorList();

        FilesDoorway.Load([folder.Path, "-"], AwsScope.Default, errors, new StringReader(new string('#', FilesDoorway.MaxFileSize + 1)));

        Assert.Equal(
            ["is larger than 10 MiB; split it into several files", "is not UTF-8 text; save it as UTF-8", "is larger than 10 MiB; split it into several files"],
            errors.All.Select(e => e.Message));
    }

    [Fact]
    public void Numbers_of_any_length_are_read_in_no_time()
    {
        var digits = new string('9', 200_000);
        var errors = Text.Load(
            $"apiVersion: v1\nkind: Pod\nmetadata: {{ name: a }}\nspec:\n  priority: {digits}\n  containers:\n    - name: a\n      resources: {{ limits: {{ cpu: 1e999999999, memory: {digits} }} }}\n").Errors;

        Assert.Equal(["spec.priority", "spec.containers[0].resources.limits.cpu", "spec.containers[0].resources.limits.memory"], errors.Select(e => e.Field));
        Assert.All(errors, e => Assert.InRange(e.Message.Length, 1, 200));
    }
}
