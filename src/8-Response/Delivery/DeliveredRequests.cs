using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Response;

/// <summary>The requests of load balancers that deliver their access log: that has each of them.</summary>
internal sealed class DeliveredRequests : IEveryRequest
{
    private volatile Known? known;

    /// <inheritdoc/>
    public bool Wants(RequestRecord first)
    {
        var of = known;
        if (of?.Generation != first.Generation) known = of = new Known(first.Generation, [.. LogDestination.Of(LogKind.Access, first.Generation).Keys]);
        return of.Nodes.Count > 0 && first.Hop == Hop.LoadBalancer && of.Nodes.Contains(first.Downstream.To.Address);
    }

    private sealed record Known(Generation Generation, HashSet<IPAddress> Nodes);
}
