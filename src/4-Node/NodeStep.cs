using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>
/// A traveller at a node: at a NodePort it goes on to an endpoint of its Service; at any other port, or at a node that is stopped, the road ends.
/// Virtual IPs are the Services' own step.
/// </summary>
internal sealed class NodeStep(IServiceFronts fronts, NodePorts ports) : IRoadStep
{
    /// <inheritdoc/>
    public StepTaken? Take(Generation generation, Traveller traveller)
    {
        if (traveller.Address is not { } address) return null;
        if (fronts.All(generation).FirstOrDefault(f => f is { Kind: FrontKind.NodePort, Udp: false } && f.Bound.Equals(address)) is not { } front)
        {
            return NoFront(generation, address) is { } none ? new StepTaken([none], null) : null;
        }

        var decision = traveller.GivenBy<NodeDecision>(d => d.Front.Bound.Equals(address)) ?? ports.Decide(generation, front, traveller.Source).Decision;
        if (decision is not NodeDecision { Destination: { } destination } chosen) return new StepTaken([decision], null);
        return new StepTaken([decision], traveller with { Address = destination, Source = chosen.Source ?? IPAddress.Loopback });
    }

    private IDecision? NoFront(Generation generation, IPEndPoint address)
    {
        var all = fronts.All(generation);
        // What else listens there answers for itself.
        if (all.Any(f => !f.Udp && f.Bound.Equals(address))) return null;
        var node = (generation.Find<NodeSnapshot>() ?? NodeSnapshot.Empty).Nodes.FirstOrDefault(n => n.Address.Bound.Equals(address.Address));
        if (node is null) return null;
        return ports.Stopped(node, address) ?? new NoNodePortDecision(node, address, [.. all.Where(f => f.Kind == FrontKind.NodePort && f.Node == node.Key)]);
    }
}
