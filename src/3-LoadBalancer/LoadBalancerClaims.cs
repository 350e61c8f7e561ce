using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Every load balancer wants an address in each of its zones.</summary>
internal sealed class LoadBalancerClaims : IAddressClaimant
{
    public IEnumerable<AddressClaim> Claims(CompileContext context)
    {
        var ports = context.State.All<Listener>().ToLookup(l => l.Value.LoadBalancerArn, l => l.Value.Port, StringComparer.Ordinal);
        return context.State.All<Model.Aws.LoadBalancer>().SelectMany(b => LoadBalancerNode.Of(b).Select(n => new AddressClaim(n.Owner, AddressBlock.LoadBalancer, null)
        {
            IsDerived = b.Origin.Doorway == Origin.Derived.Doorway,
            Ports = [.. ports[b.Value.LoadBalancerArn]],
        }));
    }
}
