using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>An address that a controller writes into an object's status.</summary>
/// <param name="Text">An IP address or a host name, as declared.</param>
/// <param name="Owner">Whose address it is, which another one stands for on this machine; null for a host name, and for an address that nobody here has.</param>
public sealed record PublishedAddress(string Text, ResourceKey? Owner = null);

/// <summary>Tells what an ingress controller writes into the status of its Ingresses, which nobody keeps here; answered by the hop that stands for the controller.</summary>
public interface IIngressStatus
{
    /// <summary>What tells of each Ingress what is in its <c>status.loadBalancer.ingress</c>; null of one that isn't this controller's. It is asked of many Ingresses, within one compilation.</summary>
    /// <param name="context">The desired state, with pods, Services and load balancers derived.</param>
    Func<Resource<V1Ingress>, IReadOnlyList<PublishedAddress>?> In(CompileContext context);
}
