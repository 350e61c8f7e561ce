using System.Globalization;
using System.Text;
using ARSoft.Tools.Net.Dns;
using Usher.Tests;

namespace Usher.Dns.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/1-dns</c> is a case: <c>zones.txt</c> (see <see cref="TestZones"/>), the lines of <c>questions.txt</c>
/// (<c>NAME TYPE</c>, and any of <c>noedns</c>, <c>udp=SIZE</c>, <c>tcp</c>, <c>told</c>, <c>drawn</c>), and <c>expected.txt</c>: the errors, and each answer as its bytes read back by
/// another implementation; with <c>told</c> what the journey says of it too. <c>UPDATE_GOLDEN=1</c> writes the expectations anew.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases => Golden.Cases("1-dns");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Golden.Folder("1-dns", name);
        var told = Run(File.ReadAllText(Path.Combine(folder, "zones.txt")), Golden.Lines(Path.Combine(folder, "questions.txt")));
        Golden.Check(Path.Combine(folder, "expected.txt"), told);
    }

    private static string Run(string text, IEnumerable<string> questions)
    {
        var zones = new TestZones(text);
        var responder = new DnsResponder(new HostedZoneAnswers(new TestRoad { Current = zones.Generation }, zones));
        var told = new StringBuilder();
        foreach (var error in zones.Errors.All) told.Append("error ").Append(error).Append('\n');
        foreach (var line in questions)
        {
            var words = line.Split(' ');
            var type = Enum.Parse<RecordType>(words[1]);
            var size = words.FirstOrDefault(w => w.StartsWith("udp=", StringComparison.Ordinal)) is { } written ? int.Parse(written[4..], CultureInfo.InvariantCulture) : 1232;
            var query = Query.For(words[0], type, words.Contains("noedns") ? null : size);
            told.Append("> ").Append(line).Append('\n');
            // Where chance chooses among record sets, only what is told of one draw is the same each time.
            if (!words.Contains("drawn")) Told.Answer(told, DnsMessage.Parse(responder.Respond(query, words.Contains("tcp"))));
            if (words.Contains("told") || words.Contains("drawn")) Told.Decision(told, zones.Ask(words[0], type));
        }

        return told.ToString();
    }
}
