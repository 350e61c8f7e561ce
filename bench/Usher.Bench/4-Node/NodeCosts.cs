using Usher.Bench.Budgets;
using Usher.Bench.Ingress;
using Usher.Bench.Road;
using Usher.Model.Contracts;
using Usher.Node;

namespace Usher.Bench.Node;

/// <summary>
/// A node's relay for a NodePort, with kube-proxy's choice in it: a connection with one request, and a request on an open one. A virtual IP is the
/// same relay.
/// </summary>
internal static class NodeCosts
{
    internal static async Task<IReadOnlyList<Cost>> MeasureAsync(Effort effort)
    {
        await using var road = new BenchRoad();
        var fronts = road.Get<IServiceFronts>();
        var nodePort = fronts.All(road.Generation).First(f => f.Kind == FrontKind.NodePort);
        await using var backend = new Backend(IngressCosts.Controllers(road).Select(c => road.Generation.Addresses.Bind(c.Key, 80)));
        var carrier = await road.CarryAsync<NodeCarrier>();
        try
        {
            using var direct = new Client(backend.EndPoint, Client.Plain);
            using var through = new Client(nodePort.Bound, Client.Plain);
            return
            [
                Cost.Between("node", "connection", () => Client.AskOnce(nodePort.Bound, Client.Plain), () => Client.AskOnce(backend.EndPoint, Client.Plain), effort.Connections),
                Cost.Between("node", "request", through.Ask, direct.Ask, effort),
            ];
        }
        finally
        {
            await carrier.StopAsync(new CancellationToken(canceled: true));
        }
    }
}
