using System.Net;

namespace Usher.Model.Contracts;

/// <summary>A health check that has been made.</summary>
/// <param name="Node">The address on this machine of the load balancer's node that made it.</param>
/// <param name="Type"><c>http</c>, <c>https</c>, <c>h2</c> or <c>grpc</c>; <c>tcp</c> of a Network Load Balancer.</param>
/// <param name="At">When it began.</param>
/// <param name="Latency">How long it took.</param>
/// <param name="Target">The target's address and the port that was asked.</param>
/// <param name="TargetGroup">The target group's name.</param>
/// <param name="StatusCode">The status of the answer, of a gRPC check gRPC's; null when there was none.</param>
/// <param name="Reason">Why it failed, in the words of a load balancer's health check log (<c>ResponseCodeMismatch</c>); null when it passed.</param>
public sealed record HealthCheckRecord(IPAddress Node, string Type, DateTimeOffset At, TimeSpan Latency, IPEndPoint Target, string TargetGroup, int? StatusCode, string? Reason);

/// <summary>The health checks of load balancers as they are made: read by their logs, answered by the load balancers' hop.</summary>
public interface IHealthCheckFeed
{
    /// <summary>The checks that end from this call on, in order, until cancelled; what ended before the cancellation still comes. A follower that can't keep up loses the oldest.</summary>
    IAsyncEnumerable<HealthCheckRecord> FollowAsync(CancellationToken cancellationToken);
}
