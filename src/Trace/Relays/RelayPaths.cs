using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Usher.Model.Journeys;
using Usher.Trace.Journeys;

namespace Usher.Trace;

/// <summary>
/// Finds the way of connections through relays, forwards from a client's end and back from a request. Relays are joined by the connections between them, which both know. Until a load balancer has relayed
/// anything, this costs nothing.
/// </summary>
internal sealed class RelayPaths
{
    /// <summary>A load balancer, another, and a node.</summary>
    private const int MostRelays = 8;

    private readonly ConnectionTable<ConnectionRecord> accepted;
    private readonly ConnectionTable<ConnectionRecord> dialled;
    private readonly TimeProvider time;

    // A port may be another connection's by the time that somebody asks: what was found when the request ended counts.
    private readonly ConditionalWeakTable<RequestRecord, RelayPath> kept = [];
    // The relay behind that of a flow of datagrams: it may forget its flow long before the load balancer does.
    private readonly ConditionalWeakTable<ConnectionRecord, ConnectionRecord> behind = [];
    private volatile bool used;

    /// <param name="accepted">Relays' records by the connection that they accepted.</param>
    /// <param name="options">How many records are kept, and for how long.</param>
    /// <param name="time">The clock.</param>
    public RelayPaths(ConnectionTable<ConnectionRecord> accepted, TraceOptions options, TimeProvider time)
    {
        (this.accepted, this.time) = (accepted, time);
        dialled = new ConnectionTable<ConnectionRecord>(options.Connections, c => c.ClosedAt, Clock.Ticks(options.ClosedConnections, time));
    }

    /// <summary>A relay has accepted a connection.</summary>
    public void Accepted(ConnectionRecord record)
    {
        if (record.Hop == Hop.LoadBalancer) used = true;
        if (record.Downstream.Udp && used && dialled.Find(record.Downstream) is { } before) behind.AddOrUpdate(before, record);
    }

    /// <summary>A relay's connection leads on.</summary>
    public void Connected(ConnectionRecord record)
    {
        if (used && record.Upstream is { } upstream) dialled.Add(upstream, record, time.GetTimestamp());
    }

    /// <summary>Lets records go whose connections closed long ago.</summary>
    public void Sweep()
    {
        if (used) dialled.Sweep(time.GetTimestamp());
    }

    /// <summary>Keeps the path of a request that has ended, where a load balancer's relay stands at its beginning; null where none does.</summary>
    public RelayPath? Keep(RequestRecord request)
    {
        // What reads a handshake as a request has none of the client's.
        if (!used || To(request) is not { EncryptedInVain: false } path) return null;
        kept.AddOrUpdate(request, path);
        return path;
    }

    /// <summary>The path that was kept with a request, or null.</summary>
    public RelayPath? Of(RequestRecord request) => kept.TryGetValue(request, out var path) ? path : null;

    /// <summary>As far as a client's connection has come that a load balancer's relay accepted after <paramref name="since"/> ticks; null for any other.</summary>
    public RelayPath? From(ConnectionId client, long since)
    {
        if (!used || accepted.Find(client) is not { Hop: Hop.LoadBalancer } first || first.AcceptedAt < since) return null;
        var relays = ImmutableArray.CreateBuilder<ConnectionRecord>();
        for (var next = first; next is not null && relays.Count < MostRelays; next = Next(next)) relays.Add(next);
        return new RelayPath(relays.ToImmutable());
    }

    /// <summary>The way of a flow of datagrams from its first relay on.</summary>
    public RelayPath Of(ConnectionRecord first)
    {
        var relays = ImmutableArray.CreateBuilder<ConnectionRecord>();
        for (var next = first; next is not null && relays.Count < MostRelays; next = behind.TryGetValue(next, out var found) ? found : null) relays.Add(next);
        return new RelayPath(relays.ToImmutable());
    }

    private ConnectionRecord? Next(ConnectionRecord relay) =>
        relay.Upstream is { } upstream && accepted.Find(upstream) is { } next && Overlap(relay, next) ? next : null;

    private RelayPath? To(RequestRecord request)
    {
        var relays = new List<ConnectionRecord>();
        var last = dialled.Find(request.Downstream);
        if (last is null || last.AcceptedAt > request.StartedAt || (last.ClosedAt != 0 && last.ClosedAt < request.StartedAt)) return null;
        for (var next = last; next is not null && relays.Count < MostRelays; next = Before(next))
        {
            relays.Add(next);
            if (next.Hop != Hop.LoadBalancer) continue;
            // A load balancer may stand before another, so the first one counts.
            if (Before(next) is null)
            {
                relays.Reverse();
                return new RelayPath([.. relays]);
            }
        }

        return null;
    }

    private ConnectionRecord? Before(ConnectionRecord relay) => dialled.Find(relay.Downstream) is { } before && Overlap(before, relay) ? before : null;

    private static bool Overlap(ConnectionRecord before, ConnectionRecord after) =>
        before.AcceptedAt <= after.AcceptedAt && (before.ClosedAt == 0 || before.ClosedAt >= after.AcceptedAt);
}
