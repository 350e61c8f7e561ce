using System.Runtime.CompilerServices;
using Usher.Model.Journeys;
using Usher.Trace.Keeping;

namespace Usher.Trace;

/// <summary>
/// Lists journeys for somebody who looks again and again: what was told of a request whose late records have had their time isn't told anew.
/// </summary>
public sealed class JourneyHeadlines
{
    private readonly JourneyLog log;
    private readonly JourneyBook book;
    private readonly StoredJourneys stored;
    private readonly TraceOptions options;
    private readonly TimeProvider time;

    // Lives as long as the record that it was told from.
    private readonly ConditionalWeakTable<object, JourneyHeadline> settled = [];

    internal JourneyHeadlines(JourneyLog log, JourneyBook book, StoredJourneys stored, TraceOptions options, TimeProvider time)
    {
        this.log = log;
        this.book = book;
        this.stored = stored;
        this.options = options;
        this.time = time;
    }

    /// <summary>The newest journeys: requests, and handshakes that failed before any; then those of earlier runs. The newest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<JourneyHeadline> Recent(JourneyFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var found = new List<JourneyHeadline>();
        foreach (var request in book.Requests(filter))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (found.Count == limit) break;
            var told = Of(request, request.EndedAt, book.Tell);
            if (filter.Takes(told)) found.Add(told);
        }

        var handshakes = log.Handshakes.FailedAlone().Take(limit).Select(h => Of(h, h.FailedAt, book.Tell)).Where(filter.Takes).ToList();
        if (handshakes.Count > 0) found = [.. found.Concat(handshakes).OrderByDescending(j => j.StartedAt).Take(limit)];
        if (found.Count < limit) found.AddRange(stored.Headlines(filter.Failed, log.InMemory()).Where(filter.Takes).Take(limit - found.Count));
        return found;
    }

    private JourneyHeadline Of<T>(T record, long endedAt, Func<T, Journey> tell) where T : class
    {
        if (settled.TryGetValue(record, out var known)) return known;
        // Whether it has had its time is asked before it is told.
        var isSettled = time.GetElapsedTime(endedAt) > options.KeepSettle;
        var told = JourneyHeadline.Of(tell(record));
        if (isSettled) settled.AddOrUpdate(record, told);
        return told;
    }
}
