using System.Runtime.CompilerServices;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Model.Contracts;

/// <summary>What the AWS Load Balancer Controller writes into an object's status: the DNS name of the load balancer that it made for it.</summary>
public static class LoadBalancerAddresses
{
    // Every Ingress asks, of load balancers that are the very same list until one of them changes.
    private static readonly ConditionalWeakTable<IReadOnlyList<Resource<LoadBalancer>>, ILookup<ResourceKey, PublishedAddress>> Known = [];

    /// <summary>The load balancers' names; empty for an object that none was made for.</summary>
    /// <param name="state">The desired state, with load balancers derived.</param>
    /// <param name="key">An Ingress, or a Service of type LoadBalancer.</param>
    public static IReadOnlyList<PublishedAddress> Of(DesiredState state, ResourceKey key)
    {
        ArgumentNullException.ThrowIfNull(state);
        return [.. Known.GetValue(state.List<LoadBalancer>(), static all => all.SelectMany(b => Owners(b.Value), (b, owner) => (owner, b.Value.DnsName)).ToLookup(o => o.owner, o => new PublishedAddress(o.DnsName)))[key]];
    }

    private static IEnumerable<ResourceKey> Owners(LoadBalancer balancer) => balancer.Service is { } service ? balancer.Ingresses.Append(service).Distinct() : balancer.Ingresses.Distinct();
}
