using System.Text.RegularExpressions;

namespace Usher.Journey.Tests;

/// <summary>Every command of Usher's that a document shows is run: a document can't promise what isn't there.</summary>
public sealed partial class DocumentTests(SampleRoad sample)
{
    private static readonly string[] Documents = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"];

    [Fact]
    public async Task Commands_that_ask_a_running_road_work_as_they_are_written()
    {
        var road = await sample.RunsAsync();
        var commands = Commands().Where(c => c.Words is not ("demo" or "up")).ToList();

        Assert.NotEmpty(commands);
        foreach (var (document, line, words) in commands)
        {
            var state = words == "explain" && line.Contains(" -f ", StringComparison.Ordinal) ? "" : $" --state {road.State}";
            var ended = await Tool.RunAsync("bash", "-c", $"dotnet {Tool.Usher} {line["./usher ".Length..]}{state}");

            Assert.True(ended.ExitCode == 0, $"{document}: {line}\n{ended}");
        }
    }

    [Fact]
    public void Roads_that_a_document_brings_up_use_options_that_are_there()
    {
        foreach (var (document, line, _) in Commands().Where(c => c.Words is "up" or "demo"))
        {
            var options = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(2).Where(w => w.StartsWith('-'));

            Assert.True(options.All(o => o is "-f" or "--stand-in" or "--server-timing" or "--express" or "--otlp"), $"{document}: {line}: an option that no test of this project starts a road with");
        }
    }

    [Fact]
    public async Task Lookups_that_a_document_shows_are_answered()
    {
        var road = await sample.RunsAsync();
        var lookups = All().SelectMany(document => File.ReadLines(Path.Combine(Tool.Root, document)).Where(l => l.StartsWith("dig @", StringComparison.Ordinal)).Select(line => (document, line))).ToList();

        Assert.NotEmpty(lookups);
        foreach (var (document, line) in lookups)
        {
            // The road of this test has a name server and a loopback network of its own.
            var here = line.Replace("@127.0.0.1 -p 5300", $"@{road.Dns.Address} -p {road.Dns.Port}", StringComparison.Ordinal).Replace("@127.18.", $"@127.{road.Network}.", StringComparison.Ordinal);
            var ended = await Tool.RunAsync("dig", [.. here.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..], "+tries=1", "+time=60"]);

            Assert.True(ended.ExitCode == 0, $"{document}: {line}\n{ended}");
            Assert.Contains(line.Contains(" nope.", StringComparison.Ordinal) ? "status: NXDOMAIN" : "status: NOERROR", ended.Output, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> All() =>
        Documents.Concat(Directory.EnumerateFiles(Path.Combine(Tool.Root, "src"), "README.md", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Tool.Root, f)));

    private static IEnumerable<(string Document, string Line, string Words)> Commands() =>
        All().SelectMany(document => Blocks().Matches(File.ReadAllText(Path.Combine(Tool.Root, document)))
                .SelectMany(block => block.Groups["lines"].Value.Split('\n'))
                .Select(line => line.TrimEnd('&', ' '))
                .Where(line => line.StartsWith("./usher ", StringComparison.Ordinal))
                .Select(line => (document, line, line.Split(' ')[1])));

    [GeneratedRegex(@"```sh\n(?<lines>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
