using Usher.Model.Aws;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Response;

/// <summary>Which load balancer's listener a connection came to.</summary>
internal static class ListenerLookup
{
    /// <summary>The load balancer's ARN and the listener's declared port; <c>-</c> and the bound port where nobody listens there any more.</summary>
    public static (string LoadBalancerArn, int Port) Of(Generation generation, ConnectionId connection)
    {
        var (state, addresses, to) = (generation.State, generation.Addresses, connection.To);
        if (addresses.OwnerOf(to.Address) is not { } owner || state.Find(LoadBalancerNode.BalancerOf(owner))?.Value is not LoadBalancer loadBalancer) return ("-", to.Port);
        var listener = state.All<Listener>()
            .FirstOrDefault(l => l.Value.LoadBalancerArn == loadBalancer.LoadBalancerArn && addresses.BoundPort(l.Value.Port) == to.Port);
        return (loadBalancer.LoadBalancerArn, listener?.Value.Port ?? to.Port);
    }
}
