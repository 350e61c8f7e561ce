using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Trace.Journeys;

/// <summary>Steps 1, 2 and 10: what happens between the client and the load balancer's socket, from both sides.</summary>
internal static class ClientHops
{
    /// <summary>Step 1. <c>seen</c> when the name server has a record of the client's query, else <c>measured</c>.</summary>
    public static IEnumerable<HopReport> Dns(JourneyRecords records, Clock clock, TimeProvider time)
    {
        if (records.Client is not { Dns: { } dns } client) yield break;
        var done = Clock.Ticks(client.Times.DnsDone, client.Times, time);
        var took = clock.Between(clock.Origin, done);
        var accounts = records.Dns?.Decision.Tell().ToList() ?? [];
        if (accounts.Count == 0) accounts.Add(FromClient(dns, client.Failure));
        foreach (var account in accounts)
        {
            var report = account.Report(records.Dns is null ? Evidence.Measured : Evidence.Seen, clock.At(clock.Origin), took);
            report.Facts["server"] = dns.Server;
            if (dns.Answers.Count > 0) report.Facts["answers"] = new JsonArray([.. dns.Answers.Select(a => JsonValue.Create(a))]);
            if (dns.Ttl is { } ttl) report.Facts["ttl"] = ttl;
            if (dns.ResponseCode is { } code) report.Facts["responseCode"] = code;
            if (records.Dns is { } seen)
            {
                report.Facts["transport"] = seen.Tcp ? "tcp" : "udp";
                report.Facts["serverMs"] = clock.Between(seen.StartedAt, seen.EndedAt);
            }

            yield return report;
        }
    }

    /// <summary>Step 2, for a connection that speaks TLS.</summary>
    public static HopReport? Tls(JourneyRecords records, Clock clock, TimeProvider time)
    {
        var request = records.First;
        var client = records.Client;
        var secure = records.EndsInFront || (request is not null ? request.Scheme == "https" : client!.Url.StartsWith("https:", StringComparison.OrdinalIgnoreCase));
        if (!secure) return null;
        var nth = request?.RequestOnConnection ?? client!.RequestOnConnection;
        var handshake = records.Handshake;
        if (handshake is null && client?.Tls is null)
        {
            return nth > 1
                ? new HopAccount(Hop.Tls, request?.Host ?? "", $"connection reused: its handshake was {Requests(nth - 1)} ago and is not on record any more")
                    .Report(Evidence.Inferred, null, null)
                : null;
        }

        // With the client's report the whole of its wait counts; without, what the load balancer saw.
        var began = client is not null ? Clock.Ticks(client.Times.Connected, client.Times, time) : handshake!.AcceptedAt;
        var ended = client is not null ? Clock.Ticks(client.Times.TlsDone, client.Times, time) : handshake!.DoneAt;
        var account = handshake?.Decision?.Tell().FirstOrDefault(a => a.Hop == Hop.Tls) ?? Behind(handshake) ?? Plain(request, client, handshake, records.Path);
        if (nth > 1) account = account with { Decision = $"connection reused, handshake done {Requests(nth - 1)} ago: {account.Decision}" };
        var report = account.Report(
            handshake is null ? Evidence.Measured : Evidence.Seen,
            nth > 1 ? null : clock.At(began), nth > 1 ? null : clock.Between(began, ended));
        Describe(report.Facts, handshake, client?.Tls);
        report.Facts.NoteConnection(nth, null);
        if (nth == 1 && client is not null) report.Facts["tcpConnectMs"] = Connect(client, clock, time);
        if (nth == 1 && handshake is { DoneAt: not 0 }) report.Facts["serverMs"] = clock.Between(handshake.AcceptedAt, handshake.DoneAt);
        var refused = client?.Failure?.At == "tls" ? client.Failure.Message : null;
        var failure = handshake?.Failure ?? refused;
        if (failure is null) return report;
        report.Facts["problem"] ??= failure;
        // A client that noticed the failure of its handshake has words of its own; one that spoke no TLS noticed none.
        if (refused is null) report.Facts["outcome"] ??= handshake?.Outcome;
        return report with { Ok = false };
    }

    /// <summary>Step 2 of a connection that ended there, or the step of another hop whose port ends TLS.</summary>
    public static HopReport Failed(HandshakeRecord handshake, Clock clock)
    {
        var told = handshake.Decision?.Tell().FirstOrDefault(a => a.Hop == handshake.Hop)
            ?? new HopAccount(handshake.Hop, handshake.ServerName ?? handshake.Connection.To.ToString(), "no certificate was chosen");
        // What the choice itself says of a certificate that can't please is the cause; the client's alert only its effect.
        var account = told with { Decision = handshake.IsProxyHeader ? "no PROXY header came: the connection was closed" : $"handshake failed: {told.Decision}", Ok = false, Outcome = told.Outcome ?? handshake.Outcome };
        var report = account.Report(Evidence.Seen, clock.At(handshake.AcceptedAt), clock.Between(handshake.AcceptedAt, handshake.FailedAt));
        Describe(report.Facts, handshake, null);
        report.Facts["client"] = handshake.Connection.From.ToString();
        report.Facts["problem"] = report.Facts["problem"] is { } cause && cause.GetValue<string>() != handshake.Failure
            ? $"{handshake.Failure}. {cause.GetValue<string>()}"
            : handshake.Failure;
        return report;
    }

    /// <summary>How long the TCP connection took the client; null when it had one already.</summary>
    public static double? Connect(ClientReport client, Clock clock, TimeProvider time)
    {
        if (client.Times.Connected == 0) return null;
        var before = client.Times.DnsDone != 0 ? client.Times.DnsDone : client.Times.Start;
        return clock.Between(Clock.Ticks(before, client.Times, time), Clock.Ticks(client.Times.Connected, client.Times, time));
    }

