using Usher.Model.Journeys;

namespace Usher.Model.Contracts;

/// <summary>A request that the load balancer is done with.</summary>
/// <param name="Request">The load balancer's record.</param>
/// <param name="Handshake">Its connection's handshake; null without TLS, and when it is not kept any more.</param>
/// <param name="Missed">How many ended requests this follower lost just before this one, because it was too slow.</param>
public sealed record EndedRequest(RequestRecord Request, HandshakeRecord? Handshake, long Missed);

/// <summary>Every request as it ends: read by the access log and by <c>usher up</c>. Answered by the journey log.</summary>
public interface IJourneyFeed
{
    /// <summary>
    /// The requests that end from this call on, in order, until cancelled; what ended before the cancellation still comes. A follower never slows a hop: one that can't keep up loses the
    /// oldest and is told how many.
    /// </summary>
    IAsyncEnumerable<EndedRequest> FollowAsync(CancellationToken cancellationToken);
}
