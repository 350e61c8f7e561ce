using System.Net;
using System.Runtime.CompilerServices;
using Usher.Model.Journeys;
using Usher.Trace.Export;
using Usher.Trace.Journeys;
using Usher.Trace.Keeping;
using Usher.Trace.Otlp;

namespace Usher.Trace;

/// <summary>Answers questions about requests: joins their records and tells their journeys.</summary>
public sealed class JourneyBook
{
    /// <summary>The fewest digits of an id's end that name a journey.</summary>
    public const int ShortId = 6;

    private readonly JourneyLog log;
    private readonly SpanStore spans;
    private readonly JourneyAssembler assembler;
    private readonly StoredJourneys stored;
    private readonly TraceOptions options;
    private readonly TimeProvider time;

    // A report lives as long as the record that it belongs to.
    private readonly ConditionalWeakTable<RequestRecord, ClientReport> reports = [];

    internal JourneyBook(JourneyLog log, SpanStore spans, JourneyAssembler assembler, StoredJourneys stored, TraceOptions options, TimeProvider time)
    {
        this.stored = stored;
        this.log = log;
        this.spans = spans;
        this.assembler = assembler;
        this.options = options;
        this.time = time;
    }

    /// <summary>The journey with this id, of this run or of one before; null when none is kept.</summary>
    public Journey? Find(string id) =>
        log.Find(id) is { } first ? Tell(first)
        : log.FailedHandshakes().FirstOrDefault(h => h.JourneyId == id) is { } handshake ? Tell(handshake)
        : log.Flows().FirstOrDefault(f => f.JourneyId == id) is { } flow ? Tell(flow)
        : stored.Find(id);

    /// <summary>The journey with this id; else those whose ids end so, at least <see cref="ShortId"/> digits given and a few at most: people don't type 35 characters.</summary>
    public IReadOnlyList<Journey> FindAll(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (Find(id) is { } one) return [one];
        if (id.Length < ShortId || id.Any(c => !char.IsAsciiHexDigitLower(c))) return [];
        return [.. log.NewestFirst().Select(r => r.JourneyId).Concat(log.FailedHandshakes().Select(h => h.JourneyId)).Concat(log.Flows().Select(f => f.JourneyId)).Concat(stored.Ids)
            .OfType<string>().Where(known => known.EndsWith(id, StringComparison.Ordinal)).Distinct().Take(5).Select(Find).OfType<Journey>()];
    }

    /// <summary>The newest journeys, and with them the handshakes that failed before any request, and flows of datagrams; then those of earlier runs.</summary>
    /// <param name="filter">Which; null for all.</param>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<Journey> Recent(JourneyFilter? filter = null, int limit = 50)
    {
        filter ??= JourneyFilter.All;
        var journeys = Requests(filter).Select(Tell).Where(filter.Takes).Take(limit);
        // Nobody's visit.
        List<Journey> others = filter.Visit is not null ? []
            : [.. log.FailedHandshakes().Select(Tell).Where(filter.Takes).Take(limit), .. log.Flows().Select(Tell).Where(filter.Takes).Take(limit)];
        List<Journey> found = others.Count == 0 ? [.. journeys] : [.. journeys.Concat(others).OrderByDescending(j => j.StartedAt).Take(limit)];
        if (found.Count < limit) found.AddRange(stored.NewestFirst(filter.Failed, log.InMemory()).Where(filter.Takes).Take(limit - found.Count));
        return found;
    }

