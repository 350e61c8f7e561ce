using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>
/// Puts the node's own account before the Service's, for connections that come by a NodePort. Live relays and explanations call the same.
/// </summary>
internal sealed class NodePorts(IServiceFronts fronts)
{
    /// <summary>Decides a connection to a front.</summary>
    public FrontDecision Decide(Generation generation, ServiceFront front, IPAddress source)
    {
        var inner = fronts.Decide(generation, front, source);
        if (front.Node is not { } key) return inner;
        var node = (generation.Find<NodeSnapshot>() ?? NodeSnapshot.Empty).Find(key);
        return inner with { Decision = new NodeDecision(node, front, inner) };
    }
}
