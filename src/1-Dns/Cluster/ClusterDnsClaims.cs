using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>The cluster's DNS gets an address among those of Services.</summary>
internal sealed class ClusterDnsClaims : IAddressClaimant
{
    /// <inheritdoc/>
    public IEnumerable<AddressClaim> Claims(CompileContext context)
    {
        if (ClusterZone.OwnerIn(context.State) is not { } owner) return [];
        var declared = ClusterZone.IsService(owner) ? ClusterZone.Declared : null;
        return [new AddressClaim(owner, AddressBlock.Service, declared) { Preferred = ClusterZone.Preferred(context.Addresses.Range) }];
    }
}
