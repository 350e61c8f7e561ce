using Usher.Model.Journeys;

namespace Usher.Model.Contracts;

/// <summary>Requests that the first hop that reads HTTP is done with since the last time: the load balancer, or the ingress behind one that reads none.</summary>
/// <param name="Requests">Its records in the order in which they ended; the list is filled again for the next time.</param>
/// <param name="Missed">How many ended requests this follower lost just before these, because it was too slow.</param>
/// <param name="PassedOver">How many more ended since the last time whose journeys aren't kept in full, since the road was busy (<see cref="IEveryRequest"/>): nobody is told of each.</param>
public readonly record struct EndedRequests(IReadOnlyList<RequestRecord> Requests, long Missed, long PassedOver);

/// <summary>Every request as it ends, but those of a busy road that are only counted: read by the access log and by <c>usher up</c>. Answered by the journey log.</summary>
public interface IJourneyFeed
{
    /// <summary>
    /// The requests that end from this call on, in order, until cancelled; what ended before the cancellation still comes. A follower never slows a hop: one that can't keep up loses the
    /// oldest and is told how many.
    /// </summary>
    IAsyncEnumerable<EndedRequests> FollowAsync(CancellationToken cancellationToken);

    /// <summary>The handshake of a request's connection; null without TLS, and when it is not kept any more.</summary>
    HandshakeRecord? HandshakeOf(RequestRecord request);
}
