using System.Runtime.CompilerServices;
using Usher.Model.Journeys;
using Usher.Trace.Journeys;

namespace Usher.Trace;

/// <summary>Journeys that ended since the last time.</summary>
/// <param name="Journeys">Those that are wanted, in the order in which they ended.</param>
/// <param name="Skipped">How many more may have been: they came faster than anybody reads.</param>
public sealed record EndedJourneys(IReadOnlyList<Journey> Journeys, long Skipped);

/// <summary>Tells journeys as they end, for somebody who watches.</summary>
/// <param name="log">The records.</param>
/// <param name="book">Tells them.</param>
/// <param name="time">The clock.</param>
public sealed class JourneyFollower(JourneyLog log, JourneyBook book, TimeProvider time)
{
    /// <summary>Journeys told in one go: telling one costs more than a request, and nobody reads more.</summary>
    internal const int Together = 20;

    /// <summary>How often it looks, and how long the records of later hops have to come.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>The journeys that end from this call on, until cancelled: requests, and handshakes that failed before any.</summary>
    public IAsyncEnumerable<EndedJourneys> FollowAsync(JourneyFilter filter, CancellationToken cancellationToken)
    {
        var (ended, handshake) = (log.Ended(), log.Handshakes.Failed.Newest);
        return FollowAsync(filter, ended, handshake, cancellationToken);
    }

    private async IAsyncEnumerable<EndedJourneys> FollowAsync(JourneyFilter filter, EndedRequestReader reader, long handshake, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var until = time.GetTimestamp() - Clock.Ticks(Interval / 2, time);
            var ended = reader.Read(until, out var lost);
            // Those that surely failed come first where only they are wanted; of others only their journeys tell.
            var maybe = ended.Where(r => filter.MayTake(r, time)).OrderBy(r => filter.Failed && r.IsFailed).ToList();
            var handshakes = log.Handshakes.Failed.OfClients(ref handshake, until);
            var told = maybe.TakeLast(Together).Select(book.Tell).Concat(handshakes.TakeLast(Together).Select(book.Tell)).Where(filter.Takes).OrderBy(j => j.StartedAt).ToList();
            var skipped = lost + Math.Max(0, maybe.Count - Together) + Math.Max(0, handshakes.Count - Together);
            if (told.Count > 0 || skipped > 0) yield return new EndedJourneys(told, skipped);
        }
    }
}
