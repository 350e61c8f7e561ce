using System.Security.Cryptography;
using System.Text;
using Usher.Model.Journeys;

namespace Usher.Trace.Export;

/// <summary>
/// Ids of spans that nobody drew while the request was under way: functions of the journey's id and the hop, so that a journey that is exported twice has the same spans twice. Those that went over the wire are taken as they went.
/// </summary>
internal static class SpanIds
{
    /// <summary>The id of a hop's span.</summary>
    /// <param name="journeyId">The journey's.</param>
    /// <param name="hop">Which of its hops.</param>
    internal static string Of(string journeyId, string hop) => Hash($"{journeyId} {hop}", 8);

    /// <summary>The trace of a journey: its trace id, else the digits of its own id.</summary>
    internal static string TraceOf(Journey journey) => journey.TraceId ?? TraceRoot.TraceIdOf(journey.Id) ?? Hash(journey.Id, 16);

    /// <summary>The parent that a <c>traceparent</c> which a hop sent on names; null for none.</summary>
    internal static string? SentOn(HopReport hop)
    {
        var sent = Header(hop.Request?.Added) ?? Header(hop.Request?.Rewritten);
        return sent?.Split('-') is [_, _, { Length: 16 } parent, ..] && parent.All(char.IsAsciiHexDigitLower) && parent.Any(c => c != '0') ? parent : null;
    }

    private static string? Header(IReadOnlyDictionary<string, string>? headers) =>
        headers?.FirstOrDefault(h => h.Key.Equals("traceparent", StringComparison.OrdinalIgnoreCase)).Value;

    private static string Hash(string text, int bytes) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, bytes));
}
