using k8s.Models;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>Every node gets a loopback address that stands for its InternalIP.</summary>
internal sealed class NodeClaims : IAddressClaimant
{
    /// <inheritdoc/>
    public IEnumerable<AddressClaim> Claims(CompileContext context) =>
        from node in context.State.All<V1Node>()
        let address = NodeFields.InternalIP(node.Value)
        where address is not null
        select new AddressClaim(node.Key, AddressBlock.Node, address);
}
