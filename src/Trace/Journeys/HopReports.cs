using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Journeys;

/// <summary>Turns what a hop tells into a part of the journey.</summary>
internal static class HopReports
{
    /// <summary>The report of an account.</summary>
    /// <param name="account">What the hop tells.</param>
    /// <param name="evidence">How it is known.</param>
    /// <param name="startMs">When it began.</param>
    /// <param name="durationMs">How long it took.</param>
    /// <param name="at">For <c>service</c> and <c>endpoint</c>: where, unless the account itself says.</param>
    public static HopReport Report(this HopAccount account, Evidence evidence, double? startMs, double? durationMs, string? at = null)
    {
        var facts = (JsonObject)account.Facts.DeepClone();
        var told = facts["at"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        facts.Remove("at");
        if (account.Outcome is not null) facts["outcome"] = account.Outcome;
        return new HopReport
        {
            Step = account.Hop.Step(),
            Hop = account.Hop,
            At = account.Hop is Hop.Service or Hop.Endpoint ? told ?? at : null,
            Name = account.Name,
            Evidence = evidence,
            StartMs = startMs,
            DurationMs = durationMs,
            Ok = account.Ok,
            Decision = account.Decision,
            Facts = facts,
            Reasons = account.Reasons,
        };
    }

    /// <summary>Notes on which connection a request came and what became of that.</summary>
    public static void NoteConnection(this JsonObject facts, int requestOnConnection, string? fate)
    {
        facts["connection"] = requestOnConnection <= 1 ? "new" : $"reused (request {requestOnConnection})";
        if (fate is not null) facts["connectionFate"] = fate;
    }

    /// <summary>What an HTTP hop changed on the way out.</summary>
    public static RequestReport RequestOf(RequestRecord record) => new()
    {
        Added = Sorted(record.RequestChanges.Added),
        Removed = record.RequestChanges.Removed,
        Rewritten = Sorted(record.RequestChanges.Rewritten),
    };

    /// <summary>What came back through an HTTP hop.</summary>
    public static ResponseReport ResponseOf(RequestRecord record, Clock clock) => new()
    {
        Status = record.Status == 0 ? null : record.Status,
        AtMs = record.Status == 0 ? null : clock.At(record.FirstByteAt),
        EndMs = record.Status == 0 ? null : clock.At(record.EndedAt),
        Added = Sorted(record.ResponseChanges.Added),
        Removed = record.ResponseChanges.Removed,
        Rewritten = Sorted(record.ResponseChanges.Rewritten),
    };

    /// <summary>One order for every run: the hops' own is by hash.</summary>
    private static SortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> headers) =>
        new(headers.ToDictionary(), StringComparer.Ordinal);
}
