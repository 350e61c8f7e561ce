using System.Xml.Linq;
using Usher.Tests;

namespace Usher.Repository.Tests;

/// <summary>The dependency rule, read from a table: who may reference whom.</summary>
public sealed class DependencyRuleTests
{
    private static readonly Dictionary<string, string[]> Allowed = File.ReadLines(Path.Combine(Checkout.Root, "tests/Repository/allowed-references.txt"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(':'))
        .ToDictionary(parts => parts[0].Trim(), parts => parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));

    public static TheoryData<string> Projects() => [.. Checkout.Files("src", ".csproj").Select(Checkout.Relative).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_table_allows(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        Assert.True(Allowed.TryGetValue(name, out var allowed), $"{name} is not in allowed-references.txt");

        var references = XDocument.Load(Path.Combine(Checkout.Root, path)).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.DoesNotContain(references, r => allowed is not ["*"] && !allowed.Contains(r));
    }

    [Fact]
    public void The_table_names_no_project_that_is_gone()
    {
        var there = Checkout.Files("src", ".csproj").Select(Path.GetFileNameWithoutExtension).ToHashSet();

        Assert.DoesNotContain(Allowed.Keys, name => !there.Contains(name));
    }

    [Fact]
    public void The_model_does_no_input_or_output()
    {
        string[] banned = ["System.Net.Sockets", "System.IO;", "Microsoft.AspNetCore", "File.", "new Socket(", "HttpClient"];

        var found = Checkout.Files("src/0-Model", ".cs")
            .SelectMany(file => File.ReadLines(file).Select((line, i) => (Place: $"{Checkout.Relative(file)}:{i + 1}", Line: line)))
            .Where(l => !l.Line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .Where(l => banned.Any(b => l.Line.Contains(b, StringComparison.Ordinal)));

        Assert.Empty(found);
    }

    [Fact]
    public void The_wire_knows_no_product_noun()
    {
        string[] nouns = ["LoadBalancer", "Ingress", "Journey", "Kube", "Route53", "Usher.Model", "PodStatus", "HopRecord", "Service "];

        var found = Checkout.Files("src/Wire", ".cs")
            .SelectMany(file => File.ReadLines(file).Select((line, i) => (Place: $"{Checkout.Relative(file)}:{i + 1}", Line: line)))
            .Where(l => nouns.Any(noun => l.Line.Contains(noun, StringComparison.Ordinal)));

        Assert.Empty(found);
    }

    [Fact]
    public void A_hop_reaches_the_next_only_through_the_seam()
    {
        // Forwarder and TcpRelay carry requests and connections on; a hop that called them itself could forget to trace.
        var found = Checkout.Files("src", ".cs")
            .Where(file => Checkout.Relative(file).Split('/')[1] is var folder && char.IsAsciiDigit(folder[0]))
            .SelectMany(file => File.ReadLines(file).Select((line, i) => (Place: $"{Checkout.Relative(file)}:{i + 1}", Line: line)))
            .Where(l => l.Line.Contains("Forwarder.ForwardAsync", StringComparison.Ordinal) || l.Line.Contains("new TcpRelay(", StringComparison.Ordinal)
                || l.Line.Contains("TcpRelay.DialAsync", StringComparison.Ordinal));

        Assert.Empty(found);
    }
}
