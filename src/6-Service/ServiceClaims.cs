using k8s.Models;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>Every Service with a virtual IP gets a loopback address that stands for it.</summary>
internal sealed class ServiceClaims : IAddressClaimant
{
    /// <inheritdoc/>
    public IEnumerable<AddressClaim> Claims(CompileContext context) =>
        from service in context.State.All<V1Service>()
        where service.Value.Spec?.Type != "ExternalName"
        let address = ServiceNumbers.ParseAddress(service.Value.Spec?.ClusterIP)
        where address is not null
        select new AddressClaim(service.Key, AddressBlock.Service, address) { Ports = (service.Value.Spec?.Ports ?? []).Select(p => p.Port) };
}
