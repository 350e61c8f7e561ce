using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>A traveller at a NodePort goes on to an endpoint of its Service. Virtual IPs are the Services' own step.</summary>
internal sealed class NodeStep(IServiceFronts fronts, NodePorts ports) : IRoadStep
{
    /// <inheritdoc/>
    public StepTaken? Take(Generation generation, Traveller traveller)
    {
        if (traveller.Address is not { } address) return null;
        var front = fronts.All(generation).FirstOrDefault(f => f.Kind == FrontKind.NodePort && f.Bound.Equals(address));
        if (front is null) return null;

        var decision = traveller.GivenBy<NodeDecision>(d => d.Front.Bound.Equals(address))
            ?? (NodeDecision)ports.Decide(generation, front, traveller.Source).Decision;
        if (decision.Destination is not { } destination) return new StepTaken([decision], null);
        return new StepTaken([decision], traveller with { Address = destination, Source = decision.Source ?? IPAddress.Loopback });
    }
}
