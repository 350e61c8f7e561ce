using k8s.Models;
using Usher.Bench.Budgets;
using Usher.Bench.Ingress;
using Usher.Certificates;
using Usher.LoadBalancer;
using Usher.Model.Contracts;
using Usher.Node;

namespace Usher.Bench.Road;

/// <summary>The whole road on express links: a request through the HTTP listener, a node and an ingress pod to a backend in the pods' place.</summary>
internal static class RoadCosts
{
    internal static async Task<Cost> ExpressAsync(Effort effort)
    {
        await using var road = new BenchRoad(express: true);
        var addresses = road.Generation.Addresses;
        var controllers = IngressCosts.Controllers(road).ToList();
        var applications = road.Generation.State.All<V1Pod>().Where(p => controllers.TrueForAll(c => c.Key != p.Key));
        await using var backend = new Backend(applications.Select(p => addresses.Bind(p.Key, 8080)));
        var running = new List<IRunningPod>();
        var stops = new List<Func<Task>>();
        try
        {
            foreach (var pod in controllers)
            {
                running.Add(await road.Get<IBuiltInImage>().StartAsync(new PodStart(pod.Key, pod.Value, addresses.Of(pod.Key), addresses), CancellationToken.None));
            }

            await road.CarryAsync<CertificateCarrier>();
            var node = await road.CarryAsync<NodeCarrier>();
            stops.Add(() => node.StopAsync(new CancellationToken(canceled: true)));
            var loadBalancer = await road.CarryAsync<LoadBalancerCarrier>();
            stops.Add(() => loadBalancer.StopAsync(CancellationToken.None));
            using var direct = new Client(backend.EndPoint, Client.Plain);
            using var through = new Client(road.Generation.Get<LoadBalancerSnapshot>().Listeners.Single(l => !l.Https).Bound, Client.Plain);
            return Cost.Between("road", "express", through.Ask, direct.Ask, effort);
        }
        finally
        {
            foreach (var stop in stops.AsEnumerable().Reverse()) await stop();
            foreach (var pod in running) await pod.DisposeAsync();
        }
    }
}
