using System.Net;
using Usher.Model.Journeys;
using Usher.Trace.Journeys;
using Usher.Trace.Otlp;

namespace Usher.Trace;

/// <summary>The journeys that clients report, once their records are there.</summary>
internal sealed class ReportedJourneys(JourneyLog log, SpanStore spans, JourneyTeller teller, JourneyAssembler assembler, TraceOptions options, TimeProvider time)
{
    /// <summary>
    /// Tells it.
    /// <list type="number">
    /// <item>Wait for the record of the first hop that reads HTTP; without one, tell what the client, the name server, the handshake and the relays know.</item>
    /// <item>Keep the report with the record.</item>
    /// <item>Wait for the record of the hop behind, which may end a moment later than the load balancer's.</item>
    /// <item>Wait for spans, where this host's requests have brought some before or the client expects them.</item>
    /// <item>Join and tell.</item>
    /// </list>
    /// Every wait has a limit (<see cref="TraceOptions"/>).
    /// </summary>
    /// <returns>The journey, or why there is none.</returns>
    internal async Task<(Journey? Journey, string? Reason)> TellAsync(ClientReport report, CancellationToken cancellationToken)
    {
        var since = Clock.Ticks(report.Times.Start, report.Times, time);
        var connection = Connection(report);

        // 1
        RequestRecord? first = null;
        if (connection is not null)
        {
            var limit = report.Failure?.At is "connect" or "tls" ? TimeSpan.Zero : options.RecordWait;
            await log.Added.UntilAsync(
                () => (first = log.Find(connection, report.RequestOnConnection, since)) is not null || PassesUnread(connection, since), limit, time, cancellationToken);
        }

        if (first is null) return await WithoutRequestAsync(report, connection, since, cancellationToken);

        // 2
        teller.Keep(first, report);

        // 3
        await BehindAsync(first, cancellationToken);

        // 4
        if (BringsSpans(first, report.ExpectSpans))
        {
            await spans.Added.UntilAsync(() => HasItsSpans(first), options.SpanWait, time, cancellationToken);
        }

        // 5
        await QueryAsync(report, since, cancellationToken);
        return (teller.Tell(first), null);
    }

    private async Task<(Journey? Journey, string? Reason)> WithoutRequestAsync(
        ClientReport report, ConnectionId? connection, long since, CancellationToken cancellationToken)
    {
        var path = connection is null ? null : log.Paths.From(connection, since);
        if (report.Failure is null && path is null)
        {
            return (null, connection is null
                ? "the report names no connection (local and remote), so it can't be joined to a request"
                : $"no load balancer of this road has recorded request {report.RequestOnConnection} of {connection}: "
                    + "it went elsewhere, or its record has given way to newer ones");
        }

        await QueryAsync(report, since, cancellationToken);
        return (assembler.Assemble(new JourneyRecords
        {
            Client = report,
            Dns = teller.QueryOf(report, since),
            Handshake = connection is null ? null : path?.Handshake ?? log.Handshakes.Of(path?.Last ?? connection, since),
            Path = path,
        }), null);
    }

    /// <summary>Whether nobody on a client's connection reads what it carries: it ends at a pod, or found nobody.</summary>
    private bool PassesUnread(ConnectionId connection, long since) =>
        log.Paths.From(connection, since) is { } path && (path.EncryptedInVain || (path.Last is { } last ? !assembler.ReadsHttp(path.Relays[^1].Generation, last.To) : path.Relays[^1].CloseReason is not null));

    private async Task BehindAsync(RequestRecord first, CancellationToken cancellationToken)
    {
        // Behind an ingress stands an application, which keeps no records.
        if (first.Hop != Hop.LoadBalancer || RoadHops.Reached(first) is not { } reached) return;
        var limit = log.KeepsRecords(reached) ? options.LateRecordWait : options.UnknownHopWait;
        await log.Added.UntilAsync(() => teller.Behind(first) is not null || log.Handshakes.Refusing(first) is not null, limit, time, cancellationToken);
    }

    /// <summary>
    /// Whether spans are worth waiting for: the request reached an upstream, and requests to this host have brought some lately, or none was
    /// there before to tell and the client expects them.
    /// </summary>
    private bool BringsSpans(RequestRecord first, bool expected)
    {
        if (RoadHops.Reached(teller.Behind(first) ?? first) is null) return false;
        var earlier = log.NewestFirst().Take(256).Where(r => r != first && r.Host == first.Host && RoadHops.Reached(teller.Behind(r) ?? r) is not null).ToList();
        return earlier.Count == 0 ? expected || HasItsSpans(first) : earlier.Exists(r => spans.Has(teller.Behind(r)?.TraceId ?? r.TraceId));
    }

    private bool HasItsSpans(RequestRecord first) => ApplicationHops.Complete(teller.SpansOf(first));

    /// <summary>The name server adds its record after it answered, so the client may be faster.</summary>
    private async Task QueryAsync(ClientReport report, long since, CancellationToken cancellationToken)
    {
        if (report.Dns is not { Server: not null, QueryId: not null }) return;
        await log.Added.UntilAsync(() => teller.QueryOf(report, since) is not null, options.UnknownHopWait, time, cancellationToken);
    }

    private static ConnectionId? Connection(ClientReport report) =>
        IPEndPoint.TryParse(report.Local ?? "", out var from) && IPEndPoint.TryParse(report.Remote ?? "", out var to)
            ? new ConnectionId(from, to).Plain()
            : null;
}
