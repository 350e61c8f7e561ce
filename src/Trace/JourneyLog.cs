using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Trace.Detail;
using Usher.Trace.Journeys;
using Usher.Trace.Meters;

namespace Usher.Trace;

/// <summary>
/// Keeps the newest records of every hop. Hops call <see cref="IJourneyLog"/> on their way and are never made to wait: an add is one slot
/// of a ring, and for a connection one entry of a table. Records are joined when somebody asks.
/// </summary>
public sealed class JourneyLog : IJourneyLog, IJourneyFeed, IConnectionFeed
{
    private readonly KeptRequests requests;
    private readonly ListedFlows flows;
    private readonly Ring<ConnectionRecord> endedSecured;
    private readonly ConnectionTable<ConnectionRecord> relayed;
    private readonly TraceOptions options;
    private readonly TimeProvider time;

    // Who follows one kind of record isn't woken by the others.
    private readonly RingFeed<RequestRecord> requestFeed;
    private readonly RingFeed<ConnectionRecord> securedFeed;

    /// <summary>Handshakes, of clients and of those behind.</summary>
    internal HandshakeRecords Handshakes { get; }

    /// <summary>The ways of connections through relays.</summary>
    internal RelayPaths Paths { get; }

    /// <summary>What the hops do.</summary>
    public RoadMeters Meters { get; }

    /// <summary>How the requests of each generation fared.</summary>
    public GenerationTallies Generations { get; } = new();

