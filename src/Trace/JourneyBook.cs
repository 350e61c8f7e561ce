using Usher.Model.Journeys;
using Usher.Trace.Export;
using Usher.Trace.Keeping;
using Usher.Trace.Otlp;

namespace Usher.Trace;

/// <summary>Answers questions about requests: finds, lists and exports their journeys, from memory and from the store.</summary>
public sealed class JourneyBook
{
    /// <summary>The fewest digits of an id's end that name a journey.</summary>
    public const int ShortId = 6;

    private readonly JourneyLog log;
    private readonly JourneyTeller teller;
    private readonly ReportedJourneys reported;
    private readonly StoredJourneys stored;
    private readonly TimeProvider time;

    internal JourneyBook(JourneyLog log, JourneyTeller teller, ReportedJourneys reported, StoredJourneys stored, TimeProvider time)
    {
        this.log = log;
        this.teller = teller;
        this.reported = reported;
        this.stored = stored;
        this.time = time;
    }

    /// <summary>The journey with this id, of this run or of one before; null when none is kept.</summary>
    public Journey? Find(string id) =>
        log.Find(id) is { } first ? Tell(first)
        : log.Handshakes.FailedAlone().FirstOrDefault(h => h.JourneyId == id) is { } handshake ? Tell(handshake)
        : log.Flows().FirstOrDefault(f => f.JourneyId == id) is { } flow ? Tell(flow)
        : stored.Find(id);

    /// <summary>The journey with this id; else those whose ids end so, at least <see cref="ShortId"/> digits given and a few at most: people don't type 35 characters.</summary>
    public IReadOnlyList<Journey> FindAll(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (Find(id) is { } one) return [one];
        if (id.Length < ShortId || id.Any(c => !char.IsAsciiHexDigitLower(c))) return [];
        return [.. log.NewestFirst().Select(r => r.JourneyId).Concat(log.Handshakes.FailedAlone().Select(h => h.JourneyId)).Concat(log.Flows().Select(f => f.JourneyId)).Concat(stored.Ids)
            .OfType<string>().Where(known => known.EndsWith(id, StringComparison.Ordinal)).Distinct().Take(5).Select(Find).OfType<Journey>()];
    }

    /// <summary>What is known of a journey that isn't kept in full, by its id or at least <see cref="ShortId"/> last digits of it, and why that is all; null when none is known.</summary>
    internal string? InBrief(string id) => id.Length < ShortId ? null : log.InBrief(id);

    /// <summary>The newest journeys, and with them the handshakes that failed before any request, and flows of datagrams; then those of earlier runs.</summary>
    /// <param name="filter">Which; null for all.</param>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<Journey> Recent(JourneyFilter? filter = null, int limit = 50)
    {
        filter ??= JourneyFilter.All;
        var journeys = Requests(filter).Select(Tell).Where(filter.Takes).Take(limit);
        // Nobody's visit.
        List<Journey> others = filter.Visit is not null ? []
            : [.. log.Handshakes.FailedAlone().Select(Tell).Where(filter.Takes).Take(limit), .. log.Flows().Select(Tell).Where(filter.Takes).Take(limit)];
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
    internal IEnumerable<RequestRecord> Requests(JourneyFilter filter) => log.NewestFirst().Where(first => (filter.Visit is null || teller.VisitOf(first) == filter.Visit) && filter.MayTake(first, time));

    /// <summary>What is in memory: requests with the handshakes and flows that began before them.</summary>
    private IEnumerable<Journey> Remembered(JourneyFilter filter)
    {
        var requests = Requests(filter).Reverse().ToList();
        var others = new Queue<Journey>(log.Handshakes.FailedAlone().Select(Tell).Concat(log.Flows().Select(Tell)).OrderBy(j => j.StartedAt));
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
        var applications = log.Find(id) is { } first ? teller.SpansOf(first) : [];
        return [.. SpanWriter.Write(JourneySpans.Of(journey)), .. SpanOrigin.Write(applications)];
    }

    /// <summary>The spans of a journey's hops alone, as an <c>ExportTraceServiceRequest</c>, for one that nobody keeps.</summary>
    public static byte[] SpansOf(Journey journey) => SpanWriter.Write(JourneySpans.Of(journey));

    /// <summary>The journey that a client reports, once its records are there.</summary>
    /// <returns>The journey, or why there is none.</returns>
    public Task<(Journey? Journey, string? Reason)> TellAsync(ClientReport report, CancellationToken cancellationToken) => reported.TellAsync(report, cancellationToken);

    /// <summary>What is known of a request now.</summary>
    internal Journey Tell(RequestRecord first) => teller.Tell(first);

    /// <summary>What is known of a connection whose handshake failed.</summary>
    internal Journey Tell(HandshakeRecord failed) => teller.Tell(failed);

    /// <summary>What is known of a flow of datagrams.</summary>
    private Journey Tell(ConnectionRecord flow) => teller.Tell(flow);
}
