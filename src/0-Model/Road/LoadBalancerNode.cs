using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Model.Road;

/// <summary>
/// A load balancer's node in one of its Availability Zones: it has an address of its own, and every listener accepts there (ELB user guide, How Elastic Load Balancing works,
/// Availability Zones and load balancer nodes).
/// </summary>
/// <param name="Zone">The zone; null where nobody has derived the load balancer's.</param>
/// <param name="Owner">Who has the node's address in the plan.</param>
public readonly record struct LoadBalancerNode(string? Zone, ResourceKey Owner)
{
    // No object's name has it.
    private const char Separator = '/';

    /// <summary>A load balancer's nodes, in the order of its zones; one without a zone where it has none yet.</summary>
    public static IEnumerable<LoadBalancerNode> Of(Resource<LoadBalancer> balancer)
    {
        ArgumentNullException.ThrowIfNull(balancer);
        var key = balancer.Key;
        return balancer.Value.AvailabilityZones.Count == 0
            ? [new LoadBalancerNode(null, key)]
            : balancer.Value.AvailabilityZones.Select(zone => new LoadBalancerNode(zone, key with { Name = $"{key.Name}{Separator}{zone}" }));
    }

    /// <summary>The load balancer that an address's owner is a node of; any other owner as it is.</summary>
    public static ResourceKey BalancerOf(ResourceKey owner) =>
        owner.Name.IndexOf(Separator, StringComparison.Ordinal) is var at and > 0 ? owner with { Name = owner.Name[..at] } : owner;
}
