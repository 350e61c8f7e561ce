using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Node;

/// <summary>A connection to a node that has lost its power: no answer, not even a refusal.</summary>
internal sealed class StoppedNodeDecision(NodeEntry node, string name, IPEndPoint declared, IPEndPoint bound, DateTimeOffset since) : IDecision
{
    /// <summary>Where the connection was to go, bound.</summary>
    public IPEndPoint Bound => bound;

    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        var facts = new JsonObject
        {
            ["node"] = name, ["declared"] = declared.ToString(), ["bound"] = bound.ToString(), ["stoppedSince"] = since.ToString("O", CultureInfo.InvariantCulture),
        };
        if (node.InstanceId is { } instance) facts["instanceId"] = instance;
        if (node.Zone is { } zone) facts["zone"] = zone;
        var text = string.Create(CultureInfo.InvariantCulture,
            $"node {name} is stopped since {since:HH:mm:ss}: nothing answers at {declared}, and a connection times out");
        yield return new HopAccount(Hop.Node, name, text)
        {
            Facts = facts,
            Ok = false,
            Outcome = "node.stopped",
            Reasons =
            [
                new Reason(node.InstanceId ?? name, false, "its instance has no power; start it (usher node start), or let health checks take it out of the target group"),
            ],
        };
    }
}
