using System.Net;
using Usher.Dashboard.Live;
using Usher.Dashboard.Map;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dashboard.Tests;

public sealed class RoadMapTests
{
    private static readonly RoadFacts Nothing = new(Generation.None, [], [], [], [], [], []);

    [Fact]
    public void The_stations_are_in_the_order_of_the_road() =>
        Assert.Equal([Hop.Dns, Hop.Tls, Hop.LoadBalancer, Hop.Node, Hop.Ingress, Hop.Service, Hop.Pod], RoadMap.Of(Nothing, Rates.None).Select(s => s.Hop));

    [Fact]
    public void An_empty_road_is_idle() => Assert.All(RoadMap.Of(Nothing, Rates.None), s => Assert.Equal(Signal.Idle, s.Signal));

    [Theory]
    [InlineData("healthy healthy", Signal.Good, "2 of 2 targets healthy")]
    [InlineData("healthy unhealthy", Signal.Warning, "1 of 2 targets healthy")]
    [InlineData("unhealthy unhealthy", Signal.Bad, "0 of 2 targets healthy")]
    [InlineData("initial initial", Signal.Warning, "0 of 2 targets healthy")]
    [InlineData("unused", Signal.Idle, "0 of 1 target healthy")]
    [InlineData("healthy draining", Signal.Warning, "1 of 2 targets healthy")]
    public void A_load_balancer_is_as_its_targets_are(string states, Signal signal, string summary)
    {
        var targets = states.Split(' ').Select((state, i) => new TargetHealthReport("shop", $"i-{i}:80", state, null, null, 0)).ToList();

        var station = RoadMap.Of(Nothing with { Targets = targets }, Rates.None)[2];

        Assert.Equal((signal, summary), (station.Signal, station.Summary));
    }

    [Theory]
    [InlineData("Running", true, false, Signal.Good)]
    [InlineData("Running", false, false, Signal.Bad)]
    [InlineData("Running", true, true, Signal.Warning)]
    [InlineData("Succeeded", false, false, Signal.Idle)]
    public void A_pod_is_as_kubectl_shows_it(string phase, bool ready, bool terminating, Signal signal)
    {
        var pod = new PodStatus(new ResourceKey("", "Pod", "shop", "a"), PodRuntime.Process, phase, ready, terminating, 0, null, null);

        var stations = RoadMap.Of(Nothing with { Pods = [pod, pod with { Key = pod.Key with { Name = "ingress" }, Runtime = PodRuntime.BuiltIn }] }, Rates.None);

        Assert.Equal((signal, "shop/a"), (Assert.Single(stations[6].Items).Signal, stations[6].Items[0].Name));
        Assert.Equal("shop/ingress", Assert.Single(stations[4].Items).Name);
    }

    [Theory]
    [InlineData(PodRuntime.BuiltIn, "pods as the ingress measures them")]
    [InlineData(PodRuntime.StandIn, "targets as the load balancer measures them")]
    public void Pods_are_as_busy_as_who_calls_them_measures(PodRuntime other, string measured)
    {
        var pod = new PodStatus(new ResourceKey("", "Pod", "shop", "a"), other, "Running", true, false, 0, null, null);
        var rates = Rates.None with { Now = new Dictionary<string, HopRate> { [measured] = new(7, 0, 0, null, null) } };

        var pods = RoadMap.Of(Nothing with { Pods = [pod] }, rates)[6];

        Assert.Equal((7, "requests", measured), (pods.Rate?.PerSecond, pods.Counts, pods.RateName));
    }

    [Theory]
    [InlineData("Ready", false, Signal.Good)]
    [InlineData("Ready,SchedulingDisabled", false, Signal.Warning)]
    [InlineData("NotReady", false, Signal.Bad)]
    [InlineData("Ready", true, Signal.Warning)]
    public void A_node_is_as_kubectl_shows_it(string state, bool drained, Signal signal)
    {
        var node = new NodeReport("ip-10-0-1-10", "i-1", "us-east-1a", new RoadAddress(IPAddress.Parse("10.0.1.10"), IPAddress.Parse("127.18.1.1")), false, state) { Drained = drained };

        var item = Assert.Single(RoadMap.Of(Nothing with { Nodes = [node] }, Rates.None)[3].Items);

        Assert.Equal((signal, "10.0.1.10 (127.18.1.1)"), (item.Signal, item.Address));
    }

    [Theory]
    [InlineData(2, 2, Signal.Good)]
    [InlineData(1, 2, Signal.Warning)]
    [InlineData(0, 2, Signal.Bad)]
    [InlineData(0, 0, Signal.Bad)]
    public void A_Service_is_as_its_endpoints_are(int ready, int all, Signal signal)
    {
        var service = new ServiceReport("shop/users", "ClusterIP", "10.100.0.1", "", 0, [new ServicePortReport("http", "TCP", 80, new IPEndPoint(IPAddress.Loopback, 80), 0, ready, all)]);

        Assert.Equal(signal, RoadMap.Of(Nothing with { Services = [service] }, Rates.None)[5].Signal);
    }

    [Theory]
    [InlineData(0, 0, Signal.Idle)]
    [InlineData(0, 0.1, Signal.Warning)]
    [InlineData(0.1, 0, Signal.Good)]
    [InlineData(2.0, 0, Signal.Warning)]
    [InlineData(0, 0.5, Signal.Bad)]
    public void Traffic_that_fails_colours_a_station(double refused, double failed, Signal signal)
    {
        var rate = new HopRate(refused + failed == 0 ? 0 : 10, refused, failed, null, null);

        Assert.Equal(signal, new Station(Hop.Ingress, "Ingress", "", []) { Rate = rate }.Traffic);
    }

    [Fact]
    public void A_station_is_the_worse_of_its_health_and_its_traffic()
    {
        var station = new Station(Hop.Pod, "Pods", "", [new StationItem("a", Signal.Good, "")]) { Rate = new HopRate(10, 0, 9, null, null) };

        Assert.Equal((Signal.Good, Signal.Bad, Signal.Bad), (station.Health, station.Traffic, station.Signal));
    }
}
