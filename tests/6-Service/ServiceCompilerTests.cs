using Usher.Model.Contracts;

namespace Usher.Service.Tests;

/// <summary>Fronts and possible endpoints, and everything that is refused.</summary>
public sealed class ServiceCompilerTests
{
    [Fact]
    public void A_node_port_service_has_a_front_on_its_virtual_ip_and_on_every_node()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc",
            "type: NodePort, clusterIP: 10.100.0.7, selector: { app: a }, ports: [{ name: http, port: 80, targetPort: http, nodePort: 30080 }]"));

        Assert.Empty(cluster.Errors.All);
        var fronts = cluster.Fronts.All(cluster.Generation);
        Assert.Equal(
            ["ClusterIP 10.100.0.7:80 127.18.16.1:8080 http ", "NodePort 10.0.1.10:30080 127.18.1.1:30080 http node-1", "NodePort 10.0.2.10:30080 127.18.1.2:30080 http node-2"],
            fronts.Select(f => $"{f.Kind} {f.Declared} {f.Bound} {f.PortName} {f.Node?.Name}"));
    }

    [Fact]
    public void A_port_that_would_be_bound_where_a_privileged_one_is_makes_room()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", "clusterIP: 10.100.0.7, ports: [{ name: a, port: 8443 }, { name: b, port: 443 }, { name: c, port: 16443 }]"));

        Assert.Empty(cluster.Errors.All);
        Assert.Equal(["10.100.0.7:16443 127.18.16.1:16443", "10.100.0.7:443 127.18.16.1:8443", "10.100.0.7:8443 127.18.16.1:24443"],
            cluster.Fronts.All(cluster.Generation).Select(f => $"{f.Declared} {f.Bound}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Endpoints_are_the_selected_pods_with_named_ports_looked_up_in_each()
    {
        var cluster = new TestCluster(Yaml.TwoNodes
            + Yaml.Pod("other-port", "10.0.1.13", "node-1", ports: "{ name: http, containerPort: 80 }")
            + Yaml.Pod("without", "10.0.1.14", "node-1", ports: "{ name: web, containerPort: 80 }")
            + Yaml.Pod("unselected", "10.0.1.15", "node-1", app: "z")
            + Yaml.Service("svc", "clusterIP: 10.100.0.7, selector: { app: a }, ports: [{ port: 80, targetPort: http }]"));

        Assert.Empty(cluster.Errors.All);
        var port = cluster.Front("10.100.0.7:80").Port;
        Assert.Equal(["a1 10.0.1.11:8080 node-1 zone-a", "a2 10.0.1.12:8080 node-1 zone-a", "b1 10.0.2.11:8080 node-2 zone-b", "other-port 10.0.1.13:80 node-1 zone-a"],
            port.Endpoints.Select(e => $"{e.Name} {e.Declared} {e.Node} {e.Zone}"));
        Assert.Equal(8080, port.Endpoints[3].Bound.Port);
        Assert.Equal(("without", "none of its containers declares a TCP port named 'http' (they name 'web')"), Assert.Single(port.LeftOut));
    }

    [Fact]
    public void A_headless_service_and_one_whose_selector_matches_nothing_are_no_errors()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("headless", "clusterIP: None, selector: { app: a }")
            + Yaml.Service("svc", "clusterIP: 10.100.0.7, selector: { app: nobody }, ports: [{ port: 80, targetPort: http }]"));

        Assert.Empty(cluster.Errors.All);
        Assert.Equal("10.100.0.7:80", Assert.Single(cluster.Fronts.All(cluster.Generation)).Declared.ToString());
        Assert.Equal("Reject", cluster.Chosen("10.100.0.7:80"));
    }

    [Fact]
    public void A_service_without_selector_gets_what_is_written_in_its_slices()
    {
        var cluster = new TestCluster(Yaml.TwoNodes
            + Yaml.Service("db", "clusterIP: 10.100.0.8, ports: [{ name: sql, port: 5432 }, { name: http, port: 80 }]")
            + Slice("{ addresses: [192.168.7.7] }, { addresses: [10.0.1.11], nodeName: node-1 }, { addresses: [192.168.7.8], conditions: { ready: false } }", "{ name: sql, port: 5432 }"));

        Assert.Empty(cluster.Errors.All);
        var port = cluster.Front("10.100.0.8:5432").Port;
        Assert.Equal(["192.168.7.7 192.168.7.7:5432 192.168.7.7:5432 ", "192.168.7.8 192.168.7.8:5432 192.168.7.8:5432 ", "a1 10.0.1.11:5432 127.18.64.1:5432 zone-a"],
            port.Endpoints.Select(e => $"{e.Name} {e.Declared} {e.Bound} {e.Zone}"));
        Assert.Equal("192.168.7.7", cluster.Chosen("10.100.0.8:5432"));
        Assert.Equal("a1", cluster.Chosen("10.100.0.8:5432", draw: 0.99));
        Assert.Equal("Reject", cluster.Chosen("10.100.0.8:80"));
    }

    [Fact]
    public void Slices_of_the_controller_are_left_aside_for_the_pods_themselves()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("db", "clusterIP: 10.100.0.8, selector: { app: nobody }, ports: [{ port: 80 }]")
            + Slice("{ addresses: [10.0.1.11] }", "{ port: 80 }", ", endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io"));

        Assert.Empty(cluster.Front("10.100.0.8:80").Port.Endpoints);
    }

    [Theory]
    [InlineData("type: ExternalName", "spec.externalName", "is missing")]
    [InlineData("type: ExternalName, externalName: Db_1.example.com", "spec.externalName", "'Db_1.example.com' is no host name")]
    [InlineData("type: ExternalName, externalName: db.example.com, clusterIP: 10.100.0.3", "spec.clusterIP", "is not for type ExternalName")]
    [InlineData("ports: [{ port: 80 }], loadBalancerSourceRanges: [10.0.0.0/8]", "spec.loadBalancerSourceRanges", "is only for type LoadBalancer")]
    [InlineData("type: LoadBalancer, ports: [{ port: 80 }], healthCheckNodePort: 30000", "spec.healthCheckNodePort", "is only for type LoadBalancer with externalTrafficPolicy Local")]
    [InlineData("type: LoadBalancer, externalTrafficPolicy: Local, ports: [{ port: 80 }], healthCheckNodePort: 8080", "spec.healthCheckNodePort", "8080 is out of range")]
    [InlineData("ports: [{ name: a, port: 53, protocol: UDP }, { name: b, port: 53, protocol: UDP }]", "spec.ports[1].port", "53 is written twice for UDP")]
    [InlineData("type: Nodeport, ports: [{ port: 80 }]", "spec.type", "'Nodeport' is not supported; allowed are ClusterIP, NodePort, LoadBalancer, ExternalName")]
    [InlineData("ports: []", "spec.ports", "is missing")]
    [InlineData("ports: [{ port: 0 }]", "spec.ports[0].port", "0 is out of range")]
    [InlineData("ports: [{ port: 53, protocol: tcp }]", "spec.ports[0].protocol", "'tcp' is no protocol")]
    [InlineData("ports: [{ name: a, port: 80 }, { port: 81 }]", "spec.ports[1].name", "is missing")]
    [InlineData("ports: [{ name: a, port: 80 }, { name: a, port: 81 }]", "spec.ports[1].name", "'a' is the name of port 80 already")]
    [InlineData("ports: [{ name: a, port: 80 }, { name: b, port: 80 }]", "spec.ports[1].port", "80 is written twice")]
    [InlineData("ports: [{ name: A_b, port: 80 }]", "spec.ports[0].name", "'A_b' is no port name")]
    [InlineData("ports: [{ port: 80, targetPort: 70000 }]", "spec.ports[0].targetPort", "'70000' is neither a port")]
    [InlineData("ports: [{ port: 80, nodePort: 30001 }]", "spec.ports[0].nodePort", "is not for type ClusterIP")]
    [InlineData("ports: [{ port: 80 }], externalTrafficPolicy: Local", "spec.externalTrafficPolicy", "is only for the types NodePort and LoadBalancer")]
    [InlineData("ports: [{ port: 80 }], internalTrafficPolicy: Nearby", "spec.internalTrafficPolicy", "'Nearby' is not supported; allowed are Cluster, Local")]
    [InlineData("ports: [{ port: 80 }], sessionAffinity: Cookie", "spec.sessionAffinity", "'Cookie' is not supported; allowed are None, ClientIP")]
    [InlineData("ports: [{ port: 80 }], sessionAffinity: ClientIP, sessionAffinityConfig: { clientIP: { timeoutSeconds: 0 } }", "spec.sessionAffinityConfig.clientIP.timeoutSeconds", "0 is out of range")]
    [InlineData("ports: [{ port: 80 }], sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } }", "spec.sessionAffinityConfig", "is only for sessionAffinity ClientIP")]
    [InlineData("ports: [{ port: 80 }], trafficDistribution: Far", "spec.trafficDistribution", "'Far' is not supported")]
    [InlineData("ports: [{ port: 80 }], ipFamilies: [IPv6]", "spec.ipFamilies[0]", "'IPv6' is not supported")]
    [InlineData("ports: [{ port: 80 }], ipFamilyPolicy: RequireDualStack", "spec.ipFamilyPolicy", "'RequireDualStack' is not supported")]
    [InlineData("type: NodePort, clusterIP: None, ports: [{ port: 80 }]", "spec.clusterIP", "may not be 'None' for type NodePort")]
    [InlineData("clusterIP: 10.100.0.4, clusterIPs: [10.100.0.5], ports: [{ port: 80 }]", "spec.clusterIPs", "must be the one address of spec.clusterIP")]
    public void What_is_refused(string spec, string field, string message)
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", spec));

        var error = Assert.Single(cluster.Errors.All);
        Assert.Equal(("cluster.yaml", "Service shop/svc", field), (error.File, error.Object, error.Field));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ports: [{ port: 53, protocol: SCTP }]", "spec.ports[0].protocol", "SCTP isn't carried here")]
    [InlineData("ports: [{ port: 80, targetPort: htpp }], selector: { app: a }", "spec.ports[0].targetPort", "no container of the 3 selected pods declares a TCP port named 'htpp' (they name 'http')")]
    [InlineData("ports: [{ port: 80 }], externalIPs: [1.2.3.4], externalTrafficPolicy: Local", "spec.externalIPs", "has no effect here")]
    [InlineData("type: LoadBalancer, ports: [{ port: 80 }], loadBalancerSourceRanges: [10.0.0.0/8]", "spec.loadBalancerSourceRanges", "has no effect here")]
    public void What_is_accepted_without_effect_is_told(string spec, string field, string message)
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", spec));

        Assert.Empty(cluster.Errors.All);
        var warning = Assert.Single(cluster.Warnings.All);
        Assert.Equal(("cluster.yaml", "Service shop/svc", field), (warning.File, warning.Object, warning.Field));
        Assert.Contains(message, warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_external_name_has_no_front_and_is_told_by_its_host()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("db", "type: ExternalName, externalName: db.example.com., ports: [{ port: 5432 }]"));

        Assert.Empty(cluster.Errors.All);
        Assert.Empty(cluster.Warnings.All);
        Assert.Empty(cluster.Fronts.All(cluster.Generation));
        var report = Assert.Single(cluster.Reports.All(cluster.Generation));
        Assert.Equal(("ExternalName", "", "db.example.com."), (report.Type, report.ClusterIP, report.External));
    }

    [Fact]
    public void The_same_port_may_be_tcp_and_udp()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Pod("dns", "10.0.1.13", "node-1", "dns", "{ name: dns, containerPort: 53, protocol: UDP }, { name: dns-tcp, containerPort: 53 }")
            + Yaml.Service("kube-dns", "type: NodePort, clusterIP: 10.100.0.10, selector: { app: dns }, "
                + "ports: [{ name: dns, port: 53, protocol: UDP, targetPort: dns, nodePort: 30053 }, { name: dns-tcp, port: 53, targetPort: dns-tcp, nodePort: 30053 }]"));

        Assert.Empty(cluster.Errors.All);
        Assert.Empty(cluster.Warnings.All);
        Assert.Equal(["dns 10.100.0.10:53 True", "dns 10.0.1.10:30053 True", "dns 10.0.2.10:30053 True", "dns-tcp 10.100.0.10:53 False", "dns-tcp 10.0.1.10:30053 False", "dns-tcp 10.0.2.10:30053 False"],
            cluster.Fronts.All(cluster.Generation).Select(f => $"{f.PortName} {f.Declared} {f.Udp}"));
        var report = Assert.Single(cluster.Reports.All(cluster.Generation));
        Assert.Equal(["dns UDP 53 127.18.16.1:8053 30053 1 1", "dns-tcp TCP 53 127.18.16.1:8053 30053 1 1"],
            report.Ports.Select(p => $"{p.Name} {p.Protocol} {p.Port} {p.Bound} {p.NodePort} {p.Ready} {p.Endpoints}"));
    }

    [Fact]
    public void A_load_balancers_service_with_policy_local_has_a_health_check_on_every_node()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc",
            "type: LoadBalancer, externalTrafficPolicy: Local, clusterIP: 10.100.0.7, selector: { app: a }, healthCheckNodePort: 30999, ports: [{ name: http, port: 80, targetPort: http, nodePort: 30080 }, { name: more, port: 81, targetPort: http, nodePort: 30081 }]"));
        var checks = cluster.Fronts.All(cluster.Generation).Where(f => f.Kind == FrontKind.HealthCheck).ToList();

        Assert.Equal(["10.0.1.10:30999 node-1", "10.0.2.10:30999 node-2"], checks.Select(f => $"{f.Declared} {f.Node?.Name}"));
        // Pods, not ports, are counted.
        Assert.Equal([2, 1], checks.Select(f => cluster.Fronts.LocalEndpoints(cluster.Generation, f)));
        cluster.Pods.Set("shop/b1", "terminating");
        Assert.Equal([2, 0], checks.Select(f => cluster.Fronts.LocalEndpoints(cluster.Generation, f)));
        Assert.All(checks, f => Assert.True(cluster.Fronts.HasEndpoints(cluster.Generation, f)));
        var report = Assert.Single(cluster.Reports.All(cluster.Generation));
        Assert.Equal((30999, "<pending>"), (report.HealthCheckNodePort, report.External));
    }

    [Fact]
    public void Every_error_is_reported_at_once()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("one", "type: X, sessionAffinity: Y, ports: [{ port: 0, protocol: udp }]") + Yaml.Service("two", "ipFamilies: [IPv6], ports: []"));

        Assert.Equal(
            ["one spec.type", "one spec.sessionAffinity", "one spec.ports[0].port", "one spec.ports[0].protocol", "two spec.ipFamilies[0]", "two spec.ports"],
            cluster.Errors.All.Select(e => $"{e.Object.Split('/')[1]} {e.Field}"));
    }

    [Theory]
    [InlineData("{ addresses: [127.0.0.1] }", "{ port: 1 }", "endpoints[0].addresses[0]", "127.0.0.1 can't be an endpoint")]
    [InlineData("{ addresses: [10.100.0.9] }", "{ port: 1 }", "endpoints[0].addresses[0]", "10.100.0.9 is the virtual IP of Service shop/db")]
    [InlineData("{ addresses: [a.example.com] }", "{ port: 1 }", "endpoints[0].addresses[0]", "'a.example.com' is no IPv4 address")]
    [InlineData("{ addresses: [] }", "{ port: 1 }", "endpoints[0].addresses", "is missing")]
    [InlineData("{ addresses: [192.168.1.1] }", "{ port: 0 }", "ports[0].port", "0 is out of range")]
    [InlineData("{ addresses: [192.168.1.1] }", "{ name: a }", "ports[0].port", "is missing")]
    [InlineData("{ addresses: [192.168.1.1] }", "{ port: 53, protocol: udp }", "ports[0].protocol", "'udp' is no protocol")]
    public void What_is_refused_in_a_slice(string endpoints, string ports, string field, string message)
    {
        var cluster = new TestCluster(Yaml.Service("db", "clusterIP: 10.100.0.9, ports: [{ port: 5432 }]") + Slice(endpoints, ports));

        var error = Assert.Single(cluster.Errors.All);
        Assert.Equal(("EndpointSlice shop/db-1", field), (error.Object, error.Field));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Front_kinds_are_told_apart_by_where_they_are_bound()
    {
        var cluster = new TestCluster(Yaml.TwoNodes + Yaml.Service("svc", "type: NodePort, clusterIP: 10.100.0.7, selector: { app: a }, ports: [{ port: 80, targetPort: http, nodePort: 30080 }]"));

        foreach (var front in cluster.Fronts.All(cluster.Generation)) Assert.Equal(front, cluster.Snapshot.FrontAt(front.Place)!.Address);
        Assert.Equal(FrontKind.NodePort, cluster.Front("10.0.2.10:30080").Address.Kind);
    }

    private static string Slice(string endpoints, string ports, string labels = "") =>
        $"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {{ name: db-1, namespace: shop, labels: {{ kubernetes.io/service-name: db{labels} }} }}\n"
        + $"addressType: IPv4\nendpoints: [{endpoints}]\nports: [{ports}]\n";
}
