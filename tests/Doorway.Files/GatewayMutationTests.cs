using System.Text.RegularExpressions;
using CsCheck;
using Usher.Tests;

namespace Usher.Doorway.Files.Tests;

/// <summary>Whatever stands in the fields of Gateway API objects, they load or their errors are told, each with a line of the file.</summary>
public sealed partial class GatewayMutationTests
{
    private static readonly string[] Samples =
        [.. new[] { "edge.yaml", "routes.yaml" }.Select(name => File.ReadAllText(Path.Combine(Golden.Folder("doorway-files", "gateway-kinds"), name)))];

    private static readonly string[] Values =
    [
        "\"\"", "null", "{}", "[]", "[{}]", "0", "-1", "2147483647", "true", "a", "A", "\"*\"", "\"*.\"", "10.0.0.1", "\"::1\"", "/", "//", "\"/%2F\"", "Exact", "PathPrefix",
        "RegularExpression", "ReplacePrefixMatch", "URLRewrite", "RequestRedirect", "CORS", "HTTP", "HTTPS", "TLS", "UDP", "Passthrough", "0s", "1h1h1h1h1h", "é", "\"\\0\"",
    ];

    [Fact]
    public void A_field_of_any_value_never_throws() =>
        Gen.Select(Gen.Int[0, 1], Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, Values.Length - 1]).Array[1, 8]).Sample((sample, edits) =>
        {
            var text = Samples[sample];
            foreach (var (at, value) in edits)
            {
                var fields = Value().Matches(text);
                var field = fields[at % fields.Count];
                text = text[..field.Index] + Values[value] + text[(field.Index + field.Length)..];
            }

            var (resources, errors) = Text.Load(text);

            Assert.All(errors, e => Assert.InRange(e.Line, 1, text.Split('\n').Length));
            Assert.True(resources.Count > 0 || errors.Count > 0);
        }, iter: 4000);

    [GeneratedRegex(@"(?<=: )[^\s{}\[\],]+")]
    private static partial Regex Value();
}
