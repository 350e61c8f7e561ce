using System.Globalization;
using System.Text;

namespace Usher.Service.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/6-service</c> is a case: <c>cluster.yaml</c>, the lines of <c>connections.txt</c>
/// (<c>pod NAME LIFE</c>, <c>connect FRONT from SOURCE draw FRACTION</c>) and what must be told of them, <c>expected.txt</c>.
/// <c>UPDATE_GOLDEN=1</c> writes the expectations anew.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Root).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    private static string Root { get; } = Find(AppContext.BaseDirectory);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Path.Combine(Root, name);
        var told = Run(File.ReadAllText(Path.Combine(folder, "cluster.yaml")), File.ReadAllLines(Path.Combine(folder, "connections.txt")));
        var expected = Path.Combine(folder, "expected.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(expected, told);
        Assert.Equal(File.ReadAllText(expected), told);
    }

    private static string Run(string yaml, string[] lines)
    {
        var cluster = new TestCluster(yaml);
        var told = new StringBuilder();
        foreach (var error in cluster.Errors.All) told.Append("error ").Append(error).Append('\n');
        foreach (var line in lines.Where(l => l.Length > 0 && l[0] != '#'))
        {
            var words = line.Split(' ');
            told.Append("> ").Append(line).Append('\n');
            if (words[0] == "pod")
            {
                cluster.Pods.Set(words[1], string.Join(' ', words[2..]));
                continue;
            }

            var from = line[(line.IndexOf(" from ", StringComparison.Ordinal) + 6)..line.IndexOf(" draw ", StringComparison.Ordinal)];
            Tell(told, cluster, words[1], from, double.Parse(words[^1], CultureInfo.InvariantCulture));
        }

        return told.ToString();
    }

    private static void Tell(StringBuilder told, TestCluster cluster, string front, string from, double draw)
    {
        var decision = cluster.Decide(front, from, draw);
        decision.Opened?.Invoke();
        foreach (var account in decision.Decision.Tell())
        {
            told.Append(CultureInfo.InvariantCulture, $"  {account.Hop} {account.Name} {(account.Ok ? "ok" : $"FAILED {account.Outcome}")}\n    {account.Decision}\n");
            foreach (var (key, value) in account.Facts)
            {
                if (key != "rules") told.Append(CultureInfo.InvariantCulture, $"    {key} = {value?.ToJsonString(Relaxed)}\n");
                else foreach (var rule in value!.AsArray()) told.Append(CultureInfo.InvariantCulture, $"    rule {rule}\n");
            }

            foreach (var reason in account.Reasons) told.Append(CultureInfo.InvariantCulture, $"    {(reason.Chosen ? '+' : '-')} {reason.Candidate}: {reason.Why}\n");
        }

        told.Append(CultureInfo.InvariantCulture, $"  dialled {decision.Destination?.ToString() ?? "nothing"} from {decision.Source?.ToString() ?? "the default"}\n");
    }

    private static System.Text.Json.JsonSerializerOptions Relaxed { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Find(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "Usher.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "tests", "Golden", "6-service");
    }
}
