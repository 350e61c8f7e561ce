using Usher.Model.Aws;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Every load balancer wants an address in each of its zones.</summary>
internal sealed class LoadBalancerClaims : IAddressClaimant
{
    public IEnumerable<AddressClaim> Claims(CompileContext context)
    {
        var all = context.State.All<Listener>().ToLookup(l => l.Value.LoadBalancerArn, l => l.Value.Port, StringComparer.Ordinal);
        foreach (var balancer in context.State.All<Model.Aws.LoadBalancer>())
        {
            int[] ports = [.. all[balancer.Value.LoadBalancerArn]];
            foreach (var node in LoadBalancerNode.Of(balancer))
                yield return new AddressClaim(node.Owner, AddressBlock.LoadBalancer, null) { IsDerived = balancer.Origin.IsDerived, Ports = ports };
        }
    }
}
