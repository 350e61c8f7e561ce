using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.LoadBalancer;

/// <summary>A client that asks a load balancer at a port where it has no listener: nothing answers.</summary>
internal sealed record NoListenerDecision(string LoadBalancerName, string LoadBalancerArn, IReadOnlyList<string> Listeners, IPEndPoint Bound, int Port, string? Zone) : IDecision
{
    public IEnumerable<HopAccount> Tell()
    {
        var problem = $"{LoadBalancerName} has no listener {(Listeners.Contains($"UDP:{Port}") ? "for connections " : "")}on port {Port}; it listens on {string.Join(", ", Listeners)}. Ask one of those, or add a Listener";
        var facts = new JsonObject { ["bound"] = Bound.ToString(), ["loadBalancerArn"] = LoadBalancerArn };
        if (Zone is not null) facts["zone"] = Zone;
        return
        [
            new HopAccount(Hop.LoadBalancer, LoadBalancerName, problem)
            {
                Facts = facts,
                Ok = false,
                Outcome = "load-balancer.connect-failed",
            },
        ];
    }
}
