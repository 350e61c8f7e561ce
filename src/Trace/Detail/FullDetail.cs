using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Trace.Journeys;

namespace Usher.Trace.Detail;

/// <summary>
/// Which requests are kept in full, with every hop's record. All of them, until more end than <see cref="TraceOptions.FullDetailRate"/> a second for a while; of a busier road <see cref="TraceOptions.SampledRate"/> a second of those
/// that arrived as usual, and more of those that somebody will look for: what failed, was slow, or was asked by <c>usher trace</c> or a browser's visit of it. The others are counted, and kept in brief (<see cref="BriefRing"/>).
/// What a road keeps lives on through collections of garbage, which is most of what recording costs.
/// </summary>
/// <param name="options">The rates.</param>
/// <param name="everyRequest">Who needs each of some load balancers' requests.</param>
/// <param name="time">The clock that records are made by.</param>
internal sealed class FullDetail(TraceOptions options, IEnumerable<IEveryRequest> everyRequest, TimeProvider time)
{
    private readonly IEveryRequest[] everyRequest = [.. everyRequest];
    private readonly long slow = Clock.Ticks(options.SlowFrom, time);

    // All get one until more come than that; from then on none does, and the sample decides.
    private readonly RateBucket usual = new(options.FullDetailRate, options.FullDetailBurst, time.TimestampFrequency, debt: Math.Max(2, options.FullDetailBurst / 100));

    // Evenly over time: a tenth of a second's at once.
    private readonly RateBucket sample = new(options.SampledRate, Math.Max(1, options.SampledRate / 10), time.TimestampFrequency);
    private readonly RateBucket notable = new(options.FullDetailRate, options.FullDetailBurst, time.TimestampFrequency);

    /// <summary>Whether so many requests end that not all are kept in full.</summary>
    public bool IsBusy(long now) => usual.IsEmpty(now);

    /// <summary>Whether somebody will look for this one.</summary>
    public bool IsNotable(RequestRecord record) => record.IsFailed || record.EndedAt - record.StartedAt >= slow || IsAsked(record.UserAgent);

    /// <summary>Whether a request whose journey begins with this record is kept in full, which counts against what may be.</summary>
    public bool Takes(RequestRecord first) => (IsNotable(first) ? notable.Take(first.EndedAt) : usual.Take(first.EndedAt) || sample.Take(first.EndedAt)) || IsWanted(first);

    private static bool IsAsked(string? agent) => agent is not null && (UsherVersion.IsAgent(agent) || Visits.Of(agent) is not null);

    private bool IsWanted(RequestRecord first)
    {
        foreach (var one in everyRequest)
        {
            if (one.Wants(first)) return true;
        }

        return false;
    }
}