    /// <summary>Step 7 of a connection that nobody read on its way: the pod at its end, and what the client measured.</summary>
    public static HopReport? Pod(ClientReport client, IPEndPoint bound, IPodAccounts? pods, Clock clock, TimeProvider time)
    {
        if (pods?.Account(bound) is not { } account) return null;
        var answered = client.Status is not null;
        if (!answered) account = account with { Decision = $"{account.Decision}; it did not answer", Ok = false };
        else if (!account.Ok) account = account with { Decision = $"it answered then; now {account.Decision}", Ok = true, Outcome = null };
        var sent = client.Times.TlsDone != 0 ? client.Times.TlsDone : client.Times.Connected;
        var began = Clock.Ticks(sent, client.Times, time);
        var report = account.Report(Evidence.Measured, clock.At(began), clock.Between(began, Clock.Ticks(client.Times.LastByte, client.Times, time)));
        report.Facts["bound"] ??= bound.ToString();
        report.Facts["measuredBy"] = "client";
        report.Facts["stateOf"] = "when this was asked";
        report.Facts.NoteConnection(client.RequestOnConnection, null);
        return report with
        {
            Response = new ResponseReport
            {
                Status = client.Status,
                AtMs = clock.At(Clock.Ticks(client.Times.FirstByte, client.Times, time)),
                EndMs = clock.At(Clock.Ticks(client.Times.LastByte, client.Times, time)),
            },
        };
    }

    /// <summary>Step 10.</summary>
    public static HopReport? Browser(JourneyRecords records, Clock clock, TimeProvider time)
    {
        if (records.Client is not { Browser: { } browser } client) return null;
        var from = clock.At(Clock.Ticks(client.Times.LastByte, client.Times, time));
        var facts = new JsonObject
        {
            ["firstContentfulPaintMs"] = browser.FirstContentfulPaintMs,
            ["domContentLoadedMs"] = browser.DomContentLoadedMs,
            ["loadMs"] = browser.LoadMs,
            ["requests"] = browser.Requests,
        };
        var decision = browser.FirstContentfulPaintMs is { } paint
            ? FormattableString.Invariant($"first content painted after {paint:0.#} ms")
            : "nothing was painted";
        return new HopAccount(Hop.Browser, browser.Name, decision) { Facts = facts }
            .Report(Evidence.Measured, from, browser.LoadMs is { } load && from is { } start ? Math.Max(0, Math.Round(load - start, 3)) : null);
    }

    private static HopAccount FromClient(ClientDns dns, ClientFailure? failure)
    {
        if (dns.Server is null) return GivenAddress.Account(dns.Name, dns.Answers);
        var failed = failure?.At == "dns";
        var decision = failed
            ? $"{dns.Name} was not resolved by {dns.Server}: {dns.ResponseCode ?? failure!.Message}"
            : $"{dns.Name} → {string.Join(", ", dns.Answers)}, from {dns.Server}";
        return new HopAccount(Hop.Dns, dns.Name, decision)
        {
            Ok = !failed,
            Outcome = failed ? $"dns.{dns.ResponseCode?.ToLowerInvariant() ?? "failed"}" : null,
        };
    }

    /// <summary>A handshake that passed the load balancer: the hop behind it that ended TLS tells of its certificate.</summary>
    private static HopAccount? Behind(HandshakeRecord? handshake) => handshake?.Decision?.Tell().FirstOrDefault(a => a.Hop == handshake.Hop) is not { } told ? null
        : new HopAccount(Hop.Tls, handshake.ServerName ?? "", $"{(handshake.DoneAt == 0 ? "handshake failed: " : "")}TLS ends at the {handshake.Hop.Name()}, not at the load balancer: {told.Decision}")
        {
            Facts = told.Facts,
            Ok = handshake.Failure is null,
            Outcome = handshake.Failure is null ? null : handshake.Outcome,
        };

    private static HopAccount Plain(RequestRecord? request, ClientReport? client, HandshakeRecord? handshake, RelayPath? path)
    {
        var done = handshake is null ? client?.Tls?.Error is null : handshake.Failure is null;
        var where = path is not null && handshake is null ? " with whoever is at the connection's end, not with the load balancer" : "";
        return new HopAccount(Hop.Tls, request?.Host ?? client?.Remote ?? "", done ? $"handshake done{where}" : "handshake failed")
        {
            Ok = done,
            Outcome = done ? null : handshake?.Outcome ?? "tls.failed",
        };
    }

    private static void Describe(JsonObject facts, HandshakeRecord? seen, ClientTls? measured)
    {
        if ((seen?.Version ?? measured?.Version) is { } version) facts["version"] = version;
        if ((seen?.Cipher ?? measured?.Cipher) is { } cipher) facts["cipher"] = cipher;
        if ((seen?.Alpn ?? measured?.Alpn) is { } alpn) facts["alpn"] = alpn;
        if (seen is { DoneAt: 0, Offered: { } offered }) facts["offered"] = offered;
        if (seen?.Alert is { } alert) facts["alert"] = alert;
        if (measured is null) return;
        facts["verified"] = measured.Verified;
        if (measured.Error is { } error) facts["verifyError"] = error;
        if (measured.Chain.Count > 0) facts["presented"] = new JsonArray([.. measured.Chain.Select(c => JsonValue.Create(c))]);
    }

    private static string Requests(int count) => count == 1 ? "1 request" : $"{count} requests";
}
