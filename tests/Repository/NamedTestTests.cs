using System.Text.RegularExpressions;
using Usher.Tests;

namespace Usher.Repository.Tests;

/// <summary>A document that names a test names one that is there.</summary>
public sealed partial class NamedTestTests
{
    [Fact]
    public void The_tests_that_the_documents_of_hops_name_are_there()
    {
        var sources = Checkout.Files("tests", ".cs").ToLookup(f => Path.GetFileNameWithoutExtension(f));
        var named = Checkout.Files("src", ".md")
            .SelectMany(f => Name().Matches(File.ReadAllText(f)).Select(m => (Class: m.Groups[1].Value, Method: m.Groups[2].Value))).Distinct().ToList();

        Assert.NotEmpty(named);
        var missing = named.Where(n => !sources[n.Class].Any(f => File.ReadAllText(f).Contains($" {n.Method}(", StringComparison.Ordinal)));

        Assert.Empty(missing);
    }

    [GeneratedRegex("`([A-Z][A-Za-z0-9]*(?:Tests|Properties))\\.([A-Za-z0-9_]+)`")]
    private static partial Regex Name();
}
