using Usher.Model.Journeys;

namespace Usher.Model.Contracts;

/// <summary>Handshakes that ended since the last time, done or failed.</summary>
/// <param name="Handshakes">In the order in which they ended; the list is filled again for the next time.</param>
/// <param name="Missed">How many this follower lost just before these, because it was too slow.</param>
public readonly record struct EndedHandshakes(IReadOnlyList<HandshakeRecord> Handshakes, long Missed);

/// <summary>Connections through relays that end TLS, which ended since the last time.</summary>
/// <param name="Connections">In the order in which they ended; the list is filled again for the next time.</param>
/// <param name="Missed">How many this follower lost just before these, because it was too slow.</param>
public readonly record struct EndedConnections(IReadOnlyList<ConnectionRecord> Connections, long Missed);

/// <summary>Every TLS handshake as it ends, with clients and with the ports behind the load balancer: read by the connection log; and the connections of relays that end TLS, read by a Network Load Balancer's access log. Answered by the journey log.</summary>
public interface IConnectionFeed
{
    /// <summary>The handshakes that end from this call on, in order, until cancelled; what ended before the cancellation still comes. A follower never slows a hop.</summary>
    IAsyncEnumerable<EndedHandshakes> FollowHandshakesAsync(CancellationToken cancellationToken);

    /// <summary>The same of connections through relays that end TLS, handshakes that failed included.</summary>
    IAsyncEnumerable<EndedConnections> FollowSecuredAsync(CancellationToken cancellationToken);
}
