using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.LoadBalancer;

/// <summary>A client that asks a load balancer at a port where it has no listener: nothing answers.</summary>
internal sealed record NoListenerDecision(IReadOnlyList<ListenerPlan> Listeners, IPEndPoint Bound, int Port) : IDecision
{
    public IEnumerable<HopAccount> Tell()
    {
        var problem = $"{Listeners[0].LoadBalancerName} has no listener on port {Port}; it listens on {string.Join(", ", Listeners.Select(l => l.Label))}. Ask one of those, or add a Listener";
        return
        [
            new HopAccount(Hop.LoadBalancer, Listeners[0].LoadBalancerName, problem)
            {
                Facts = Listeners[0].TellZone(new JsonObject { ["bound"] = Bound.ToString(), ["loadBalancerArn"] = Listeners[0].LoadBalancerArn }),
                Ok = false,
                Outcome = "load-balancer.connect-failed",
            },
        ];
    }
}
