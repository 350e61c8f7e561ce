using System.Text;
using Usher.Tests;

namespace Usher.Ingress.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/5-ingress</c> is a case: <c>cluster.yaml</c>, the lines of <c>requests.txt</c> (<c>HOST PATH</c>; <c>empty SERVICE</c> takes its
/// endpoints away) and what must be told of them, <c>expected.txt</c>. <c>UPDATE_GOLDEN=1</c> writes the expectations anew.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases => Golden.Cases("5-ingress");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Golden.Folder("5-ingress", name);
        var told = Run(File.ReadAllText(Path.Combine(folder, "cluster.yaml")), Golden.Lines(Path.Combine(folder, "requests.txt")));
        Golden.Check(Path.Combine(folder, "expected.txt"), told);
    }

    private static string Run(string yaml, IEnumerable<string> lines)
    {
        var cluster = new Cluster(yaml);
        var told = new StringBuilder();
        foreach (var error in cluster.Told) told.Append("error ").Append(error).Append('\n');
        foreach (var warning in cluster.Warnings.All.Where(w => !w.NotAccepted)) told.Append("warning ").Append(warning).Append('\n');
        foreach (var line in lines)
        {
            told.Append("> ").Append(line).Append('\n');
            var words = line.Split(' ');
            if (words[0] == "empty") cluster.Fronts.Empty.Add(words[1]);
            else foreach (var account in cluster.Decide(words[0], words[1]).Tell()) told.AppendAccount(account);
        }

        return told.ToString();
    }
}
