using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Node;

/// <summary>A connection to a port of a node for which kube-proxy has no rule: the node's own kernel refuses it.</summary>
internal sealed class NoNodePortDecision(NodeEntry node, IPEndPoint bound, IReadOnlyList<ServiceFront> fronts) : IDecision
{
    /// <summary>Where the connection was to go, bound.</summary>
    public IPEndPoint Bound => bound;

    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        var declared = new IPEndPoint(node.Address.Declared, bound.Port);
        var name = node.Key.Name;
        var facts = new JsonObject { ["node"] = name, ["declared"] = declared.ToString(), ["bound"] = bound.ToString() };
        if (node.InstanceId is { } instance) facts["instanceId"] = instance;
        if (node.Zone is { } zone) facts["zone"] = zone;
        yield return new HopAccount(Hop.Node, name, $"no Service has NodePort {bound.Port}: {declared} refuses connections")
        {
            Facts = facts,
            Ok = false,
            Outcome = "node.no-node-port",
            Reasons = fronts.Count == 0
                ? [new Reason("no NodePort", false, "no Service is of type NodePort or LoadBalancer; make it one, or name pods as targets (type ip)")]
                : [.. fronts.Select(f => new Reason($"NodePort {f.Declared.Port}{(f.Udp ? "/UDP" : "")}", false, $"of {f.Service}{(f.PortName.Length == 0 ? "" : $", port {f.PortName}")}"))],
        };
    }
}
