using Usher.Model.Aws;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Response;

/// <summary>Which load balancer's listener a connection came to.</summary>
internal static class ListenerLookup
{
    /// <summary>The load balancer's ARN and the listener's declared port; <c>-</c> and the bound port where nobody listens there any more.</summary>
    public static (string LoadBalancerArn, int Port) Of(Generation generation, ConnectionId connection) =>
        BalancerOf(generation, connection) is { } balancer ? (balancer.LoadBalancerArn, ListenerOf(balancer, generation, connection)?.Port ?? connection.To.Port) : ("-", connection.To.Port);

    /// <summary>The listener; null where nobody listens there any more.</summary>
    public static Listener? Find(Generation generation, ConnectionId connection) =>
        BalancerOf(generation, connection) is { } balancer ? ListenerOf(balancer, generation, connection) : null;

    private static LoadBalancer? BalancerOf(Generation generation, ConnectionId connection) =>
        generation.Addresses.OwnerOf(connection.To.Address) is { } owner ? generation.State.Find(LoadBalancerNode.BalancerOf(owner))?.Value as LoadBalancer : null;

    private static Listener? ListenerOf(LoadBalancer balancer, Generation generation, ConnectionId connection) => generation.State.All<Listener>()
        .FirstOrDefault(l => l.Value.LoadBalancerArn == balancer.LoadBalancerArn && generation.Addresses.BindAt(connection.To.Address, l.Value.Port).Port == connection.To.Port)?.Value;
}
