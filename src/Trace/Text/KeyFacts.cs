using System.Globalization;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>Which facts of a hop are worth a line when nobody asked for all of them, and how they are called.</summary>
public static class KeyFacts
{
    /// <summary>The fact's name in the journey, and its words; <c>{}</c> stands for the value.</summary>
    private static readonly Dictionary<Hop, (string Fact, string Words)[]> Telling = new()
    {
        [Hop.Dns] = [("ttl", "TTL {} s"), ("server", "asked {}"), ("serverMs", "server took {} ms"), ("inferredFrom", "from {}")],
        [Hop.Tls] = [("version", "{}"), ("cipher", "{}"), ("alpn", "ALPN {}"), ("verified", "certificate verified: {}"), ("tcpConnectMs", "TCP connect {} ms"), ("verifyError", "{}")],
        [Hop.LoadBalancer] =
        [
            ("location", "to {}"), ("hostRewrittenTo", "host rewritten to {}"), ("rewrittenTo", "URL rewritten to {}"), ("connection", "connection {}"), ("connectionFate", "then {}"), ("tcpConnectMs", "TCP connect {} ms"),
            ("upstreamConnection", "target connection {}"), ("decided", "decided {}"), ("clientAddress", "client address {}"), ("datagramsFromClient", "datagrams: {} in"), ("datagramsToClient", "{} out"), ("firstAnswerMs", "first answer after {} ms"), ("closed", "{}"), ("upgrade", "upgraded to {}"), ("requestBytes", "{} B in"), ("responseBytes", "{} B out"), ("serverTiming", "Server-Timing is Usher's own (--server-timing)"), ("note", "{}"),
        ],
        [Hop.Node] = [("datagramsFromClient", "datagrams: {} in"), ("datagramsToClient", "{} out"), ("firstAnswerMs", "first answer after {} ms"), ("closed", "{}"), ("connection", "connection {}"), ("decided", "decided {}"), ("inferredFrom", "from {}")],
        [Hop.Ingress] =
        [
            ("rewrittenTo", "path rewritten to {}"), ("connection", "connection {}"), ("connectionFate", "then {}"), ("upstreamConnection", "backend connection {}"),
            ("generation", "generation {}"), ("note", "{}"),
        ],
        [Hop.Service] = [("decided", "decided {}"), ("inferredFrom", "from {}")],
        [Hop.Endpoint] = [("decided", "decided {}"), ("inferredFrom", "from {}")],
        [Hop.Pod] = [("runtime", "{}"), ("connection", "connection {}"), ("connectMs", "connect {} ms"), ("firstByteMs", "first byte after {} ms"), ("measuredBy", "measured by the {}")],
        [Hop.Application] = [("exception.type", "{}")],
        [Hop.Response] = [("clientFirstByteMs", "first byte at the client {} ms"), ("clientLastByteMs", "last {} ms")],
        [Hop.Browser] = [("domContentLoadedMs", "document parsed at {} ms"), ("loadMs", "loaded at {} ms"), ("requests", "{} requests")],
    };

    /// <summary>Those that most journeys don't have: what was rewritten, where a redirect leads, what a connection became.</summary>
    private static readonly HashSet<string> Rare =
    [
        "rewrittenTo", "hostRewrittenTo", "location", "upgrade", "note", "serverTiming", "verifyError", "exception.type", "closed",
        "datagramsFromClient", "datagramsToClient", "firstAnswerMs", "domContentLoadedMs", "loadMs", "requests",
    ];

    /// <summary>The facts in one line; empty when there are none.</summary>
    /// <param name="hop">The hop.</param>
    /// <param name="onlyRare">Without what is the same for most journeys.</param>
    public static string Line(HopReport hop, bool onlyRare = false) => string.Join(" · ", Telling[(hop ?? throw new ArgumentNullException(nameof(hop))).Hop]
        .Where(t => hop.Facts[t.Fact] is not null && (!onlyRare || Rare.Contains(t.Fact)))
        .Select(t => t.Words.Replace("{}", Value(t.Fact, hop.Facts[t.Fact]!), StringComparison.Ordinal)));

    /// <summary>Every fact but those that are told elsewhere.</summary>
    public static IEnumerable<string> All(HopReport hop) => (hop ?? throw new ArgumentNullException(nameof(hop))).Facts
        .Where(f => f.Value is not null && f.Key is not ("hops" or "problem"))
        .Select(f => $"{f.Key}: {Text(f.Value!)}");

    /// <summary>A fact in words: durations as the times beside the hops are written.</summary>
    private static string Value(string name, JsonNode value) =>
        name == "upgrade" && value is JsonObject upgrade
            ? $"{upgrade["protocol"]} for {Value("openMs", upgrade["openMs"]!)} ms, {upgrade["bytesFromClient"]} B from the client and {upgrade["bytesToClient"]} B to it ({upgrade["closedBy"]})"
            : name.EndsWith("Ms", StringComparison.Ordinal) && value.Number() is { } ms
            ? Columns.Milliseconds(ms)
            : Text(value);

    private static string Text(JsonNode value) => value switch
    {
        JsonObject parts => string.Join(", ", parts.Where(p => p.Value is not null).Select(p => $"{p.Key} {Text(p.Value!)}")),
        JsonArray list => string.Join(", ", list.Select(v => v is null ? "null" : Text(v))),
        JsonValue scalar when scalar.TryGetValue<bool>(out var flag) => flag ? "yes" : "no",
        JsonValue scalar when scalar.TryGetValue<double>(out var number) => number.ToString("0.###", CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
