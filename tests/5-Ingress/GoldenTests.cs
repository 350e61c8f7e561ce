using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Usher.Ingress.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/5-ingress</c> is a case: <c>cluster.yaml</c>, the lines of <c>requests.txt</c> (<c>HOST PATH</c>; <c>empty SERVICE</c> takes its
/// endpoints away) and what must be told of them, <c>expected.txt</c>. <c>UPDATE_GOLDEN=1</c> writes the expectations anew.
/// </summary>
public sealed class GoldenTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Root).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    private static string Root { get; } = Find(AppContext.BaseDirectory);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Path.Combine(Root, name);
        var told = Run(File.ReadAllText(Path.Combine(folder, "cluster.yaml")), File.ReadAllLines(Path.Combine(folder, "requests.txt")));
        var expected = Path.Combine(folder, "expected.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(expected, told);
        Assert.Equal(File.ReadAllText(expected), told);
    }

    private static string Run(string yaml, string[] lines)
    {
        var cluster = new Cluster(yaml);
        var told = new StringBuilder();
        foreach (var error in cluster.Errors.All) told.Append("error ").Append(error).Append('\n');
        foreach (var line in lines.Where(l => l.Length > 0 && l[0] != '#'))
        {
            told.Append("> ").Append(line).Append('\n');
            var words = line.Split(' ');
            if (words[0] == "empty") cluster.Fronts.Empty.Add(words[1]);
            else Tell(told, cluster, words[0], words[1]);
        }

        return told.ToString();
    }

    private static void Tell(StringBuilder told, Cluster cluster, string host, string path)
    {
        foreach (var account in cluster.Decide(host, path).Tell())
        {
            told.Append(CultureInfo.InvariantCulture, $"  {account.Name} {(account.Ok ? "ok" : $"FAILED {account.Outcome}")}\n    {account.Decision}\n");
            foreach (var (key, value) in account.Facts) told.Append(CultureInfo.InvariantCulture, $"    {key} = {value?.ToJsonString(Relaxed)}\n");
            foreach (var reason in account.Reasons) told.Append(CultureInfo.InvariantCulture, $"    {(reason.Chosen ? '+' : '-')} {reason.Candidate}: {reason.Why}\n");
        }
    }

    private static string Find(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "Usher.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "tests", "Golden", "5-ingress");
    }
}
