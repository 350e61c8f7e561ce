using Usher.Tests;

namespace Usher.Repository.Tests;

/// <summary>Rules about the files themselves.</summary>
public sealed class HouseRulesTests
{
    private const int MaxLines = 300;

    [Fact]
    public void A_source_file_fits_on_a_few_screens()
    {
        var long_ = Checkout.Files("src", ".cs").Select(f => (File: Checkout.Relative(f), Lines: File.ReadLines(f).Count())).Where(f => f.Lines > MaxLines);

        Assert.Empty(long_);
    }

    [Fact]
    public void No_name_hides_a_job()
    {
        string[] vague = ["Manager", "Helper", "Utils", "Utilities"];

        var found = Checkout.Files("src", ".cs").Select(Path.GetFileNameWithoutExtension).Where(n => vague.Any(v => n!.EndsWith(v, StringComparison.Ordinal)));

        Assert.Empty(found);
    }

    [Fact]
    public void Nothing_waits_by_sleeping_swallows_silently_or_is_left_for_later()
    {
        string[] banned = ["async void", "Thread.Sleep", "catch { }", "catch {}", "NotImplementedException", "TODO", "FIXME", "#pragma warning disable"];

        var found = Checkout.Files("src", ".cs").Concat(Checkout.Files("samples", ".cs"))
            .SelectMany(file => File.ReadLines(file).Select((line, i) => (Place: $"{Checkout.Relative(file)}:{i + 1}", Line: line)))
            .Where(l => banned.Any(b => l.Line.Contains(b, StringComparison.Ordinal)));

        Assert.Empty(found);
    }

    [Fact]
    public void Every_hop_has_a_page()
    {
        var without = Directory.EnumerateDirectories(Path.Combine(Checkout.Root, "src"))
            .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]) && !Path.GetFileName(folder).StartsWith('0'))
            .Where(folder => !File.Exists(Path.Combine(folder, "README.md")))
            .Select(Checkout.Relative);

        Assert.Empty(without);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Checkout.Root, "Usher.slnx"));

        var missing = new[] { "src", "tests", "samples", "bench" }.SelectMany(folder => Checkout.Files(folder, ".csproj"))
            .Select(Checkout.Relative)
            .Where(project => !solution.Contains(project, StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    [Fact]
    public void Links_in_documents_lead_somewhere()
    {
        var broken = Checkout.Files("", ".md").SelectMany(document => Links(document).Where(target => !Exists(document, target))
            .Select(target => $"{Checkout.Relative(document)} → {target}"));

        Assert.Empty(broken);
    }

    private static IEnumerable<string> Links(string document) =>
        System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(document), @"\]\((?<target>[^)#\s]+)(#[^)]*)?\)")
            .Select(m => m.Groups["target"].Value)
            .Where(t => !t.Contains("://", StringComparison.Ordinal));

    private static bool Exists(string document, string target)
    {
        var path = Path.Combine(Path.GetDirectoryName(document)!, target);
        return File.Exists(path) || Directory.Exists(path);
    }
}
