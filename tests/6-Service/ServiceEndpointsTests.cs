using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Service.Tests;

/// <summary>The endpoints of a Service as the cluster's DNS reads them.</summary>
public sealed class ServiceEndpointsTests
{
    private const string Hostnames =
        """
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: db-0, namespace: shop, labels: { app: db } }
        spec: { nodeName: node-1, hostname: db-0, subdomain: db, containers: [{ name: c, image: i, ports: [{ name: sql, containerPort: 5432 }] }] }
        status: { podIP: 10.0.1.50 }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: db-1, namespace: shop, labels: { app: db } }
        spec: { nodeName: node-1, hostname: other, subdomain: elsewhere, containers: [{ name: c, image: i, ports: [{ name: sql, containerPort: 5432 }] }] }
        status: { podIP: 10.0.1.51 }

        """;

    [Fact]
    public void A_headless_service_has_endpoints_and_no_front()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Hostnames + Yaml.Service("db", "clusterIP: None, selector: { app: db }, ports: [{ name: sql, port: 5432, targetPort: sql }]"));
        cluster.Pods.Set("shop/db-1", "not-ready: no answer");

        Assert.Empty(cluster.Errors.All);
        Assert.Empty(cluster.Snapshot.Fronts);
        Assert.Equal(["sql 10.0.1.50:5432 db-0 True ", "sql 10.0.1.51:5432  False no answer"], Read(cluster, "db"));
        Assert.All(Of(cluster, "db"), e => Assert.StartsWith("127.18.64.", e.Bound.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_headless_service_without_ports_has_addresses()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Hostnames + Yaml.Service("db", "clusterIP: None, selector: { app: db }"));

        Assert.Empty(cluster.Errors.All);
        Assert.Equal([" 10.0.1.50:0 db-0 True ", " 10.0.1.51:0  True "], Read(cluster, "db"));
    }

    [Fact]
    public void Services_are_found_by_an_endpoints_address_declared_or_bound()
    {
        var cluster = new TestCluster(
            Yaml.TwoNodes + Hostnames + Yaml.Service("db", "clusterIP: None, selector: { app: db }, ports: [{ port: 5432 }]")
            + Yaml.Service("all", "selector: { app: db }, ports: [{ port: 1 }]"));
        var endpoints = new ServiceEndpoints(new EndpointTable(cluster.Pods));
        var bound = Of(cluster, "db")[0].Bound.Address;

        Assert.Equal("all, db", string.Join(", ", endpoints.ServicesAt(cluster.Generation, IPAddress.Parse("10.0.1.50")).Select(s => s.Name)));
        Assert.Equal("all, db", string.Join(", ", endpoints.ServicesAt(cluster.Generation, bound).Select(s => s.Name)));
        Assert.Empty(endpoints.ServicesAt(cluster.Generation, IPAddress.Parse("10.0.1.99")));
        Assert.Empty(Of(cluster, "nothing"));
    }

    private static IReadOnlyList<ServiceEndpoint> Of(TestCluster cluster, string service) =>
        new ServiceEndpoints(new EndpointTable(cluster.Pods)).Of(cluster.Generation, new ResourceKey("", "Service", "shop", service));

    private static IEnumerable<string> Read(TestCluster cluster, string service) =>
        Of(cluster, service).Select(e => $"{e.PortName} {e.Declared} {e.HostName} {e.Ready} {e.Message}");
}
