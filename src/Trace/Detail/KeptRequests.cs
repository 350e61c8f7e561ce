using System.Globalization;
using System.Net;
using Usher.Model.Journeys;

namespace Usher.Trace.Detail;

/// <summary>
/// The records of requests: of each journey the first, and those of the hops behind. On a busy road a later hop's record waits, for as long as some hundreds of others take to come, until the first hop's says
/// whether the journey is kept in full; the two may come in either order.
/// </summary>
internal sealed class KeptRequests(TraceOptions options, FullDetail detail, TimeProvider time)
{
    /// <summary>What records without an id are found by.</summary>
    private const string NoId = "";

    /// <summary>Records of later hops that wait for the first hop's, and of first hops that a later one's may come after. Few: what is here outlives a collection of garbage, and is looked at for every request.</summary>
    private const int MostWaiting = 512;

    private readonly Ring<RequestRecord> waiting = new(MostWaiting, r => r.JourneyId);
    private readonly Ring<RequestRecord> newest = new(MostWaiting, r => r.JourneyId);
    private readonly BriefRing brief = new(options.Journeys);

    /// <summary>Where journeys begin: load balancers' records, and those of ingresses behind load balancers that read no HTTP.</summary>
    public RequestRing First { get; } = new(options.Journeys, options.FailedJourneys, r => r.JourneyId);

    /// <summary>The records of hops behind.</summary>
    public RequestRing Later { get; } = new(options.Journeys, options.FailedJourneys, r => r.JourneyId ?? NoId);

    /// <summary>How many ended and weren't kept in full.</summary>
    public long PassedOver => brief.Count;

    /// <summary>Adds the record that a journey begins with.</summary>
    public void AddFirst(RequestRecord first)
    {
        if (!detail.Takes(first))
        {
            brief.Add(first);
            return;
        }

        First.Add(first);
        newest.Add(first);
        // What came before is taken along, and what comes from now on sees that this one is here.
        if (waiting.Newest == 0 || first.JourneyId is not { } id) return;
        foreach (var later in waiting.With(id)) Later.Add(later);
    }

    /// <summary>Adds the record of a hop behind.</summary>
    public void AddLater(RequestRecord later)
    {
        if (!detail.IsBusy(later.EndedAt) || detail.IsNotable(later) || later.JourneyId is not { } id)
        {
            Later.Add(later);
            return;
        }

        waiting.Add(later);
        if (newest.Has(id)) Later.Add(later);
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
    public string? InBrief(string id) => brief.Find(id) is not { } found ? null : string.Create(CultureInfo.InvariantCulture,
        $"journey {found.JourneyId} isn't kept in full, only that it was {found.RequestLine}, answered {found.Status} in {(double)found.Took / time.TimestampFrequency * 1_000:0.00} ms, {new DateTime(found.StartedOn, DateTimeKind.Utc):yyyy-MM-dd HH:mm:ss.fff}Z: the road is busy, and {options.FullDetailRate} a second are (usher up --full-detail)");
}
