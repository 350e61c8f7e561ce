using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Trace.Journeys;

/// <summary>Steps 3 to 7: the hops that a request passes from the load balancer to the pod.</summary>
internal static class RoadHops
{
    /// <summary>An HTTP hop, and the accounts that its decision covers besides.</summary>
    /// <param name="record">The hop's record.</param>
    /// <param name="first">The load balancer's.</param>
    /// <param name="clock">Tells the times.</param>
    /// <param name="handshake">The handshake of the connection that the request arrived on, where one is on record.</param>
    public static IEnumerable<HopReport> Http(RequestRecord record, RequestRecord first, Clock clock, HandshakeRecord? handshake = null)
    {
        var start = clock.At(record.StartedAt);
        var took = clock.Between(record.StartedAt, record.EndedAt);
        var accounts = record.Decision?.Tell().ToList() ?? [];
        if (!accounts.Exists(a => a.Hop == record.Hop)) accounts.Insert(0, Undecided(record));
        foreach (var account in accounts)
        {
            if (account.Hop != record.Hop)
            {
                // What the hop decided in another's place (an ingress that picks the endpoint itself): the choice, which takes no time of its own.
                yield return account.Report(Evidence.Seen, start, null, "clusterIP");
                continue;
            }

            var report = account.Report(Evidence.Seen, start, took);
            report.Facts.NoteConnection(record.RequestOnConnection, record.DownstreamFate);
            report.Facts["peer"] = record.Downstream.From.ToString();
            report.Facts["scheme"] = record.Scheme;
            report.Facts["protocol"] = record.Protocol;
            if (record.SpanId != 0) report.Facts["spanId"] = record.SpanId.ToString("x16", CultureInfo.InvariantCulture);
            report.Facts["requestBytes"] = record.RequestBytes;
            report.Facts["responseBytes"] = record.ResponseBytes;
            if (record.Upstream is not null)
            {
                report.Facts["link"] = record.Link.Text();
                report.Facts["upstreamConnection"] = record.RequestOnUpstream <= 1 ? "new" : $"reused (request {record.RequestOnUpstream})";
                if (record.RequestOnUpstream <= 1) report.Facts["connectMs"] = clock.Between(record.ConnectStartedAt, record.ConnectedAt);
            }

            if (record.Stream is { } stream) Http2Facts.Tell(report.Facts, stream, record.Upstream);
            if (record.UpstreamTls is { } tls) report.Facts["tls"] = Encryption(handshake, tls);
            if (record.ServerTiming is { } timing) report.Facts["serverTiming"] = timing;
            if (record.Upgrade is { } upgrade) report.Facts["upgrade"] = Upgraded(upgrade, clock);
            if (record.Generation.Number != first.Generation.Number) report.Facts["generation"] = record.Generation.Number;
            if (record.Outcome is not null) report.Facts["outcome"] = record.Outcome;
            if (record.Problem is not null) report.Facts["problem"] = record.Problem;
            if (record.Note is not null) report.Facts["note"] = record.Note;
            yield return report with
            {
                Ok = report.Ok && record.Outcome is null,
                Request = HopReports.RequestOf(record),
                Response = HopReports.ResponseOf(record, clock),
            };
        }
    }

    /// <summary>What a relay did with the connection that an HTTP hop sent the request on.</summary>
    public static IEnumerable<HopReport> Relay(RequestRecord sender, RequestRecord first, Clock clock, string at)
    {
        if (sender.Via is not { } via) yield break;
        var opened = sender.RequestOnUpstream <= 1;
        var accounts = via.Decision?.Tell().ToList() ?? [];
        foreach (var account in accounts)
        {
            // A node carries the request to its end; a Service and its endpoint are a choice that is made once, when the connection opens.
            var (start, took) = account.Hop == Hop.Node
                ? (clock.At(opened ? via.AcceptedAt : sender.RequestSentAt), clock.Between(opened ? via.AcceptedAt : sender.RequestSentAt, sender.EndedAt))
                : opened ? (clock.At(via.AcceptedAt), clock.Between(via.AcceptedAt, via.ConnectedAt))
                : (null, null);
            var report = account.Report(Evidence.Seen, start, took, at);
            report.Facts.NoteConnection(sender.RequestOnUpstream, sender.UpstreamFate);
            if (!opened) report.Facts["decided"] = $"when the connection was opened, {sender.RequestOnUpstream - 1} request{(sender.RequestOnUpstream == 2 ? "" : "s")} ago";
            if (via.Generation.Number != first.Generation.Number) report.Facts["generation"] = via.Generation.Number;
            if (account.Hop == Hop.Endpoint && via.Upstream is not null) report.Facts["link"] = via.Link.Text();
            var unreached = account.Hop == Hop.Endpoint && via.Upstream is null && account.Ok;
            if (unreached) report.Facts["problem"] = Unreached(via, report, accounts.Find(a => a.Hop == Hop.Service)?.Name);
            yield return unreached ? report with { Ok = false } : report;
        }
    }

