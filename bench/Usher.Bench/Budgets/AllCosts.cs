using Usher.Bench.Certificates;
using Usher.Bench.Dns;
using Usher.Bench.Ingress;
using Usher.Bench.LoadBalancer;
using Usher.Bench.Node;
using Usher.Bench.Road;
using Usher.Bench.Service;
using Usher.Bench.Trace;

namespace Usher.Bench.Budgets;

/// <summary>Every cost that has a budget, in the order of the road.</summary>
internal static class AllCosts
{
    /// <summary>Measures, one hop after the other. Nothing else may run in this process; <see cref="SocketThreads.UseOne"/> comes first.</summary>
    internal static async Task<IReadOnlyList<Cost>> MeasureAsync(Effort effort)
    {
        await using var road = new BenchRoad();
        return
        [
            DnsCosts.Query(road, effort),
            await CertificateCosts.ChooseAsync(road, effort),
            LoadBalancerCosts.Decide(road, effort),
            await LoadBalancerCosts.RequestAsync(effort),
            .. await NodeCosts.MeasureAsync(effort),
            IngressCosts.Decide(road, effort),
            await IngressCosts.RequestAsync(effort),
            ServiceCosts.Decide(road, effort),
            TraceCosts.Record(effort),
            TraceCosts.Add(effort),
            TraceCosts.AddFailed(effort),
            await RoadCosts.ExpressAsync(effort),
        ];
    }
}
