using System.Net;
using CsCheck;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Tests;

namespace Usher.Service.Tests;

/// <summary>Virtual IPs, NodePorts and defaults.</summary>
public sealed class ServiceReconcilerTests
{
    [Fact]
    public void A_service_gets_an_address_node_ports_and_the_defaults_and_the_written_object_stays_as_it_is()
    {
        var written = ClusterYaml.Read(Yaml.Service("a", "type: NodePort, ports: [{ name: x, port: 80 }, { name: y, port: 81, targetPort: http }]"));
        var before = k8s.KubernetesJson.Serialize(written[0].Value);

        var service = Reconcile(written).Single();

        Assert.Equal(before, k8s.KubernetesJson.Serialize(written[0].Value));
        var spec = service.Spec;
        Assert.StartsWith("10.100.", spec.ClusterIP, StringComparison.Ordinal);
        Assert.Equal([spec.ClusterIP], spec.ClusterIPs);
        Assert.All(spec.Ports, p => Assert.InRange(p.NodePort ?? 0, 30086, 32767));
        Assert.NotEqual(spec.Ports[0].NodePort, spec.Ports[1].NodePort);
        Assert.Equal(("TCP", "80"), (spec.Ports[0].Protocol, spec.Ports[0].TargetPort.Value));
        Assert.Equal("http", spec.Ports[1].TargetPort.Value);
        Assert.Equal(("None", "Cluster", "Cluster"), (spec.SessionAffinity, spec.InternalTrafficPolicy, spec.ExternalTrafficPolicy));
    }

    [Theory]
    [InlineData("ports: [{ port: 80 }]", false)]
    [InlineData("type: ClusterIP, ports: [{ port: 80 }]", false)]
    [InlineData("type: NodePort, ports: [{ port: 80 }]", true)]
    [InlineData("type: LoadBalancer, ports: [{ port: 80 }]", true)]
    [InlineData("type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }]", false)]
    public void Which_types_get_node_ports(string spec, bool expected) =>
        Assert.Equal(expected, Reconcile(ClusterYaml.Read(Yaml.Service("a", spec))).Single().Spec.Ports[0].NodePort is not null);

    [Fact]
    public void Headless_services_and_external_names_get_nothing()
    {
        var services = Reconcile(ClusterYaml.Read(
            Yaml.Service("headless", "clusterIP: None, ports: [{ port: 80 }]") + Yaml.Service("name", "type: ExternalName, externalName: example.com")));

        Assert.Equal("None", Assert.Single(services).Spec.ClusterIP);
    }

    [Fact]
    public void Numbers_of_the_running_generation_are_kept_unless_somebody_writes_them()
    {
        var first = Reconcile(ClusterYaml.Read(Yaml.Service("a", "type: NodePort, ports: [{ port: 80 }]") + Yaml.Service("b", "type: NodePort, ports: [{ port: 80 }]")));
        // As an operator would have had them, and not as the hash of the name gives them.
        var moved = first.Select(s => s with { Spec = s.Spec with { ClusterIP = $"10.100.9.{(int)s.Metadata.Name[0]}", Ports = [s.Spec.Ports[0] with { NodePort = 31000 + s.Metadata.Name[0] }] } }).ToList();
        var previous = new DesiredState(moved.Select(s => new Resource(new ResourceKey("", "Service", "shop", s.Metadata.Name), s, Origin.Derived)));

        var next = Reconcile(
            ClusterYaml.Read(Yaml.Service("a", "type: NodePort, ports: [{ port: 80 }]") + Yaml.Service("b", "type: NodePort, ports: [{ port: 80 }]")
                + Yaml.Service("c", "clusterIP: 10.100.9.98, type: NodePort, ports: [{ port: 1, nodePort: 31098 }]")), previous);

        Assert.Equal(("10.100.9.97", 31097), (next[0].Spec.ClusterIP, next[0].Spec.Ports[0].NodePort));
        Assert.Equal(("10.100.9.98", 31098), (next[2].Spec.ClusterIP, next[2].Spec.Ports[0].NodePort));
        Assert.NotEqual("10.100.9.98", next[1].Spec.ClusterIP);
        Assert.NotEqual(31098, next[1].Spec.Ports[0].NodePort);
    }

