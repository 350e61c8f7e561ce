using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.LoadBalancer;

/// <summary>A client that asks a TLS listener in the plain: its handshake fails, and the connection is closed.</summary>
internal sealed record PlainAtTlsDecision(NetworkListenerPlan Listener) : IDecision
{
    public IEnumerable<HopAccount> Tell() =>
    [
        new HopAccount(Hop.Tls, Listener.LoadBalancerName, $"handshake failed: the client speaks no TLS, and listener {Listener.Label} of {Listener.LoadBalancerName} nothing else. Ask with https")
        {
            Facts = new JsonObject { ["loadBalancerArn"] = Listener.LoadBalancerArn, ["listenerArn"] = Listener.Arn, ["bound"] = Listener.Bound.ToString() },
            Ok = false,
            Outcome = "tls.not-tls",
        },
    ];
}
