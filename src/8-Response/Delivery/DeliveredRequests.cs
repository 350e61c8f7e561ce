using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Response;

/// <summary>The requests of load balancers that deliver their access log: that has each of them.</summary>
internal sealed class DeliveredRequests : IEveryRequest
{
    private readonly LogDestinations destinations = new(LogKind.Access);

    /// <inheritdoc/>
    public bool Wants(RequestRecord first) => first.Hop == Hop.LoadBalancer && destinations.Of(first.Generation, first.Downstream.To.Address) is not null;
}