    [Theory]
    [InlineData("clusterIP: 10.100.0.5, ports: [{ port: 80 }]", "spec.clusterIP", "is the virtual IP of Service shop/first already")]
    [InlineData("clusterIP: 300.1.1.1, ports: [{ port: 80 }]", "spec.clusterIP", "'300.1.1.1' is no IPv4 address")]
    [InlineData("clusterIP: 127.0.0.5, ports: [{ port: 80 }]", "spec.clusterIP", "is no IPv4 address that a Service can have")]
    [InlineData("clusterIP: 'fd00::1', ports: [{ port: 80 }]", "spec.clusterIP", "is no IPv4 address")]
    [InlineData("type: NodePort, ports: [{ port: 80, nodePort: 30001 }]", "spec.ports[0].nodePort", "30001 is a NodePort of Service shop/first already")]
    [InlineData("type: NodePort, ports: [{ port: 80, nodePort: 8080 }]", "spec.ports[0].nodePort", "8080 is out of range; a NodePort is 30000–32767")]
    [InlineData("type: NodePort, ports: [{ name: a, port: 80, nodePort: 30002 }, { name: b, port: 81, nodePort: 30002 }]", "spec.ports[1].nodePort", "30002 is a NodePort of Service shop/second already")]
    public void Numbers_that_can_not_be_given(string spec, string field, string message)
    {
        var errors = new ErrorList();
        Reconcile(ClusterYaml.Read(
            Yaml.Service("first", "type: NodePort, clusterIP: 10.100.0.5, ports: [{ port: 80, nodePort: 30001 }]") + Yaml.Service("second", spec)), null, errors);

        var error = Assert.Single(errors.All);
        Assert.Equal(("Service shop/second", field), (error.Object, error.Field));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_health_check_port_is_given_where_it_is_wanted_and_kept()
    {
        const string Local = "type: LoadBalancer, externalTrafficPolicy: Local, ports: [{ port: 80 }]";
        var first = Reconcile(ClusterYaml.Read(Yaml.Service("a", Local) + Yaml.Service("b", "type: LoadBalancer, ports: [{ port: 80 }]") + Yaml.Service("c", "type: NodePort, externalTrafficPolicy: Local, ports: [{ port: 80 }]")));

        var given = first[0].Spec.HealthCheckNodePort!.Value;
        Assert.InRange(given, 30086, 32767);
        Assert.NotEqual(given, first[0].Spec.Ports[0].NodePort);
        Assert.Null(first[1].Spec.HealthCheckNodePort);
        Assert.Null(first[2].Spec.HealthCheckNodePort);

        var previous = new DesiredState([new Resource(new ResourceKey("", "Service", "shop", "a"), first[0] with { Spec = first[0].Spec with { HealthCheckNodePort = 31234 } }, Origin.Derived)]);
        Assert.Equal(31234, Reconcile(ClusterYaml.Read(Yaml.Service("a", Local)), previous).Single().Spec.HealthCheckNodePort);
    }

    [Fact]
    public void Every_property_of_a_service_survives_the_copy()
    {
        var written = new V1Service { ApiVersion = "v1", Kind = "Service", Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = "shop" }, Spec = new V1ServiceSpec
        {
            Type = "NodePort", ClusterIP = "10.100.0.9", LoadBalancerClass = "x", TrafficDistribution = "PreferClose", Ports = [new V1ServicePort { Port = 80, NodePort = 30001, Protocol = "TCP", TargetPort = 80, AppProtocol = "http" }],
            ClusterIPs = ["10.100.0.9"], SessionAffinity = "None", InternalTrafficPolicy = "Cluster", ExternalTrafficPolicy = "Cluster",
        } };

        var result = Reconcile([new Resource(new ResourceKey("", "Service", "shop", "a"), written, Origin.Derived)]).Single();

        Assert.Equal(k8s.KubernetesJson.Serialize(written), k8s.KubernetesJson.Serialize(result));
    }

    [Fact]
    public void Addresses_are_unique_stay_in_their_range_and_a_new_service_moves_no_other() =>
        Gen.String[Gen.Char['a', 'z'], 1, 8].HashSet[2, 60].Sample(names =>
        {
            var all = names.Select(n => Yaml.Service(n, "ports: [{ port: 80 }]")).ToList();
            var whole = Reconcile(ClusterYaml.Read(string.Concat(all))).ToDictionary(s => s.Metadata.Name, s => s.Spec.ClusterIP);
            var last = whole.Keys.Last();
            var without = Reconcile(ClusterYaml.Read(string.Concat(names.Where(n => n != last).Select(n => Yaml.Service(n, "ports: [{ port: 80 }]")))));

            Assert.Equal(whole.Count, whole.Values.Distinct().Count());
            Assert.All(whole.Values, a => Assert.True(new IPNetwork(IPAddress.Parse("10.100.0.0"), 16).Contains(IPAddress.Parse(a))));
            Assert.All(without, s => Assert.Equal(whole[s.Metadata.Name], s.Spec.ClusterIP));
        }, iter: 20);

    [Fact]
    public void When_every_number_is_taken_there_is_none_left_and_before_that_all_are_used()
    {
        var ports = new HashSet<int>();
        while (ServiceNumbers.FreeNodePort("x", ports.Contains) is { } port) Assert.True(ports.Add(port));
        Assert.Equal(2768, ports.Count);

        var addresses = new HashSet<IPAddress>();
        while (addresses.Count < 3) addresses.Add(ServiceNumbers.FreeAddress("x", addresses.Contains)!);
        Assert.Null(ServiceNumbers.FreeAddress("x", _ => true));
        Assert.Equal("10.100.0.1", ServiceNumbers.FreeAddress("x", a => a.GetAddressBytes()[2] != 0)!.ToString());
    }

    private static List<V1Service> Reconcile(IReadOnlyList<Resource> written, DesiredState? previous = null, ErrorList? errors = null)
    {
        var found = new ErrorList();
        var result = new ServiceReconciler().Reconcile(new CompileContext(new DesiredState(written), AddressPlan.Empty, AwsScope.Default, errors ?? found), previous ?? DesiredState.Empty);
        Assert.Empty(found.All);
        return [.. result.Select(r => (V1Service)r.Value)];
    }
}
