using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>A Gateway's addresses for other controllers: the name of the load balancer that was made for its Service, else the Service's virtual IP.</summary>
internal sealed class GatewayPublished : IGatewayStatus
{
    /// <inheritdoc/>
    public IReadOnlyList<PublishedAddress>? Of(CompileContext context, Resource<Gateway> gateway)
    {
        if (!GatewayClasses.Served(context.State).Any(g => g.Key == gateway.Key) || GatewayAddresses.Unusable(gateway) is not null) return null;
        if (context.State.Find<V1Service>(gateway.Key.Namespace, GatewayObjects.NameOf(gateway)) is not { } service) return [];
        var balancers = LoadBalancerAddresses.Of(context.State, service.Key);
        return balancers.Count > 0 ? balancers : service.Value.Spec?.ClusterIP is { Length: > 0 } address ? [new PublishedAddress(address, service.Key)] : [];
    }
}
