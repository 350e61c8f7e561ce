using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ARSoft.Tools.Net.Dns;

namespace Usher.Dns.Tests;

/// <summary>
/// Each folder of <c>tests/Golden/1-dns</c> is a case: <c>zones.txt</c> (see <see cref="TestZones"/>), the lines of <c>questions.txt</c>
/// (<c>NAME TYPE</c>, and any of <c>noedns</c>, <c>udp=SIZE</c>, <c>tcp</c>, <c>told</c>), and <c>expected.txt</c>: the errors, and each answer as its bytes read back by
/// another implementation; with <c>told</c> what the journey says of it too. <c>UPDATE_GOLDEN=1</c> writes the expectations anew.
/// </summary>
public sealed class GoldenTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Root).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    private static string Root { get; } = Find(AppContext.BaseDirectory);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var folder = Path.Combine(Root, name);
        var questions = Path.Combine(folder, "questions.txt");
        var told = Run(File.ReadAllText(Path.Combine(folder, "zones.txt")), File.Exists(questions) ? File.ReadAllLines(questions) : []);
        var expected = Path.Combine(folder, "expected.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(expected, told);
        Assert.Equal(File.ReadAllText(expected), told);
    }

    private static string Run(string text, string[] questions)
    {
        var zones = new TestZones(text);
        var responder = new DnsResponder(new TestRoad { Current = zones.Generation });
        var told = new StringBuilder();
        foreach (var error in zones.Errors.All) told.Append("error ").Append(error).Append('\n');
        foreach (var line in questions.Where(l => l.Length > 0 && l[0] != '#'))
        {
            var words = line.Split(' ');
            var type = Enum.Parse<RecordType>(words[1]);
            var size = words.FirstOrDefault(w => w.StartsWith("udp=", StringComparison.Ordinal)) is { } written ? int.Parse(written[4..], CultureInfo.InvariantCulture) : 1232;
            var query = Query.For(words[0], type, words.Contains("noedns") ? null : size);
            told.Append("> ").Append(line).Append('\n');
            Write(told, DnsMessage.Parse(responder.Respond(query, words.Contains("tcp"))));
            if (words.Contains("told")) Write(told, zones.Ask(words[0], type));
        }

        return told.ToString();
    }

    private static void Write(StringBuilder told, DnsMessage answer)
    {
        Assert.True(answer is { TransactionID: 0x1234, IsQuery: false, IsRecursionDesired: true, IsRecursionAllowed: false });
        var flags = $"{(answer.IsAuthoritiveAnswer ? " aa" : "")}{(answer.IsTruncated ? " tc" : "")}";
        told.Append(CultureInfo.InvariantCulture, $"  {answer.ReturnCode}{flags} {string.Join(", ", answer.Questions.Select(q => q.ToString()))}\n");
        // The server orders values by chance, so that they are told in another order.
        foreach (var record in InOrder(answer.AnswerRecords)) told.Append("  ").Append(record).Append('\n');
        foreach (var record in answer.AuthorityRecords) told.Append("  authority ").Append(record).Append('\n');
        foreach (var record in answer.AdditionalRecords.Where(r => r is not OptRecord)) told.Append("  additional ").Append(record).Append('\n');
    }

    private static IEnumerable<string> InOrder(List<DnsRecordBase> records)
    {
        var place = new List<string>();
        return records.Select(r => (Key: $"{r.Name} {r.RecordType}", Text: r.ToString()!)).Select(r =>
        {
            if (!place.Contains(r.Key)) place.Add(r.Key);
            return (Place: place.IndexOf(r.Key), r.Text);
        }).OrderBy(r => r.Place).ThenBy(r => r.Text, StringComparer.Ordinal).Select(r => r.Text);
    }

    private static void Write(StringBuilder told, DnsDecision decision)
    {
        foreach (var account in decision.Tell())
        {
            told.Append(CultureInfo.InvariantCulture, $"  told {account.Hop} {account.Name} {(account.Ok ? "ok" : $"FAILED {account.Outcome}")}: {account.Decision}\n");
            told.Append(CultureInfo.InvariantCulture, $"    facts {account.Facts.ToJsonString(Relaxed)}\n");
            foreach (var reason in account.Reasons) told.Append(CultureInfo.InvariantCulture, $"    {(reason.Chosen ? '+' : '-')} {reason.Candidate}: {reason.Why}\n");
        }
    }

    private static string Find(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "Usher.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "tests", "Golden", "1-dns");
    }
}
