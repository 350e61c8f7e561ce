using Usher.Model.Journeys;

namespace Usher.Trace.Journeys;

/// <summary>
/// The journey of a flow of datagrams from a load balancer to whoever answers: the relays that it passed, each with what it carried. It lasts from the first datagram to the last so far.
/// </summary>
internal static class FlowJourney
{
    /// <summary>Tells it.</summary>
    /// <param name="path">The relays, the load balancer's first.</param>
    /// <param name="time">The clock.</param>
    public static Journey Tell(RelayPath path, TimeProvider time)
    {
        var first = path.Relays[0];
        var last = path.Relays[^1];
        var clock = Clock.Since(first.AcceptedAt, time);
        var ended = first.Flow?.LastAt ?? first.ClosedAt;
        var hops = RelayHops.Tell(path, nth: 1, began: 0, ended, first.Generation.Number, clock).ToList();
        var failed = hops.Find(h => !h.Ok);
        return new Journey
        {
            Id = first.JourneyId ?? "",
            Generation = first.Generation.Number,
            Method = "UDP",
            Url = $"udp://{first.Downstream.To}",
            Outcome = failed is null ? "ok" : failed.Facts["outcome"]?.GetValue<string>() ?? $"{failed.Hop.Name()}.dropped",
            AnsweredBy = last.Datagrams is { Down: > 0 } ? Hop.Pod.Name() : null,
            Problem = failed?.Facts["problem"]?.GetValue<string>(),
            StartedAt = clock.OriginOn,
            DurationMs = clock.At(ended),
            Hops = hops,
        };
    }
}
