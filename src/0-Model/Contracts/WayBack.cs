using Usher.Model.Journeys;

namespace Usher.Model.Contracts;

/// <summary>The records that one answer left on its way back.</summary>
/// <param name="First">The first HTTP hop's: the load balancer's, or the ingress's behind a load balancer that reads no HTTP.</param>
/// <param name="Ingress">The ingress's behind a load balancer that reads HTTP; null when none stood there or its record is missing.</param>
/// <param name="Pod">The pod that answered, as the journey names it; null when it is unknown.</param>
/// <param name="Origin">The <see cref="TimeProvider.GetTimestamp"/> ticks that times are counted from.</param>
public sealed record WayBackRecords(RequestRecord First, RequestRecord? Ingress, string? Pod, long Origin);

/// <summary>Tells the way back of one request (step 9); read by the journey, answered by the response's hop.</summary>
public interface IWayBack
{
    /// <summary>The account for <see cref="Hop.Response"/>; null when nothing came back. Pure.</summary>
    HopAccount? Account(WayBackRecords records);
}
