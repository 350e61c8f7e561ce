using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>
/// Handshakes that failed, to be listed: the newest of clients, and as many of those behind the load balancer. There a failure that repeats itself within a minute counts once: a
/// load balancer's health checks would fill the list with one and the same.
/// </summary>
internal sealed class FailedHandshakes(int capacity, TimeProvider time)
{
    private static readonly TimeSpan Repeat = TimeSpan.FromMinutes(1);
    private readonly Ring<HandshakeRecord> clients = new(capacity);
    private readonly Ring<HandshakeRecord> behind = new(capacity);

    /// <summary>Lists a handshake that failed, under an id of its own. A connection on which nothing was said is none.</summary>
    public void Add(HandshakeRecord record)
    {
        if (record.Outcome is null) return;
        var ring = record.Hop == Hop.Tls ? clients : behind;
        if (ring == behind && ring.NewestFirst().TakeWhile(h => time.GetElapsedTime(h.FailedAt, record.FailedAt) < Repeat).Any(h => Same(h, record))) return;
        record.JourneyId ??= JourneyIds.New(time.GetUtcNow());
        ring.Add(record);
    }

    /// <summary>The number of the newest of clients.</summary>
    public long Newest => clients.Newest;

    /// <summary>All of them, the newest first.</summary>
    public IEnumerable<HandshakeRecord> NewestFirst() => clients.NewestFirst().Concat(behind.NewestFirst()).OrderByDescending(h => h.FailedAt);

    /// <summary>Those of clients, the newest first.</summary>
    public IEnumerable<HandshakeRecord> OfClients() => clients.NewestFirst();

    /// <summary>Clients' handshakes after a number that failed until a moment, in order; the number moves on to the last of them.</summary>
    public IReadOnlyList<HandshakeRecord> OfClients(ref long after, long until) => clients.After(ref after, h => h.FailedAt <= until);

    /// <summary>The same, at most so many at once.</summary>
    /// <returns>How many gave way before the first of them.</returns>
    public long OfClients(ref long after, long until, int limit, List<HandshakeRecord> into) => clients.After(ref after, into, h => into.Count < limit && h.FailedAt <= until);

    private static bool Same(HandshakeRecord one, HandshakeRecord other) =>
        one.Outcome == other.Outcome && one.ServerName == other.ServerName && one.Connection.To.Equals(other.Connection.To) && one.Connection.From.Address.Equals(other.Connection.From.Address);
}
