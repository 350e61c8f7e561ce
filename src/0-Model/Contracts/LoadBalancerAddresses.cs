using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Model.Contracts;

/// <summary>What the AWS Load Balancer Controller writes into an object's status: the DNS name of the load balancer that it made for it.</summary>
public static class LoadBalancerAddresses
{
    /// <summary>The load balancers' names; empty for an object that none was made for.</summary>
    /// <param name="state">The desired state, with load balancers derived.</param>
    /// <param name="key">An Ingress, or a Service of type LoadBalancer.</param>
    public static IReadOnlyList<PublishedAddress> Of(DesiredState state, ResourceKey key)
    {
        ArgumentNullException.ThrowIfNull(state);
        return [.. state.List<LoadBalancer>().Where(b => b.Value.Service == key || b.Value.Ingresses.Contains(key)).Select(b => new PublishedAddress(b.Value.DnsName))];
    }
}