    /// <summary>Every journey that is kept, in memory or stored, the oldest first; requests are told one after the other, so that they need not be in memory together.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IEnumerable<Journey> All(JourneyFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        foreach (var journey in stored.OldestFirst(filter.Failed, log.InMemory()).Concat(Remembered(filter)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (filter.Takes(journey)) yield return journey;
        }
    }

    /// <summary>Requests whose journeys may be wanted, by what is known without telling them, the newest first.</summary>
    internal IEnumerable<RequestRecord> Requests(JourneyFilter filter) => log.NewestFirst().Where(first => (filter.Visit is null || VisitOf(first) == filter.Visit) && filter.MayTake(first, time));

    /// <summary>What is in memory: requests with the handshakes and flows that began before them.</summary>
    private IEnumerable<Journey> Remembered(JourneyFilter filter)
    {
        var requests = Requests(filter).Reverse().ToList();
        var others = new Queue<Journey>(log.FailedHandshakes().Select(Tell).Concat(log.Flows().Select(Tell)).OrderBy(j => j.StartedAt));
        foreach (var request in requests)
        {
            while (others.TryPeek(out var other) && other.StartedAt <= request.StartedOn) yield return others.Dequeue();
            yield return Tell(request);
        }

        foreach (var other in others) yield return other;
    }

    /// <summary>
    /// A journey as an <c>ExportTraceServiceRequest</c>: the spans of its hops, and those of the applications as they came. Empty for a trace that its caller doesn't record; null when no journey with this id is kept.
    /// </summary>
    public byte[]? SpansOf(string id)
    {
        if (Find(id) is not { } journey) return null;
        if (journey.Sampled == false) return [];
        var records = log.Find(id) is { } first ? Join(first) : null;
        var reported = records is null ? [] : JourneyAssembler.SpansOf(records, Clock.For(records, time));
        return [.. SpanWriter.Write(JourneySpans.Of(journey)), .. SpanOrigin.Write(reported)];
    }

    /// <summary>The spans of a journey's hops alone, as an <c>ExportTraceServiceRequest</c>, for one that nobody keeps.</summary>
    public static byte[] SpansOf(Journey journey) => SpanWriter.Write(JourneySpans.Of(journey));

    /// <summary>What is known of a request now.</summary>
    internal Journey Tell(RequestRecord first) => assembler.Assemble(Join(first));

    /// <summary>What is known of a connection whose handshake failed.</summary>
    internal Journey Tell(HandshakeRecord failed) => assembler.Assemble(failed);

    /// <summary>What is known of a flow of datagrams.</summary>
    private Journey Tell(ConnectionRecord flow) => FlowJourney.Tell(log.Paths.Of(flow), time);

    /// <summary>
    /// The journey that a client reports, once its records are there.
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
    public async Task<(Journey? Journey, string? Reason)> TellAsync(ClientReport report, CancellationToken cancellationToken)
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
        reports.AddOrUpdate(first, report);

        // 3
        await BehindAsync(first, cancellationToken);

        // 4
        if (BringsSpans(first, report.ExpectSpans))
        {
            await spans.Added.UntilAsync(() => HasItsSpans(first), options.SpanWait, time, cancellationToken);
        }

        // 5
        await QueryAsync(report, since, cancellationToken);
        return (assembler.Assemble(Join(first)), null);
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
            Dns = QueryOf(report, since),
            Handshake = connection is null ? null : path?.Handshake ?? log.HandshakeOf(path?.Last ?? connection, since),
            Path = path,
        }), null);
    }

    /// <summary>Whether nobody on a client's connection reads what it carries: it ends at a pod, or found nobody.</summary>
    private bool PassesUnread(ConnectionId connection, long since) =>
        log.Paths.From(connection, since) is { } path && (path.EncryptedInVain || (path.Last is { } last ? !assembler.ReadsHttp(path.Relays[^1].Generation, last.To) : path.Relays[^1].CloseReason is not null));

    private JourneyRecords Join(RequestRecord first)
    {
        first.Via ??= log.RelayOf(first);
        var report = reports.TryGetValue(first, out var kept) ? kept : null;
        var ingress = Behind(first);
        if (ingress is not null) ingress.Via ??= log.RelayOf(ingress);
        var (path, read) = (log.Paths.Of(first), log.HandshakeOf(first));
        return new JourneyRecords
        {
            First = first,
            Ingress = ingress,
            Path = path,
            Refused = ingress is null ? log.RefusedOf(first) : null,
            Handshake = path?.Handshake ?? read,
            Read = read,
            Dns = report is null ? null : QueryOf(report, Clock.Ticks(report.Times.Start, report.Times, time)),
            Client = report,
            Spans = spans.Of(ingress?.TraceId ?? first.TraceId),
        };
    }

    /// <summary>The record of the hop that the load balancer's request reached.</summary>
    private RequestRecord? Behind(RequestRecord first)
    {
        if (RoadHops.Reached(first) is null) return null;
        var sent = (first.Via?.Upstream ?? first.Upstream)!.Plain();
        return log.BehindLoadBalancer(first).FirstOrDefault(r => r.Downstream.Plain() == sent);
    }

    private async Task BehindAsync(RequestRecord first, CancellationToken cancellationToken)
    {
        // Behind an ingress stands an application, which keeps no records.
        if (first.Hop != Hop.LoadBalancer || RoadHops.Reached(first) is not { } reached) return;
        var limit = log.KeepsRecords(reached) ? options.LateRecordWait : options.UnknownHopWait;
        await log.Added.UntilAsync(() => Behind(first) is not null || log.RefusedOf(first) is not null, limit, time, cancellationToken);
    }

    /// <summary>
    /// Whether spans are worth waiting for: the request reached an upstream, and requests to this host have brought some lately, or none was
    /// there before to tell and the client expects them.
    /// </summary>
    private bool BringsSpans(RequestRecord first, bool expected)
    {
        if (RoadHops.Reached(Behind(first) ?? first) is null) return false;
        var earlier = log.NewestFirst().Take(256).Where(r => r != first && r.Host == first.Host && RoadHops.Reached(Behind(r) ?? r) is not null).ToList();
        return earlier.Count == 0 ? expected || HasItsSpans(first) : earlier.Exists(r => spans.Has(Behind(r)?.TraceId ?? r.TraceId));
    }

    /// <summary>The visit of a browser that a request belongs to: as its client reported it, or as its user agent names it.</summary>
    private string? VisitOf(RequestRecord first) =>
        (reports.TryGetValue(first, out var report) ? report.Visit : null) ?? Visits.Of(first.UserAgent);

    private bool HasItsSpans(RequestRecord first)
    {
        var records = Join(first);
        return ApplicationHops.Complete(JourneyAssembler.SpansOf(records, Clock.For(records, time)));
    }

    /// <summary>The name server adds its record after it answered, so the client may be faster.</summary>
    private async Task QueryAsync(ClientReport report, long since, CancellationToken cancellationToken)
    {
        if (report.Dns is not { Server: not null, QueryId: not null }) return;
        await log.Added.UntilAsync(() => QueryOf(report, since) is not null, options.UnknownHopWait, time, cancellationToken);
    }

    private DnsRecord? QueryOf(ClientReport report, long since) =>
        report.Dns is { QueryId: { } id, Local: { } local } && IPEndPoint.TryParse(local, out var end)
            ? log.Find(end, id, since, report.Times.DnsDone == 0 ? long.MaxValue : Clock.Ticks(report.Times.DnsDone, report.Times, time))
            : null;

    private static ConnectionId? Connection(ClientReport report) =>
        IPEndPoint.TryParse(report.Local ?? "", out var from) && IPEndPoint.TryParse(report.Remote ?? "", out var to)
            ? new ConnectionId(from, to).Plain()
            : null;
}
