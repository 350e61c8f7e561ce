using System.Globalization;
using System.Text;
using Usher.Tests;

namespace Usher.Service.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/6-service</c> is a case: <c>cluster.yaml</c>, the lines of <c>connections.txt</c>
/// (<c>pod NAME LIFE</c>, <c>connect FRONT from SOURCE draw FRACTION</c>) and what must be told of them, <c>expected.txt</c>.
/// <c>UPDATE_GOLDEN=1</c> writes the expectations anew.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases => Golden.Cases("6-service");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Golden.Folder("6-service", name);
        var told = Run(File.ReadAllText(Path.Combine(folder, "cluster.yaml")), Golden.Lines(Path.Combine(folder, "connections.txt")));
        Golden.Check(Path.Combine(folder, "expected.txt"), told);
    }

    private static string Run(string yaml, IEnumerable<string> lines)
    {
        var cluster = new TestCluster(yaml);
        var told = new StringBuilder();
        foreach (var error in cluster.Errors.All) told.Append("error ").Append(error).Append('\n');
        foreach (var line in lines)
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
            told.Append(CultureInfo.InvariantCulture, $"  {account.Hop} {account.Name} {account.Verdict()}\n    {account.Decision}\n");
            foreach (var (key, value) in account.Facts)
            {
                if (key != "rules") told.Append(CultureInfo.InvariantCulture, $"    {key} = {value.Text()}\n");
                else foreach (var rule in value!.AsArray()) told.Append(CultureInfo.InvariantCulture, $"    rule {rule}\n");
            }

            told.AppendReasons(account);
        }

        told.Append(CultureInfo.InvariantCulture, $"  dialled {decision.Destination?.ToString() ?? "nothing"} from {decision.Source?.ToString() ?? "the default"}\n");
    }
}
