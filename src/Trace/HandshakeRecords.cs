using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>The newest handshakes, by their connections; and those that failed, which the journeys of requests tell, or which are journeys of their own.</summary>
internal sealed class HandshakeRecords
{
    private readonly Ring<RequestRecord> requests;
    private readonly TimeProvider time;
    private readonly ConnectionTable<HandshakeRecord> table;
    private readonly Ring<HandshakeRecord> ended;
    private readonly RingFeed<HandshakeRecord> feed;

    /// <summary>No handshakes.</summary>
    /// <param name="requests">Where requests' journeys begin.</param>
    /// <param name="options">How many are kept.</param>
    /// <param name="time">The clock that records are made by.</param>
    public HandshakeRecords(Ring<RequestRecord> requests, TraceOptions options, TimeProvider time)
    {
        (this.requests, this.time) = (requests, time);
        table = new ConnectionTable<HandshakeRecord>(options.Connections, closedAt: null, keepClosed: 0);
        ended = new Ring<HandshakeRecord>(options.Connections);
        feed = new RingFeed<HandshakeRecord>(ended, options, time);
        Failed = new FailedHandshakes(options.FailedHandshakes, time);
    }

    /// <summary>Those that failed, those that a request's journey tells among them.</summary>
    public FailedHandshakes Failed { get; }

    /// <summary>Adds one that has ended.</summary>
    public void Add(HandshakeRecord record)
    {
        table.Add(record.Connection, record, time.GetTimestamp());
        Failed.Add(record);
        ended.Add(record);
        feed.Beat();
    }

    /// <summary>What ends from this call on.</summary>
    public IAsyncEnumerable<EndedHandshakes> FollowAsync(CancellationToken cancellationToken) =>
        feed.FollowAsync((ended, missed) => new EndedHandshakes(ended, missed), cancellationToken);

    /// <summary>The handshake of the connection that a request came on, or null.</summary>
    public HandshakeRecord? Of(RequestRecord request) =>
        request.Scheme == "https" && table.Find(request.Downstream) is { } found && found.AcceptedAt <= request.StartedAt ? found : null;

    /// <summary>The handshake of a client's connection, if it was accepted after <paramref name="since"/> ticks.</summary>
    public HandshakeRecord? Of(ConnectionId connection, long since) => table.Find(connection) is { } found && found.AcceptedAt >= since ? found : null;

    /// <summary>The handshake that failed, or the PROXY header that didn't come, where the load balancer's request was sent, which is as far as it got; null otherwise.</summary>
    public HandshakeRecord? Refusing(RequestRecord request) =>
        Unanswered(request) is { } connection && table.Find(connection) is { DoneAt: 0, Outcome: not null } found && Within(found, request) ? found : null;

    /// <summary>Those that failed, the newest first, without those that the journey of a request tells.</summary>
    public IEnumerable<HandshakeRecord> FailedAlone() => Failed.NewestFirst().Where(IsAlone);

    /// <summary>Whether no request's journey tells of it: the client's own handshakes come before any request.</summary>
    private bool IsAlone(HandshakeRecord failed) =>
        failed.Hop == Hop.Tls || !requests.NewestFirst().Any(r => Unanswered(r) is { } connection && Within(failed, r) && connection.Plain() == failed.Connection.Plain());

    /// <summary>The connection that was new, and on which no answer came, as its far end knows it; null where there is none.</summary>
    private static ConnectionId? Unanswered(RequestRecord request) => request is { UpstreamStatus: 0, RequestOnUpstream: <= 1 } ? request.Via?.Upstream ?? request.Upstream : null;

    private static bool Within(HandshakeRecord handshake, RequestRecord request) => handshake.AcceptedAt >= request.StartedAt && handshake.AcceptedAt <= request.EndedAt;
}
