using Usher.Model.Journeys;

namespace Usher.Trace.Journeys;

/// <summary>The hops of a client's connection before anybody reads what it carries: a Network Load Balancer, the node and Service behind it.</summary>
internal static class RelayHops
{
    /// <summary>One hop for each account of each relay.</summary>
    /// <param name="path">The relays.</param>
    /// <param name="nth">Which request of the connection is told, from 1.</param>
    /// <param name="began">When that request began; 0 for the connection as a whole.</param>
    /// <param name="ended">When it ended.</param>
    /// <param name="generation">The journey's generation.</param>
    /// <param name="clock">Tells the times.</param>
    public static IEnumerable<HopReport> Tell(RelayPath path, int nth, long began, long ended, long generation, Clock clock)
    {
        foreach (var relay in path.Relays)
        {
            var accounts = relay.Decision?.Tell().ToList() ?? [];
            foreach (var account in accounts)
            {
                // A load balancer and a node carry the request to its end; a Service and its endpoint are a choice that is made once, when the connection opens.
                var carries = account.Hop is Hop.LoadBalancer or Hop.Node;
                var (start, took) = nth > 1
                    ? carries ? (clock.At(began), clock.Between(began, ended)) : (null, null)
                    : (clock.At(relay.AcceptedAt), clock.Between(relay.AcceptedAt, carries ? ended : relay.ConnectedAt));
                var report = account.Report(Evidence.Seen, start, took, "node");
                if (!relay.Downstream.Udp) report.Facts.NoteConnection(nth, null);
                if (nth > 1) report.Facts["decided"] = $"when the connection was opened, {nth - 1} request{(nth == 2 ? "" : "s")} ago";
                if (relay.Generation.Number != generation) report.Facts["generation"] = relay.Generation.Number;
                if (carries && relay.Flow is { } flow) Describe(report, relay, flow, clock);
                else if (account.Hop is Hop.LoadBalancer or Hop.Ingress) Describe(report, relay, nth, clock);
                yield return account == accounts[^1] && account.Ok && IsUnreached(relay) ? Unreached(report, relay, relay.CloseReason!) : report;
            }
        }
    }

    private static void Describe(HopReport report, ConnectionRecord relay, int nth, Clock clock)
    {
        if (relay.Upstream is null) return;
        if (relay.UpstreamTls is { } tls) report.Facts["tls"] = RoadHops.Encryption(relay.Handshake, tls);
        if (nth == 1) report.Facts["connectMs"] = clock.Between(relay.AcceptedAt, relay.ConnectedAt);
        if (relay.ClosedAt == 0) return;
        report.Facts["closed"] = relay.CloseReason;
        report.Facts["bytesFromClient"] = relay.BytesUp;
        report.Facts["bytesToClient"] = relay.BytesDown;
    }

    /// <summary>What a flow of datagrams has come to.</summary>
    private static void Describe(HopReport report, ConnectionRecord relay, FlowReading flow, Clock clock)
    {
        report.Facts["client"] = relay.Downstream.From.ToString();
        if (relay.Upstream is { } upstream) report.Facts["seenFrom"] = upstream.From.ToString();
        report.Facts["datagramsFromClient"] = flow.Counts.Up;
        report.Facts["datagramsToClient"] = flow.Counts.Down;
        report.Facts["bytesFromClient"] = flow.Counts.BytesUp;
        report.Facts["bytesToClient"] = flow.Counts.BytesDown;
        if (flow.Counts.Lost > 0) report.Facts["datagramsLost"] = flow.Counts.Lost;
        if (flow.AnsweredAt != 0) report.Facts["firstAnswerMs"] = clock.Between(relay.AcceptedAt, flow.AnsweredAt);
        if (relay.ClosedAt != 0) report.Facts["closed"] = relay.CloseReason;
    }

    // A connection finds nobody when it is dialled, a flow when a datagram is answered by an ICMP message.
    private static bool IsUnreached(ConnectionRecord relay) => relay.CloseReason is not null && (relay.Upstream is null || relay.UpstreamTls is { Version: null } || (relay.Downstream.Udp && relay.Refused));

    /// <summary>Where a relay decided and then found nobody, or nobody to encrypt for: the client's connection was reset.</summary>
    private static HopReport Unreached(HopReport report, ConnectionRecord relay, string why)
    {
        var udp = relay.Downstream.Udp;
        report.Facts["outcome"] = $"{report.Hop.Name()}.{(udp ? "dropped" : "reset")}.{(relay.UpstreamTls is not null ? "tls-handshake" : !relay.Refused ? "not-reached" : udp ? "port-unreachable" : "connection-refused")}";
        report.Facts["problem"] = udp ? $"{why}, so it was dropped" : $"{why}, so the client's connection was reset";
        return report with { Ok = false };
    }
}
