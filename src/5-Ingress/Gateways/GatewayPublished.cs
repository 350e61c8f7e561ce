using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>A Gateway's addresses for other controllers: the name of the load balancer that was made for its Service, else the Service's virtual IP.</summary>
internal sealed class GatewayPublished : IGatewayStatus
{
    /// <inheritdoc/>
    public IReadOnlyList<PublishedAddress>? Of(CompileContext context, Resource<Gateway> gateway) =>
        GatewayClasses.Serves(context.State, gateway) && GatewayAddresses.Unusable(gateway) is null ? GatewayAddresses.Published(context.State, gateway) : null;
}
