using System.Globalization;
using System.Text;
using ARSoft.Tools.Net.Dns;
using Usher.Model.Journeys;
using Usher.Tests;

namespace Usher.Dns.Tests;

/// <summary>Answers and decisions as the golden cases have them.</summary>
internal static class Told
{
    /// <summary>Writes what was answered.</summary>
    public static void Answer(StringBuilder told, DnsMessage answer)
    {
        Assert.True(answer is { TransactionID: 0x1234, IsQuery: false, IsRecursionDesired: true });
        var flags = $"{(answer.IsAuthoritiveAnswer ? " aa" : "")}{(answer.IsTruncated ? " tc" : "")}{(answer.IsRecursionAllowed ? " ra" : "")}";
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

    /// <summary>Writes what a journey would say of a decision.</summary>
    public static void Decision(StringBuilder told, IDecision decision)
    {
        foreach (var account in decision.Tell())
        {
            told.Append(CultureInfo.InvariantCulture, $"  told {account.Hop} {account.Name} {account.Verdict()}: {account.Decision}\n");
            told.Append(CultureInfo.InvariantCulture, $"    facts {account.Facts.Text()}\n");
            told.AppendReasons(account);
        }
    }
}
