using System.Text;
using ARSoft.Tools.Net.Dns;
using Usher.Tests;

namespace Usher.Dns.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/1-dns-cluster</c> is a case: <c>cluster.yaml</c>, <c>endpoints.txt</c> and <c>zones.txt</c> where it has any (see
/// <see cref="TestCluster"/>), the lines of <c>questions.txt</c> (<c>NAME TYPE</c>, and <c>told</c>), and <c>expected.txt</c>. <c>UPDATE_GOLDEN=1</c> writes the
/// expectations anew.
/// </summary>
public sealed class ClusterGoldenTests
{
    public static TheoryData<string> Cases => Golden.Cases("1-dns-cluster");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Golden.Folder("1-dns-cluster", name);
        var told = Run(new TestCluster(Read("cluster.yaml"), Read("endpoints.txt"), Read("zones.txt")), Golden.Lines(Path.Combine(folder, "questions.txt")));
        Golden.Check(Path.Combine(folder, "expected.txt"), told);

        string Read(string file) => File.Exists(Path.Combine(folder, file)) ? File.ReadAllText(Path.Combine(folder, file)) : "";
    }

    private static string Run(TestCluster cluster, IEnumerable<string> questions)
    {
        var responder = new DnsResponder(new ClusterAnswers(new TestRoad { Current = cluster.Generation }, cluster));
        var told = new StringBuilder();
        foreach (var error in cluster.Errors.All) told.Append("error ").Append(error).Append('\n');
        foreach (var line in questions)
        {
            var words = line.Split(' ');
            var type = Enum.Parse<RecordType>(words[1]);
            told.Append("> ").Append(line).Append('\n');
            Told.Answer(told, DnsMessage.Parse(responder.Respond(Query.For(words[0], type, 1232))));
            if (words.Contains("told")) Told.Decision(told, cluster.Ask(words[0], type));
        }

        return told.ToString();
    }
}