    /// <summary>An empty log.</summary>
    /// <param name="options">How much it keeps.</param>
    /// <param name="time">The clock that records are made by.</param>
    /// <param name="everyRequest">Who needs each of some load balancers' requests, however busy the road is.</param>
    public JourneyLog(TraceOptions options, TimeProvider time, IEnumerable<IEveryRequest> everyRequest)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.time = time;
        requests = new KeptRequests(options, new FullDetail(options, everyRequest, time), time, Join);
        Queries = new DnsQueries(options.DnsRecords);
        Handshakes = new HandshakeRecords(requests.First.All, options, time);
        flows = new ListedFlows(options.Flows, time);
        endedSecured = new Ring<ConnectionRecord>(options.Connections);
        relayed = new ConnectionTable<ConnectionRecord>(
            options.Connections, c => c.ClosedAt, Clock.Ticks(options.ClosedConnections, time));
        Paths = new RelayPaths(relayed, options, time);
        Meters = new RoadMeters(time);
        requestFeed = new RingFeed<RequestRecord>(requests.First.All, options, time, () => requests.PassedOver);
        securedFeed = new RingFeed<ConnectionRecord>(endedSecured, options, time);
    }

    /// <summary>Raised after each add.</summary>
    internal Pulse Added { get; } = new();

    /// <summary>Relays' connections that can be joined now.</summary>
    internal int Connections => relayed.Count;

    /// <inheritdoc/>
    public void Add(DnsRecord record)
    {
        Meters.Count(record);
        Queries.Add(record);
        Added.Beat();
    }

    /// <inheritdoc/>
    public void Add(HandshakeRecord record)
    {
        Meters.Count(record);
        Handshakes.Add(record);
        Added.Beat();
    }

    /// <inheritdoc/>
    public void Add(ConnectionRecord record)
    {
        Paths.Accepted(record);
        relayed.Add(record.Downstream, record, time.GetTimestamp());
        Added.Beat();
    }

    /// <inheritdoc/>
    public void Connected(ConnectionRecord record)
    {
        Meters.Connected(record);
        Paths.Connected(record);
        flows.Opened(record);
    }

    /// <inheritdoc/>
    public void Closed(ConnectionRecord record)
    {
        Meters.Closed(record);
        flows.Closed(record);
        relayed.Sweep(time.GetTimestamp());
        Paths.Sweep();
        if (record.Handshake is not null)
        {
            endedSecured.Add(record);
            securedFeed.Beat();
            Added.Beat();
        }

        // A question may wait for the end of a connection that found nobody.
        if (record is { Hop: Hop.LoadBalancer, Upstream: null } or { UpstreamTls.Version: null }) Added.Beat();
    }

    /// <inheritdoc/>
    public void Add(RequestRecord record)
    {
        if (record is { UpstreamStatus: 0, Status: 502 }) TellRefusal(record);
        var path = Paths.Keep(record);
        record.DecryptedInFront = path?.Handshake is not null;
        var kept = false;
        if (record.Hop == Hop.LoadBalancer) kept = Begun(record);
        // No load balancer read it, so that its journey begins here.
        else if (path is not null) kept = Begun(Named(record));
        // Without an id the request didn't come through a load balancer: a probe, or somebody who called the ingress directly. Or its head was refused before
        // the id in it was read.
        else if (record.JourneyId is not null || record is { Decision: null, Outcome: not null, Status: not 0 }) kept = requests.AddLater(record);
        // Somebody's health check: not what the road is asked.
        if (record.JourneyId is not null || record.Hop == Hop.LoadBalancer) Meters.Count(record);
        if (kept) Added.Beat();
    }

    /// <summary>A journey begins with this record: no hop in front of it reads HTTP.</summary>
    private bool Begun(RequestRecord first)
    {
        Generations.Count(first);
        if (!requests.AddFirst(first)) return false;
        requestFeed.Beat();
        return true;
    }

    /// <summary>Finds the relay that passed a request on: now rather than when asked, since the port may be another connection's by then.</summary>
    internal void Join(RequestRecord record) => record.Via ??= RelayOf(record);

    /// <summary>
    /// On a node the kernel's rules pass a refusal through. A relay has accepted before it knows of one, so that the hop in front of it met a reset: what it met
    /// is told as what it was. The endpoint behind the relay says the rest.
    /// </summary>
    private void TellRefusal(RequestRecord record)
    {
        Join(record);
        if (record.Via is not { Refused: true, Upstream: null }) return;
        record.Outcome = $"{record.Hop.Name()}.502.connection-refused";
        record.Problem = null;
    }

    /// <summary>Gives a request an id that no load balancer gave: of its trace, unless another request has that.</summary>
    private RequestRecord Named(RequestRecord record)
    {
        var id = record.JourneyId ?? TraceRoot.Of(record.TraceId);
        record.JourneyId = id is not null && Find(id) is null ? id : JourneyIds.New(time.GetUtcNow());
        return record;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<EndedRequests> FollowAsync(CancellationToken cancellationToken)
    {
        var before = requests.PassedOver;
        return requestFeed.FollowAsync(Told, cancellationToken);

        EndedRequests Told(List<RequestRecord> ended, long missed)
        {
            var passed = requests.PassedOver;
            var told = new EndedRequests(ended, missed, passed - before);
            before = passed;
            return told;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<EndedHandshakes> FollowHandshakesAsync(CancellationToken cancellationToken) => Handshakes.FollowAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<EndedConnections> FollowSecuredAsync(CancellationToken cancellationToken) =>
        securedFeed.FollowAsync((ended, missed) => new EndedConnections(ended, missed), cancellationToken);

    /// <summary>The records of load balancers, and of ingresses behind load balancers that read no HTTP, the newest first; at the end older ones that failed.</summary>
    internal IEnumerable<RequestRecord> NewestFirst() => requests.First.NewestFirst();

    /// <summary>Reads the same records in the order in which they ended.</summary>
    /// <param name="earlier">Those that have ended by now too.</param>
    internal EndedRequestReader Ended(bool earlier = false) => requests.Reader(earlier);

    /// <summary>How many requests' journeys have ended, and how many of those are in memory.</summary>
    public (long Ended, long InMemory) Kept => requests.First.All.Newest is var newest ? (newest + requests.PassedOver, Math.Min(newest, options.Journeys)) : default;

    /// <summary>How many journeys ended and weren't kept in full, since the road was busy.</summary>
    internal long PassedOver => requests.PassedOver;

    /// <summary>What is known of a journey that isn't kept in full, by its id or what that ends with; null when none is known.</summary>
    internal string? InBrief(string id) => requests.InBrief(id);

    /// <summary>Requests' records after a number that ended until a moment, in order, at most so many at once; the number moves on to the last of them.</summary>
    /// <returns>How many gave way before the first of them.</returns>
    internal long Ended(ref long after, long until, int limit, List<RequestRecord> into) => requests.First.All.After(ref after, into, r => into.Count < limit && r.EndedAt <= until);

    /// <summary>How many came after these numbers.</summary>
    internal long Waiting(long request, long handshake) => requests.First.All.Newest - request + Handshakes.Failed.Newest - handshake;

    /// <summary>Flows of datagrams through load balancers, the newest first.</summary>
    internal IEnumerable<ConnectionRecord> Flows() => flows.NewestFirst();

    /// <summary>Says by their ids which of the journeys that are stored, of requests and of clients' handshakes, are told from memory too.</summary>
    internal Func<string, bool> InMemory()
    {
        var handshakes = Handshakes.Failed.OfClients().Select(h => h.JourneyId).ToHashSet();
        return id => Find(id) is not null || handshakes.Contains(id);
    }

    /// <summary>The load balancer's record of a journey, or null.</summary>
    internal RequestRecord? Find(string journeyId) => requests.First.With(journeyId).FirstOrDefault();

    /// <summary>The first HTTP hop's newest record of the n-th request on a connection that ended after <paramref name="since"/> ticks, or null.</summary>
    internal RequestRecord? Find(ConnectionId connection, int requestOnConnection, long since)
    {
        var plain = connection.Plain();
        return requests.First.All.NewestFirst().FirstOrDefault(
            r => r.RequestOnConnection == requestOnConnection && r.EndedAt >= since && (r.Downstream.Plain() == plain || Paths.Of(r)?.Client.Plain() == plain));
    }

    /// <summary>
    /// What HTTP hops behind the load balancer recorded of this journey, in the order in which the request reached them; and what was refused meanwhile without
    /// its id being read, which only its connection can join.
    /// </summary>
    internal IReadOnlyList<RequestRecord> BehindLoadBalancer(RequestRecord first) => requests.Behind(first);

    /// <summary>Whether an HTTP hop behind the load balancer has recorded anything at this endpoint.</summary>
    internal bool KeepsRecords(IPEndPoint end) => requests.HasLaterAt(end);

    /// <inheritdoc/>
    public HandshakeRecord? HandshakeOf(RequestRecord request) => Handshakes.Of(request);

    /// <summary>The relay's record of the connection that a request left on, or null.</summary>
    private ConnectionRecord? RelayOf(RequestRecord request) =>
        request.Upstream is { } upstream && relayed.Find(upstream) is { } found
            && found.AcceptedAt <= request.EndedAt && (found.ClosedAt == 0 || found.ClosedAt >= request.StartedAt)
                ? found
                : null;

    /// <summary>The same for a request whose answer comes at this moment.</summary>
    internal ConnectionRecord? RelayNow(RequestRecord request) =>
        request.Upstream is { } upstream && relayed.Find(upstream) is { } found && (found.ClosedAt == 0 || found.ClosedAt >= request.StartedAt) ? found : null;

    /// <summary>What the name server was asked.</summary>
    internal DnsQueries Queries { get; }
}
