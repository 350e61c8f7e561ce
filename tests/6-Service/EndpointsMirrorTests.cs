using System.Globalization;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Tests;

namespace Usher.Service.Tests;

/// <summary>Endpoints that people wrote, and the EndpointSlices that are made of them.</summary>
public sealed class EndpointsMirrorTests
{
    private const string Subset = "addresses: [{ ip: 192.168.7.1 }], ports: [{ port: 5432 }]";

    [Fact]
    public void A_slice_is_its_Endpoints_in_another_form()
    {
        var made = Mirror(
            Yaml.Service("db", "ports: [{ port: 5432 }]") + Endpoints(
                "db",
                "addresses: [{ ip: 192.168.7.1, hostname: db-1, nodeName: node-1, targetRef: { kind: Pod, name: db-1 } }], notReadyAddresses: [{ ip: 192.168.7.2 }], ports: [{ port: 5432, appProtocol: postgres }]",
                ", labels: { team: data, endpointslice.kubernetes.io/managed-by: me }, annotations: { note: x, kubectl.kubernetes.io/last-applied-configuration: y, endpoints.kubernetes.io/last-change-trigger-time: z }"),
            out _).Single();
        var slice = (V1EndpointSlice)made.Value;

        Assert.Equal(("discovery.k8s.io/v1", "EndpointSlice", "IPv4", "cluster.yaml"), (slice.ApiVersion, slice.Kind, slice.AddressType, made.Origin.File));
        Assert.Matches("^db-[a-z0-9]{5}$", slice.Metadata.Name);
        Assert.Equal((made.Key.Namespace, made.Key.Name), (slice.Metadata.NamespaceProperty, slice.Metadata.Name));
        Assert.Equal(["endpointslice.kubernetes.io/managed-by=endpointslicemirroring-controller.k8s.io", "kubernetes.io/service-name=db", "team=data"], slice.Metadata.Labels.Select(l => $"{l.Key}={l.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(["note"], slice.Metadata.Annotations.Keys);
        Assert.Equal(("Endpoints", "db", true), (slice.Metadata.OwnerReferences.Single().Kind, slice.Metadata.OwnerReferences.Single().Name, slice.Metadata.OwnerReferences.Single().Controller));
        Assert.Equal(("", 5432, "TCP", "postgres"), (slice.Ports.Single().Name, slice.Ports.Single().Port, slice.Ports.Single().Protocol, slice.Ports.Single().AppProtocol));
        Assert.Equal(["192.168.7.1 True db-1 node-1 db-1", "192.168.7.2 False   "], slice.Endpoints.Select(e => $"{e.Addresses.Single()} {e.Conditions.Ready} {e.Hostname} {e.NodeName} {e.TargetRef?.Name}"));
    }

    [Theory]
    [InlineData("ports: [{ port: 1 }]", "", 1, null)]
    [InlineData("selector: {}, ports: [{ port: 1 }]", "", 1, null)]
    [InlineData("selector: { app: db }, ports: [{ port: 1 }]", "", 0, "has no effect: Service shop/db has a selector, and its endpoints are the pods that it selects")]
    [InlineData(null, "", 0, "has no effect: there is no Service shop/db, whose endpoints these would be")]
    [InlineData("ports: [{ port: 1 }]", ", labels: { endpointslice.kubernetes.io/skip-mirror: 'true' }", 0, null)]
    [InlineData("ports: [{ port: 1 }]", ", labels: { endpointslice.kubernetes.io/skip-mirror: 'True' }", 1, null)]
    [InlineData(null, ", annotations: { control-plane.alpha.kubernetes.io/leader: '{}' }", 0, null)]
    public void Which_are_mirrored(string? service, string metadata, int slices, string? warning)
    {
        var made = Mirror((service is null ? "" : Yaml.Service("db", service)) + Endpoints("db", Subset, metadata), out var context);
        Assert.Equal(slices, made.Count);
        Assert.Equal(warning is null ? [] : [$"Endpoints shop/db: metadata.name: {warning}"], context.Warnings.All.Select(w => $"{w.Object}: {w.Field}: {w.Message}"));
    }

    [Fact]
    public void Subsets_with_the_same_ports_are_one_slice_and_names_stay()
    {
        var yaml = Yaml.Service("db", "ports: [{ port: 1 }]") + Endpoints(
            "db", "addresses: [{ ip: 10.0.0.1 }, { ip: 10.0.0.2 }], ports: [{ name: a, port: 1 }, { name: b, port: 2 }] }, { addresses: [{ ip: 10.0.0.2 }, { ip: 10.0.0.3 }], ports: [{ name: b, port: 2, protocol: TCP }, { name: a, port: 1 }] }, { addresses: [{ ip: 10.0.0.2 }], ports: [{ name: a, port: 9 }]");
        var made = Mirror(yaml, out _);
        Assert.Equal([["10.0.0.1", "10.0.0.2", "10.0.0.3"], ["10.0.0.2"]], made.Select(m => ((V1EndpointSlice)m.Value).Endpoints.Select(e => e.Addresses[0])));
        Assert.Equal(made.Select(m => m.Key), Mirror(yaml, out _).Select(m => m.Key));

        // What says the same is the very same.
        var again = Mirror(yaml, out _, new DesiredState(made));
        Assert.All(made.Zip(again), pair => Assert.Same(pair.First.Value, pair.Second.Value));
    }

    [Fact]
    public void A_subset_has_a_thousand_addresses_at_most()
    {
        var addresses = string.Join(", ", Enumerable.Range(0, 990).Select(i => string.Create(CultureInfo.InvariantCulture, $"{{ ip: 10.1.{i / 250}.{(i % 250) + 1} }}")));
        var more = string.Join(", ", Enumerable.Range(0, 15).Select(i => string.Create(CultureInfo.InvariantCulture, $"{{ ip: 10.2.0.{i + 1} }}")));
        var made = Mirror(Yaml.Service("db", "ports: [{ port: 1 }]") + Endpoints("db", $"addresses: [{addresses}], notReadyAddresses: [{more}], ports: [{{ port: 1 }}]"), out var context);
        Assert.Equal(1000, ((V1EndpointSlice)made.Single().Value).Endpoints.Count);
        Assert.Equal("A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 5 addresses were skipped", Assert.Single(context.Warnings.All).Message);
    }

    [Theory]
    [InlineData("010.0.0.1", "10.0.0.1")]
    [InlineData("'::ffff:10.0.0.1'", "10.0.0.1")]
    [InlineData("'fd00::1'", "found 'fd00::1'; IPv4 addresses are supported alone")]
    public void An_address_is_one_of_IPv4(string written, string expected)
    {
        var made = Mirror(Yaml.Service("db", "ports: [{ port: 1 }]") + Endpoints("db", $"notReadyAddresses: [{{ ip: {written} }}], ports: [{{ port: 1 }}]"), out var context);
        Assert.Equal(expected, made.Count > 0 ? ((V1EndpointSlice)made[0].Value).Endpoints.Single().Addresses[0] : Assert.Single(context.Errors.All).Message);
        Assert.All(context.Errors.All, e => Assert.Equal(("Endpoints shop/db", "subsets[0].notReadyAddresses[0].ip"), (e.Object, e.Field)));
    }

    [Fact]
    public void A_slice_of_the_controllers_that_somebody_wrote_is_left_to_it()
    {
        var cluster = new TestCluster(
            Yaml.TwoNodes + Yaml.Service("db", "clusterIP: 10.100.0.5, ports: [{ port: 5432 }]") + Endpoints("db", Subset)
            + "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: { name: db-old, namespace: shop, labels: { kubernetes.io/service-name: db, endpointslice.kubernetes.io/managed-by: endpointslicemirroring-controller.k8s.io } }\naddressType: IPv4\nendpoints: [{ addresses: [192.168.7.9] }]\nports: [{ name: '', port: 5432 }]\n");
        Assert.Empty(cluster.Errors.All);
        Assert.Equal("192.168.7.1:5432", cluster.Front("10.100.0.5:5432").Port.Endpoints.Single().Declared.ToString());
        Assert.Contains(cluster.Warnings.All, w => w.Object == "EndpointSlice shop/db-old" && w.Message.StartsWith("has no effect: the EndpointSlice mirroring controller takes its slices for its own", StringComparison.Ordinal));
    }

    private static string Endpoints(string name, string subset, string more = "") => $"---\napiVersion: v1\nkind: Endpoints\nmetadata: {{ name: {name}, namespace: shop{more} }}\nsubsets: [{{ {subset} }}]\n";

    private static List<Resource> Mirror(string yaml, out CompileContext context, DesiredState? previous = null)
    {
        context = new CompileContext(new DesiredState(ClusterYaml.Read(yaml)), AddressPlan.Empty, AwsScope.Default, new ErrorList());
        return [.. new EndpointsMirror().Reconcile(context, previous ?? DesiredState.Empty)];
    }
}
