using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Service.Tests;

/// <summary>Explaining, and what a recorded decision tells.</summary>
public sealed class ServiceStepTests
{
    private const string Svc = "type: NodePort, clusterIP: 10.100.0.7, selector: { app: a }, ports: [{ name: http, port: 80, targetPort: http, nodePort: 30080 }]";

    [Fact]
    public void A_traveller_at_a_virtual_ip_goes_on_to_an_endpoint()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc));

        var taken = new ServiceStep(cluster.Fronts).Take(cluster.Generation, At(cluster.Front("10.100.0.7:80").Address.Bound, cluster.Source("pod shop/b1")));

        var decision = Assert.IsType<ServiceDecision>(Assert.Single(taken!.Decisions));
        Assert.Equal(decision.Endpoint!.Bound, taken.Next!.Address);
        Assert.Equal([Hop.Service, Hop.Endpoint], decision.Tell().Select(a => a.Hop));
    }

    [Fact]
    public void A_recorded_decision_is_used_again_and_tells_the_state_that_it_read()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc));
        var bound = cluster.Front("10.100.0.7:80").Address.Bound;
        var recorded = cluster.Decide("10.100.0.7:80", draw: 0.9).Decision;
        var told = recorded.Tell().Last();
        cluster.Pods.Set("shop/b1", "not-ready");

        var taken = new ServiceStep(cluster.Fronts).Take(cluster.Generation, At(bound, IPAddress.Loopback) with { Given = [cluster.Decide("10.0.1.10:30080").Decision, recorded] });

        Assert.Same(recorded, Assert.Single(taken!.Decisions));
        Assert.Equal(cluster.Source("pod shop/b1"), taken.Next!.Address!.Address);
        Assert.Equal(told.Facts.ToJsonString(), recorded.Tell().Last().Facts.ToJsonString());
        Assert.Equal(3, (int)told.Facts["ready"]!);
    }

    [Fact]
    public void The_road_ends_at_a_service_without_endpoints()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc));
        foreach (var pod in new[] { "a1", "a2", "b1" }) cluster.Pods.Set($"shop/{pod}", "not-ready: it said so");

        var taken = new ServiceStep(cluster.Fronts).Take(cluster.Generation, At(cluster.Front("10.100.0.7:80").Address.Bound, IPAddress.Loopback));

        Assert.Null(taken!.Next);
        var accounts = taken.Decisions[0].Tell().ToList();
        Assert.Equal("service.no-endpoint", accounts[0].Outcome);
        Assert.False(accounts[0].Ok);
        Assert.Contains(accounts[1].Reasons, r => r is { Chosen: false, Why: "not ready: it said so" });
    }

    [Fact]
    public void Node_ports_and_other_places_are_none_of_this_step()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", Svc));
        var step = new ServiceStep(cluster.Fronts);

        Assert.Null(step.Take(cluster.Generation, At(cluster.Front("10.0.1.10:30080").Address.Bound, IPAddress.Loopback)));
        Assert.Null(step.Take(cluster.Generation, At(new IPEndPoint(IPAddress.Loopback, 1), IPAddress.Loopback)));
        Assert.Null(step.Take(cluster.Generation, At(null, IPAddress.Loopback)));
        Assert.Null(step.Take(Generation.None, At(cluster.Front("10.100.0.7:80").Address.Bound, IPAddress.Loopback)));
    }

    [Fact]
    public void Registration_gives_every_contract_once()
    {
        using var services = new ServiceCollection().AddSingleton<IPodDirectory>(new TestPods()).AddService().BuildServiceProvider();

        Assert.Same(services.GetRequiredService<ServiceFronts>(), services.GetRequiredService<IServiceFronts>());
        Assert.Equal([typeof(ServiceReconciler), typeof(EndpointsMirror)], services.GetServices<IReconciler>().Select(r => r.GetType()));
        Assert.IsType<ServiceClaims>(services.GetRequiredService<IAddressClaimant>());
        Assert.IsType<ServiceCompiler>(services.GetRequiredService<IHopCompiler>());
        Assert.IsType<ServiceStep>(services.GetRequiredService<IRoadStep>());
    }

    private static Traveller At(IPEndPoint? address, IPAddress source) => new()
    {
        Address = address,
        Source = source,
        Request = new RequestFacts { Method = "GET", Scheme = "http", Host = "example.com", Path = "/", Source = source },
    };
}
