using System.Net;
using Usher.Bench.Budgets;
using Usher.Bench.Road;
using Usher.Certificates;
using Usher.LoadBalancer;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Bench.LoadBalancer;

/// <summary>The load balancer: its decision, and a request through its HTTP listener to a backend in the target's place.</summary>
internal static class LoadBalancerCosts
{
    internal static Cost Decide(BenchRoad road, Effort effort)
    {
        var decide = Decide(road);
        if (decide().Target is null) throw new InvalidOperationException("no target was chosen");
        return new Cost("load-balancer", "decide", Meter.OnThread(() => decide(), effort));
    }

    internal static async Task<Cost> RequestAsync(Effort effort)
    {
        await using var road = new BenchRoad();
        var snapshot = road.Generation.Get<LoadBalancerSnapshot>();
        await using var backend = new Backend(snapshot.TargetGroups[0].Targets.Select(t => t.Bound));
        await road.CarryAsync<CertificateCarrier>();
        var carrier = await road.CarryAsync<LoadBalancerCarrier>();
        try
        {
            using var direct = new Client(backend.EndPoint, Client.Plain);
            using var through = new Client(Listener(snapshot).Bound, Client.Plain);
            return Cost.Between("load-balancer", "request", through.Ask, direct.Ask, effort);
        }
        finally
        {
            await carrier.StopAsync(CancellationToken.None);
        }
    }

    /// <summary>Decides for one request, as live traffic does.</summary>
    internal static Func<LoadBalancerDecision> Decide(BenchRoad road)
    {
        var snapshot = road.Generation.Get<LoadBalancerSnapshot>();
        var listener = Listener(snapshot);
        var table = road.Get<TargetTable>();
        table.Prepare(snapshot.TargetGroups);
        var facts = new RequestFacts { Method = "GET", Scheme = "http", Host = "api.example.com", Path = "/v1/users", Source = IPAddress.Loopback };
        return () => LoadBalancerDecision.Make(listener, new LivingStates(table, Sends: true), facts, RequestProtocol.Http1, Draw.Random());
    }

    private static ListenerPlan Listener(LoadBalancerSnapshot snapshot) => snapshot.Listeners.Single(l => !l.Https);
}
