using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>What Gateways' controllers say of objects.</summary>
internal sealed class GatewayStatuses : IStatusReports
{
    public IEnumerable<ObjectStatus> All(Generation generation) => generation.Find<GatewaySnapshot>()?.Statuses ?? [];
}
