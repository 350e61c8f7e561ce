using Usher.Bench.Budgets;
using Usher.Bench.Road;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Bench.Service;

/// <summary>kube-proxy's choice of an endpoint for one connection.</summary>
internal static class ServiceCosts
{
    internal static Cost Decide(BenchRoad road, Effort effort)
    {
        var decide = Decide(road);
        if (decide().Destination is null) throw new InvalidOperationException("no endpoint was chosen");
        return new Cost("service", "decide", Meter.OnThread(() => decide(), effort));
    }

    /// <summary>Decides for a connection from the load balancer to a NodePort.</summary>
    internal static Func<FrontDecision> Decide(BenchRoad road)
    {
        var fronts = road.Get<IServiceFronts>();
        var nodePort = fronts.All(road.Generation).First(f => f.Kind == FrontKind.NodePort);
        var source = road.Generation.Addresses.Range.Addresses(AddressBlock.LoadBalancer).First();
        return () => fronts.Decide(road.Generation, nodePort, source);
    }
}