    /// <summary>
    /// Why a connection found nobody. A pod that stops while rules still lead to it is the failure of rolling updates: SIGTERM and the news set out together
    /// (Kubernetes documentation, Pod Lifecycle, "Termination of Pods"), and only a preStop hook lets the news arrive first.
    /// </summary>
    private static string Unreached(ConnectionRecord via, HopReport endpoint, string? service)
    {
        var reason = via.CloseReason ?? "the endpoint could not be reached";
        return endpoint.Facts["unheard"]?.GetValue<string>() is { } late
            ? $"{reason}; {late}. Give the pod a preStop hook (lifecycle.preStop.sleep) that outlasts this, so that it serves until everybody has heard"
            : endpoint.Facts["nodeStoppedSince"] is not null
            ? $"{reason}: node {endpoint.Facts["node"]} is stopped, and its pods stay endpoints until the control plane finds out"
            : via.Refused ? $"{reason}. Does the program of {endpoint.Name} listen on that port? It is the targetPort of Service {service}"
            : reason;
    }

    /// <summary>Where an HTTP hop's request ended up, through the relay if one stood there; null when it was not sent on.</summary>
    public static IPEndPoint? Reached(RequestRecord sender) => (sender.Via is { } via ? via.Upstream : sender.Upstream)?.To;

    /// <summary>The pod, which keeps no record: what the pods' hop knows of it, and what its caller measured.</summary>
    public static HopReport? Pod(RequestRecord caller, IPodAccounts? pods, Clock clock)
    {
        if (Reached(caller) is not { } bound || pods?.Account(bound) is not { } account) return null;
        var opened = caller.RequestOnUpstream <= 1 && caller.ConnectStartedAt != 0;
        // A connection that this request opened is the pod's own from the moment when the last relay had it.
        var began = !opened ? caller.RequestSentAt : caller.Via is { ConnectedAt: not 0 } last ? last.ConnectedAt : caller.ConnectStartedAt;
        var answered = caller.UpstreamStatus != 0;
        if (!answered) account = account with { Decision = $"{account.Decision}; it did not answer", Ok = false };
        // It has changed since: what the pods' hop tells is of now, and the answer was then.
        else if (!account.Ok) account = account with { Decision = $"it answered then; now {account.Decision}", Ok = true, Outcome = null };
        var report = account.Report(Evidence.Measured, clock.At(began), clock.Between(began, caller.EndedAt));
        report.Facts["bound"] ??= bound.ToString();
        report.Facts["measuredBy"] = caller.Hop.Name();
        report.Facts["stateOf"] = "when this was asked";
        report.Facts.NoteConnection(caller.RequestOnUpstream, caller.UpstreamFate);
        if (caller.RequestOnUpstream <= 1)
        {
            report.Facts["connectMs"] = caller.Via is { } via
                ? clock.Between(via.AcceptedAt, via.ConnectedAt)
                : clock.Between(caller.ConnectStartedAt, caller.ConnectedAt);
        }

        // The handshake went through every relay: what the caller encrypted, the pod decrypted.
        if (caller.UpstreamTls is { Version: { } version } tls) report.Facts["tls"] = new JsonObject { ["decrypted"] = $"{version} {tls.Cipher}", ["certificate"] = tls.Subject };
        if (answered) report.Facts["firstByteMs"] = clock.Between(caller.RequestSentAt, caller.FirstByteAt);
        return report with
        {
            Response = new ResponseReport
            {
                Status = answered ? caller.UpstreamStatus : null,
                AtMs = answered ? clock.At(caller.FirstByteAt) : null,
                EndMs = answered ? clock.At(caller.EndedAt) : null,
            },
        };
    }

    /// <summary>What a hop decrypted, and what it encrypted again.</summary>
    public static JsonObject Encryption(HandshakeRecord? handshake, UpstreamSecurity tls)
    {
        var told = new JsonObject { ["decrypted"] = handshake is { Version: not null } ? $"{handshake.Version} {handshake.Cipher}" : null };
        told["encrypted"] = tls.Version is null ? "handshake failed" : $"{tls.Version} {tls.Cipher}";
        told["alpn"] = tls.Alpn;
        told["certificate"] = tls.Subject;
        told["issuer"] = tls.Issuer;
        told["notAfter"] = tls.NotAfter?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        told["verified"] = tls.Verified;
        told["serverName"] = tls.ServerName;
        foreach (var unknown in told.Where(f => f.Value is null).Select(f => f.Key).ToList()) told.Remove(unknown);
        return told;
    }

    private static JsonObject Upgraded(UpgradeRecord upgrade, Clock clock) => new()
    {
        ["protocol"] = upgrade.Protocol,
        ["openMs"] = clock.Between(upgrade.OpenedAt, upgrade.ClosedAt),
        ["closedBy"] = upgrade.ClosedBy,
        ["bytesFromClient"] = upgrade.BytesUp,
        ["bytesToClient"] = upgrade.BytesDown,
    };

    private static string Text(this LinkKind link) => link == LinkKind.Express ? "express" : "wire";

    private static HopAccount Undecided(RequestRecord record)
    {
        var owner = record.Generation.Addresses.OwnerOf(record.Downstream.To.Address) is { } found ? LoadBalancerNode.BalancerOf(found) : (ResourceKey?)null;
        var name = owner is { } key ? key.Namespace.Length == 0 || record.Hop == Hop.LoadBalancer ? key.Name : $"{key.Namespace}/{key.Name}" : record.Downstream.To.ToString();
        return new HopAccount(record.Hop, name, "nothing was decided: the request was refused before")
        {
            Ok = false,
            Facts = new JsonObject { ["bound"] = record.Downstream.To.ToString() },
        };
    }
}
