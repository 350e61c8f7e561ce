using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Every load balancer wants an address of its own.</summary>
internal sealed class LoadBalancerClaims : IAddressClaimant
{
    public IEnumerable<AddressClaim> Claims(CompileContext context) =>
        context.State.All<Model.Aws.LoadBalancer>().Select(b => new AddressClaim(b.Key, AddressBlock.LoadBalancer, null));
}
