using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>A traveller at a virtual IP goes on to an endpoint. NodePorts are the nodes' step, which asks <see cref="IServiceFronts"/>.</summary>
internal sealed class ServiceStep(ServiceFronts fronts) : IRoadStep
{
    /// <inheritdoc/>
    public StepTaken? Take(Generation generation, Traveller traveller)
    {
        if (traveller.Address is not { } address) return null;
        var snapshot = ServiceFronts.Snapshot(generation);
        if (snapshot.FrontAt(new FrontPlace(address, Udp: false)) is not { Address.Kind: FrontKind.ClusterIP } front) return null;

        var decision = traveller.GivenBy<ServiceDecision>(d => d.Front.Bound.Equals(address))
            ?? (ServiceDecision)fronts.Decide(snapshot, front, traveller.Source, Draw.Random()).Decision;
        if (decision.Endpoint is not { } endpoint) return new StepTaken([decision], null);
        return new StepTaken([decision], traveller with
        {
            Address = endpoint.Bound,
            Source = ServiceFronts.DialFrom(decision, traveller.Source, snapshot.Range) ?? IPAddress.Loopback,
        });
    }
}
