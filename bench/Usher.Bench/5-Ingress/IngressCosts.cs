using System.Net;
using k8s.Models;
using Usher.Bench.Budgets;
using Usher.Bench.Road;
using Usher.Ingress;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Bench.Ingress;

/// <summary>The ingress controller: its decision, and a request through its pod to a backend in the pods' place.</summary>
internal static class IngressCosts
{
    internal static Cost Decide(BenchRoad road, Effort effort)
    {
        var decide = Decide(road);
        if (decide().Choice.Verdict != IngressVerdict.Forward) throw new InvalidOperationException("no route was chosen");
        return new Cost("ingress", "decide", Meter.OnThread(() => decide(), effort));
    }

    internal static async Task<Cost> RequestAsync(Effort effort)
    {
        await using var road = new BenchRoad();
        var controllers = Controllers(road).ToList();
        var pod = controllers[0];
        var addresses = road.Generation.Addresses;
        await using var backend = new Backend(road.Generation.State.All<V1Pod>().Where(p => controllers.TrueForAll(c => c.Key != p.Key)).Select(p => addresses.Bind(p.Key, 8080)));
        await using var controller = await road.Get<IBuiltInImage>().StartAsync(new PodStart(pod.Key, pod.Value, addresses.Of(pod.Key), addresses), CancellationToken.None);
        using var direct = new Client(backend.EndPoint, Client.Forwarded);
        using var through = new Client(addresses.Bind(pod.Key, 80), Client.Forwarded);
        return Cost.Between("ingress", "request", through.Ask, direct.Ask, effort);
    }

    /// <summary>The pods of the ingress controller.</summary>
    internal static IEnumerable<Resource<V1Pod>> Controllers(BenchRoad road) =>
        road.Generation.State.All<V1Pod>().Where(p => road.Get<IBuiltInImage>().Serves(p.Value.Spec.Containers[0]));

    /// <summary>Decides for one request, as live traffic does.</summary>
    internal static Func<IngressDecision> Decide(BenchRoad road)
    {
        var pod = Controllers(road).First();
        var controller = road.Generation.Get<IngressSnapshot>().ControllerAt(road.Generation.Addresses.Bind(pod.Key, 80))!;
        var backends = new LivingBackends(road.Get<IServiceFronts>(), road.Generation);
        var facts = new RequestFacts { Method = "GET", Scheme = "http", Host = "api.example.com", Path = "/v1/users", Source = IPAddress.Loopback };
        return () => IngressDecision.Make(controller, backends, facts);
    }
}
