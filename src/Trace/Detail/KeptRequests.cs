using System.Globalization;
using System.Net;
using Usher.Model.Journeys;

namespace Usher.Trace.Detail;

/// <summary>
/// The records of requests: of each journey the first, and those of the hops behind. On a busy road a later hop's record waits until the first hop's says whether the journey is kept in full; the two may come in either order.
/// </summary>
/// <param name="options">How much is kept.</param>
/// <param name="detail">Which journeys are.</param>
/// <param name="time">The clock that records are made by.</param>
/// <param name="keeping">Called for each record that will be kept.</param>
internal sealed class KeptRequests(TraceOptions options, FullDetail detail, TimeProvider time, Action<RequestRecord> keeping)
{
    /// <summary>What records without an id are found by.</summary>
    private const string NoId = "";

    /// <summary>Journeys of which it is known whether they are kept, and places for records that wait to know: for some hundreds of requests that are on their way at the same time.</summary>
    private const int OnTheirWay = 2048;

    private readonly WaitingRecords waiting = new(OnTheirWay);
    private readonly Verdicts verdicts = new(OnTheirWay);
    private readonly PerProcessor<BriefRing> brief = new(() => new BriefRing(Math.Max(1, options.Journeys / PerProcessor<BriefRing>.Count)));

    /// <summary>Where journeys begin: load balancers' records, and those of ingresses behind load balancers that read no HTTP.</summary>
    public RequestRing First { get; } = new(options.Journeys, options.FailedJourneys, r => r.JourneyId);

    /// <summary>The records of hops behind.</summary>
    public RequestRing Later { get; } = new(options.Journeys, options.FailedJourneys, r => r.JourneyId ?? NoId);

    /// <summary>How many ended and weren't kept in full.</summary>
    public long PassedOver => brief.All.Sum(ring => ring.Count);

    /// <summary>Adds the record that a journey begins with.</summary>
    /// <returns>Whether it is kept in full.</returns>
    public bool AddFirst(RequestRecord first)
    {
        var kept = detail.Takes(first);
        var id = TraceRoot.NumberOf(first.JourneyId);
        if (kept) Keep(First, first);
        else brief.Own.Add(id, first);
        if (id == 0) return kept;

        // What came before, as it mostly did, is let go here, and nobody asks for the verdict.
        if (!kept && Settle(id, first.JourneyId!, kept: false)) return false;
        verdicts.Set(id, kept);
        // What came meanwhile is found here; what comes from now on sees the verdict.
        Interlocked.MemoryBarrier();
        // A verdict against a journey is for one record: an application's own request may come back through the load balancer with the id of the one that it serves.
        if (Settle(id, first.JourneyId!, kept) && !kept) verdicts.Forget(id);
        return kept;
    }

    /// <summary>Adds the record of a hop behind.</summary>
    /// <returns>Whether it is kept by now.</returns>
    public bool AddLater(RequestRecord later)
    {
        var id = TraceRoot.NumberOf(later.JourneyId);
        // One with an id of another form than load balancers give is kept whatever becomes of the first.
        if (id == 0 || !detail.IsBusy(later.EndedAt) || detail.IsNotable(later))
        {
            Keep(Later, later);
            return true;
        }

        if (verdicts.Of(id) is { } known)
        {
            if (known) Keep(Later, later);
            else verdicts.Forget(id);
            return known;
        }

        waiting.Add(id, later);
        Interlocked.MemoryBarrier();
        return verdicts.Of(id) is { } meanwhile && Settle(id, later.JourneyId!, meanwhile) && meanwhile;
    }

    /// <summary>Keeps, or lets go, what waited for a verdict.</summary>
    /// <returns>Whether anything did.</returns>
    private bool Settle(UInt128 id, string journeyId, bool kept)
    {
        var any = false;
        while (waiting.Take(id, journeyId) is { } later)
        {
            any = true;
            if (kept) Keep(Later, later);
        }

        return any;
    }

    private void Keep(RequestRing ring, RequestRecord record)
    {
        keeping(record);
        ring.Add(record);
    }

    /// <summary>What hops behind the load balancer recorded of the journey that begins with a record, in the order in which the request reached them; and what was refused meanwhile before its id was read.</summary>
    public IReadOnlyList<RequestRecord> Behind(RequestRecord first) => first.JourneyId is not { } id || first.Hop != Hop.LoadBalancer ? [] :
    [
        .. Later.With(id)
            .Concat(Later.With(NoId).TakeWhile(r => r.EndedAt >= first.StartedAt).Where(r => r.StartedAt <= first.EndedAt))
            .OrderBy(r => r.StartedAt),
    ];

    /// <summary>Whether a hop behind has recorded anything at this endpoint.</summary>
    public bool HasLaterAt(IPEndPoint end)
    {
        var plain = end.Plain();
        return Later.All.NewestFirst().Any(r => r.Downstream.To.Plain().Equals(plain));
    }

    /// <summary>Reads first records in the order in which they ended.</summary>
    /// <param name="earlier">Those that have ended by now too.</param>
    public EndedRequestReader Reader(bool earlier) =>
        earlier ? new(First, 0, 0, () => PassedOver) : new(First, First.All.Newest, First.Failed.Newest, () => PassedOver);

    /// <summary>What is known of a journey that isn't kept in full, by its id or what that ends with, and why that is all; null when none is known.</summary>
    public string? InBrief(string id) => BriefOf(id) is not { } found ? null : string.Create(CultureInfo.InvariantCulture,
        $"journey {found.JourneyId} isn't kept in full, only that it was {found.RequestLine}, answered {found.Status} in {(double)found.Took / time.TimestampFrequency * 1_000:0.00} ms, {new DateTime(found.StartedOn, DateTimeKind.Utc):yyyy-MM-dd HH:mm:ss.fff}Z: the road is busy, and {options.SampledRate} a second are (usher up --full-detail)");

    private BriefJourney? BriefOf(string id) => brief.All.Select(ring => ring.Find(id)).MaxBy(found => found?.StartedOn);
}
