using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Node;

/// <summary>
/// A connection that came to a NodePort. The node itself decides nothing: the rules that kube-proxy programmed in its kernel do, and their
/// decision is told after the node's own account.
/// </summary>
internal sealed class NodeDecision(NodeEntry? node, ServiceFront front, FrontDecision inner) : IDecision
{
    /// <summary>Where the connection was caught.</summary>
    public ServiceFront Front => front;

    /// <summary>Where it goes; null when the Service has no endpoint to give.</summary>
    public IPEndPoint? Destination => inner.Destination;

    /// <summary>The address that the endpoint sees; null for the road's default.</summary>
    public IPAddress? Source => inner.Source;

    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell() => inner.Decision.Tell().Prepend(TellNode());

    private HopAccount TellNode()
    {
        var name = front.Node?.Name ?? "";
        var facts = new JsonObject
        {
            ["node"] = name,
            ["declared"] = front.Declared.ToString(),
            ["bound"] = front.Bound.ToString(),
            ["nodePort"] = front.Declared.Port,
        };
        if (node?.InstanceId is { } instance) facts["instanceId"] = instance;
        if (node?.Zone is { } zone) facts["zone"] = zone;
        var who = node?.InstanceId is { } id ? $"{id}, " : "";
        return new HopAccount(Hop.Node, name, $"{who}{front.Declared}: NodePort of {front.Service}, as on every node") { Facts = facts };
    }
}
