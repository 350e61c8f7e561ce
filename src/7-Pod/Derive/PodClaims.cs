using System.Net;
using k8s.Models;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>Every pod that has a node wants an address, until it has ended.</summary>
internal sealed class PodClaims : IAddressClaimant
{
    /// <inheritdoc/>
    public IEnumerable<AddressClaim> Claims(CompileContext context) => context.State.All<V1Pod>()
        .Where(pod => !PodCarryOver.Of(context.State).LeftOut.Contains(pod.Key) && !string.IsNullOrEmpty(pod.Value.Spec?.NodeName) && pod.Value.Status?.Phase is not ("Succeeded" or "Failed"))
        .Select(pod => new AddressClaim(
            pod.Key, AddressBlock.Pod, IPAddress.TryParse(pod.Value.Status?.PodIP, out var declared) ? declared : null));
}
