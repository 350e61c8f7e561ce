using Usher.Doorway.Files.Yaml;

namespace Usher.Doorway.Files.Tests;

/// <summary>Plain scalars mean what they mean to Kubernetes (sigs.k8s.io/yaml, goyaml.v2 resolve.go).</summary>
public sealed class ScalarTests
{
    [Theory]
    [InlineData("", "Null", "")]
    [InlineData("~", "Null", "")]
    [InlineData("Null", "Null", "")]
    [InlineData("nUll", "Text", "nUll")]
    [InlineData("y", "Boolean", "true")]
    [InlineData("On", "Boolean", "true")]
    [InlineData("NO", "Boolean", "false")]
    [InlineData("oN", "Text", "oN")]
    [InlineData("true", "Boolean", "true")]
    [InlineData("0", "Integer", "0")]
    [InlineData("-12", "Integer", "-12")]
    [InlineData("+12", "Integer", "12")]
    [InlineData("0644", "Integer", "420")]
    [InlineData("0o17", "Integer", "15")]
    [InlineData("0x1F", "Integer", "31")]
    [InlineData("-0x1f", "Integer", "-31")]
    [InlineData("0b101", "Integer", "5")]
    [InlineData("1_000", "Integer", "1000")]
    [InlineData("99999999999999999999", "Integer", "99999999999999999999")]
    [InlineData("0x", "Text", "0x")]
    [InlineData("08", "Float", "8")]
    [InlineData("1.10", "Float", "1.1")]
    [InlineData(".5", "Float", "0.5")]
    [InlineData("1e3", "Float", "1000")]
    [InlineData("-.INF", "Float", "-.inf")]
    [InlineData(".nan", "Float", ".nan")]
    [InlineData("1e999", "Text", "1e999")]
    [InlineData("1.2.3", "Text", "1.2.3")]
    [InlineData("12:30:45", "Text", "12:30:45")]
    [InlineData("2026-11-23", "Text", "2026-11-23")]
    [InlineData("10.0.1.10", "Text", "10.0.1.10")]
    [InlineData("64Mi", "Text", "64Mi")]
    [InlineData("-", "Text", "-")]
    [InlineData(".", "Text", ".")]
    [InlineData("<<", "Text", "<<")]
    public void A_plain_scalar_means_what_it_means_to_Kubernetes(string written, string kind, string text)
    {
        var (foundKind, foundText) = Scalars.Resolve(written);

        Assert.Equal(kind, foundKind.ToString());
        Assert.Equal(text, foundText);
    }

    [Theory]
    [InlineData("!!str 12", "12")]
    [InlineData("! yes", "yes")]
    [InlineData("\"yes\"", "yes")]
    [InlineData("'0644'", "0644")]
    public void A_quoted_or_tagged_scalar_is_text(string written, string text) =>
        Assert.Equal(text, Text.Object<k8s.Models.V1ConfigMap>(Text.ConfigMap($"  a: {written}\n")).Data["a"]);

    [Theory]
    [InlineData("!!binary YQ==", "the tag tag:yaml.org,2002:binary isn't supported")]
    [InlineData("!secret a", "the tag !secret isn't supported")]
    [InlineData("!!int a", "'a' is not of its tag !!int")]
    [InlineData("!!set { a }", "the tag tag:yaml.org,2002:set isn't supported")]
    public void Other_tags_are_refused_by_name(string written, string message) =>
        Assert.Contains(message, Text.Error(Text.ConfigMap($"  a: {written}\n")).Message, StringComparison.Ordinal);
}
