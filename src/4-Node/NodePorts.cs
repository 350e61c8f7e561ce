using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>
/// Puts the node's own account before the Service's, for connections that come by a NodePort. Live relays and explanations call the same.
/// <list type="number">
/// <item>A node that is stopped answers nothing.</item>
/// <item>Otherwise the rules that kube-proxy programmed in its kernel decide.</item>
/// </list>
/// </summary>
internal sealed class NodePorts(IServiceFronts fronts, INodeDirectory nodes)
{
    /// <summary>Decides a connection to a front.</summary>
    public FrontDecision Decide(Generation generation, ServiceFront front, IPAddress source)
    {
        if (front.Node is not { } key) return fronts.Decide(generation, front, source);
        var node = (generation.Find<NodeSnapshot>() ?? NodeSnapshot.Empty).Find(key);

        // 1.
        if (node is not null && Stopped(node, front.Bound) is { } stopped) return new FrontDecision(stopped, null, null);

        // 2.
        var inner = fronts.Decide(generation, front, source);
        return inner with { Decision = new NodeDecision(node, front, inner) };
    }

    /// <summary>What is told of a connection to a node that is stopped; null for one that runs.</summary>
    public IDecision? Stopped(NodeEntry node, IPEndPoint bound) => nodes.Current.GetValueOrDefault(node.Key) is { StoppedSince: { } since }
        ? new StoppedNodeDecision(node, node.Key.Name, new IPEndPoint(node.Address.Declared, bound.Port), bound, since)
        : null;
}
