using static Usher.Ingress.Tests.Gateways.GatewayCluster;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>What attaches to what, and the conditions that say so.</summary>
public sealed class GatewayStatusTests
{
    private const string Http = "{ name: http, protocol: HTTP, port: 80 }";

    [Fact]
    public void What_is_right_is_accepted_and_programmed()
    {
        var cluster = new GatewayCluster(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: { name: usher }\nspec: { controllerName: example.com/gateways }\n"
            + Gateway(Http) + Service("a") + Route("a", $"rules: [{Rule("a")}]")).Valid();

        Assert.Equal(["Accepted=True Accepted"], cluster.Status("GatewayClass", "usher"));
        Assert.Equal(
            ["Accepted=True Accepted", "Programmed=True Programmed", "listener http: Accepted=True Accepted", "listener http: Conflicted=False NoConflicts", "listener http: ResolvedRefs=True ResolvedRefs", "listener http: Programmed=True Programmed"],
            cluster.Status("Gateway", "edge"));
        Assert.Equal(["parent shop/edge: Accepted=True Accepted", "parent shop/edge: ResolvedRefs=True ResolvedRefs"], cluster.Status("HTTPRoute", "a"));
        var listener = cluster.Snapshot.Statuses.Single(s => s.Part == "listener http");
        Assert.Equal(("1", "HTTPRoute, GRPCRoute"), (listener.Fields[0].Value, listener.Fields[1].Value));
    }

    [Theory]
    [InlineData("sectionName: https", "", "", "NoMatchingParent")]
    [InlineData("port: 8080", "", "", "NoMatchingParent")]
    [InlineData("sectionName: http", ", allowedRoutes: { kinds: [{ kind: GRPCRoute }] }", "", "NotAllowedByListeners")]
    [InlineData("", ", allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { team: a } } } }", "", "NotAllowedByListeners")]
    [InlineData("", ", allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { kubernetes.io/metadata.name: shop } } } }", "", "Accepted")]
    [InlineData("", ", hostname: \"*.example.com\"", "hostnames: [example.com], ", "NoMatchingListenerHostname")]
    [InlineData("", ", hostname: \"*.example.com\"", "hostnames: [other.org, \"a.b.example.com\"], ", "Accepted")]
    [InlineData("", ", hostname: a.example.com", "hostnames: [\"*.example.com\"], ", "Accepted")]
    public void A_route_attaches_by_section_port_kind_namespace_and_host(string parent, string listener, string hosts, string reason)
    {
        var cluster = new GatewayCluster(Gateway(Http.Replace(" }", listener + " }", StringComparison.Ordinal)) + Service("a")
            + Object("HTTPRoute", "a", $"parentRefs: [{{ name: edge{(parent.Length == 0 ? "" : ", ")}{parent} }}], {hosts}rules: [{Rule("a")}]"));

        var accepted = cluster.Snapshot.Statuses.Single(s => s.Key.Kind == "HTTPRoute").Conditions[0];
        Assert.Equal((reason == "Accepted", reason), (accepted.Holds, accepted.Reason));
        Assert.Equal(reason != "Accepted", cluster.Warnings.All.Any(w => w.NotAccepted && w.Field == "spec.parentRefs[0]"));
    }

    [Theory]
    [InlineData("b", false, "NotAllowedByListeners")]
    [InlineData("b", true, "Accepted")]
    public void Another_namespace_has_to_be_let_in(string ns, bool all, string reason)
    {
        var cluster = new GatewayCluster(Gateway(all ? "{ name: http, protocol: HTTP, port: 80, allowedRoutes: { namespaces: { from: All } } }" : Http) + Service("a", ns: ns)
            + Object("HTTPRoute", "a", $"parentRefs: [{{ name: edge, namespace: shop }}], rules: [{Rule("a")}]", ns));

        Assert.Equal(reason, cluster.Snapshot.Statuses.Single(s => s.Key.Kind == "HTTPRoute").Conditions[0].Reason);
    }

    [Theory]
    [InlineData("", "RefNotPermitted", "500")]
    [InlineData("to: [{ group: \"\", kind: Service }]", "ResolvedRefs", "other")]
    [InlineData("to: [{ group: \"\", kind: Service, name: other }]", "ResolvedRefs", "other")]
    [InlineData("to: [{ group: \"\", kind: Service, name: third }]", "RefNotPermitted", "500")]
    [InlineData("to: [{ group: \"\", kind: Secret }]", "RefNotPermitted", "500")]
    public void A_Service_of_another_namespace_wants_a_grant(string to, string reason, string answer)
    {
        var cluster = new GatewayCluster(Gateway(Http) + Service("other", ns: "b") + Route("a", "rules: [{ backendRefs: [{ name: other, namespace: b, port: 80 }] }]")
            + (to.Length == 0 ? "" : Object("ReferenceGrant", "grant", $"from: [{{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }}], {to}", "b")));

        Assert.Equal(reason, cluster.Snapshot.Statuses.Single(s => s.Key.Kind == "HTTPRoute").Conditions[1].Reason);
        Assert.Equal(answer, cluster.Ask("GET http://a.com/"));
    }

    [Fact]
    public void Listeners_in_each_others_way_are_told_and_the_others_are_served()
    {
        var cluster = new GatewayCluster(Gateway(Http, "{ name: tcp, protocol: TCP, port: 80 }", "{ name: ok, protocol: HTTP, port: 81 }", "{ name: udp, protocol: UDP, port: 81 }", "{ name: odd, protocol: SCTP, port: 82 }") + Service("a") + Route("a", $"rules: [{Rule("a")}]"));

        var status = cluster.Status("Gateway", "edge").ToList();
        foreach (var conflicted in new[] { "http", "tcp" })
        {
            Assert.Contains($"listener {conflicted}: Conflicted=True ProtocolConflict", status);
            Assert.Contains($"listener {conflicted}: Programmed=False Invalid", status);
        }

        Assert.Contains("listener odd: Accepted=False UnsupportedProtocol", status);
        Assert.Contains("Accepted=True ListenersNotValid", status);
        Assert.Equal([81, 81], cluster.Snapshot.Ports.Select(p => p.Plan.Port));
        Assert.Equal("a", cluster.Ask("GET http://a.com/", port: 81));
    }

    [Fact]
    public void A_host_is_either_HTTPRoutes_or_GRPCRoutes_and_the_older_has_it()
    {
        var cluster = new GatewayCluster(Gateway(Http) + Service("a") + Service("b")
            + Route("http", $"hostnames: [\"*.example.com\"], rules: [{Rule("a")}]") + Object("GRPCRoute", "grpc", $"parentRefs: [{{ name: edge }}], hostnames: [a.example.com], rules: [{Rule("b")}]", metadata: ", creationTimestamp: 2026-01-01T00:00:00Z")
            + Object("GRPCRoute", "fine", $"parentRefs: [{{ name: edge }}], hostnames: [example.org], rules: [{Rule("b")}]"));

        Assert.Equal(["parent shop/edge: Accepted=False Conflicted", "parent shop/edge: ResolvedRefs=True ResolvedRefs"], cluster.Status("HTTPRoute", "http"));
        Assert.Equal("b", cluster.Ask("POST http://a.example.com/s/m"));
        Assert.Equal("404", cluster.Ask("GET http://b.example.com/"));
        Assert.Equal("b", cluster.Ask("POST http://example.org/s/m"));
        Assert.Contains("GRPCRoute shop/grpc", Assert.Single(cluster.Warnings.All, w => w.NotAccepted).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_isnt_valid_leaves_the_others_of_its_route_and_all_other_routes_in_service()
    {
        var cluster = new GatewayCluster(Gateway(Http) + Service("a") + Service("b")
            + Route("partly", $"rules: [{Rule("a", Path("RegularExpression", "/(?=x)"))}, {Rule("a", Path("PathPrefix", "/ok"))}, {Rule("a", Path("PathPrefix", "/own"), "{ type: ExtensionRef, extensionRef: { group: example.com, kind: Magic, name: m } }")}]")
            + Route("other", $"hostnames: [b.com], rules: [{Rule("b")}]"));

        Assert.Equal(
            ["parent shop/edge: Accepted=True Accepted", "parent shop/edge: ResolvedRefs=False InvalidKind", "parent shop/edge: PartiallyInvalid=True UnsupportedValue"], cluster.Status("HTTPRoute", "partly"));
        Assert.Equal(("a", "404", "500", "b"), (cluster.Ask("GET http://a.com/ok"), cluster.Ask("GET http://a.com/x"), cluster.Ask("GET http://a.com/own"), cluster.Ask("GET http://b.com/")));
    }

    [Fact]
    public void A_copy_that_would_go_nowhere_isnt_sent_and_the_request_goes_on()
    {
        var cluster = new GatewayCluster(Gateway(Http) + Service("a") + Route("a", $"rules: [{Rule("a", "", "{ type: RequestMirror, requestMirror: { backendRef: { name: gone, port: 80 } } }")}]"));

        Assert.Equal("a", cluster.Ask("GET http://a.com/"));
        Assert.EndsWith("there is no Service shop/gone. No copy is sent there until it is there", Assert.Single(cluster.Warnings.All, w => w.Field.Contains("filters", StringComparison.Ordinal)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ListenerSet_attaches_where_it_is_allowed()
    {
        const string Edge = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: { name: edge, namespace: shop }\nspec: { gatewayClassName: usher, allowedListeners: { namespaces: { from: Selector, selector: { matchLabels: { edge: \"yes\" } } } }, listeners: [{ name: http, protocol: HTTP, port: 80, hostname: own.com }] }\n";
        static string Set(string name, string ns, string listeners) => Object("ListenerSet", name, $"parentRef: {{ name: edge, namespace: shop }}, listeners: [{listeners}]", ns);
        var cluster = new GatewayCluster(Edge + "---\napiVersion: v1\nkind: Namespace\nmetadata: { name: team, labels: { edge: \"yes\" } }\n" + Service("a", ns: "team") + Service("b")
            + Set("ours", "team", "{ name: more, protocol: HTTP, port: 80, hostname: team.com }, { name: same, protocol: HTTP, port: 80, hostname: own.com }") + Set("theirs", "other", "{ name: more, protocol: HTTP, port: 81 }")
            + Object("HTTPRoute", "team", $"parentRefs: [{{ kind: ListenerSet, name: ours, sectionName: more }}], rules: [{Rule("a")}]", "team") + Route("own", $"rules: [{Rule("b")}]"));

        Assert.Equal(("a", "b"), (cluster.Ask("GET http://team.com/"), cluster.Ask("GET http://own.com/")));
        Assert.Contains("listener same: Conflicted=True HostnameConflict", cluster.Status("ListenerSet", "ours"));
        Assert.Equal(["Accepted=False NotAllowed", "Programmed=False NotAllowed"], cluster.Status("ListenerSet", "theirs"));
        Assert.Equal("ListenerSet team/ours", cluster.Port().Plan.Listeners.Find("team.com")!.Owner.ToString());
    }

    [Fact]
    public void Listeners_at_one_port_keep_their_routes_apart()
    {
        var cluster = new GatewayCluster(Gateway("{ name: any, protocol: HTTP, port: 80 }", "{ name: wild, protocol: HTTP, port: 80, hostname: \"*.example.com\" }", "{ name: one, protocol: HTTP, port: 80, hostname: a.example.com }")
            + Service("a") + Service("b") + Service("c")
            + Object("HTTPRoute", "any", $"parentRefs: [{{ name: edge, sectionName: any }}], rules: [{Rule("a")}]")
            + Object("HTTPRoute", "wild", $"parentRefs: [{{ name: edge, sectionName: wild }}], rules: [{Rule("b", Path("PathPrefix", "/b"))}]")
            + Object("HTTPRoute", "one", $"parentRefs: [{{ name: edge, sectionName: one }}], rules: [{Rule("c", Path("PathPrefix", "/c"))}]")).Valid();

        Assert.Equal("a", cluster.Ask("GET http://example.com/"));
        Assert.Equal(("b", "404"), (cluster.Ask("GET http://x.example.com/b"), cluster.Ask("GET http://x.example.com/")));
        Assert.Equal(("c", "404"), (cluster.Ask("GET http://a.example.com/c"), cluster.Ask("GET http://a.example.com/b")));
    }

    [Fact]
    public void A_certificate_that_isnt_there_or_permitted_keeps_its_listener_from_being_served_and_no_other()
    {
        static string Tls(string name, string host, string reference) => $"{{ name: {name}, protocol: HTTPS, port: 443, hostname: {host}, tls: {{ certificateRefs: [{reference}] }} }}";
        var cluster = new GatewayCluster(Gateway(Tls("good", "a.com", "{ name: a }"), Tls("gone", "b.com", "{ name: b }"), Tls("far", "c.com", "{ name: c, namespace: other }")) + Secrets.Tls("a", ["a.com"]) + Service("a") + Route("a", $"rules: [{Rule("a")}]"));

        var status = cluster.Status("Gateway", "edge").ToList();
        Assert.Contains("listener good: Programmed=True Programmed", status);
        Assert.Contains("listener gone: ResolvedRefs=False InvalidCertificateRef", status);
        Assert.Contains("listener far: ResolvedRefs=False RefNotPermitted", status);
        Assert.Equal("a", cluster.Ask("GET https://a.com/", port: 443));
        Assert.Null(GatewayCertificateOf(cluster, "b.com"));
        // A connection for one host, used for another that no listener has.
        Assert.Equal("404", cluster.Ask("GET https://b.com/", port: 443, serverName: "a.com"));
    }

    [Fact]
    public void Listeners_that_end_TLS_for_the_same_hosts_are_told_and_keep_their_connections_apart()
    {
        static string Tls(string name, string host) => $"{{ name: {name}, protocol: https, port: 443, hostname: \"{host}\", tls: {{ certificateRefs: [{{ name: {name} }}] }} }}";
        var cluster = new GatewayCluster(Gateway(Tls("wild", "*.a.com"), Tls("one", "x.a.com")) + Secrets.Tls("wild", ["*.a.com"]) + Secrets.Tls("one", ["x.a.com"]) + Service("a") + Route("a", $"rules: [{Rule("a")}]"));

        foreach (var name in new[] { "wild", "one" }) Assert.Contains($"listener {name}: OverlappingTLSConfig=True OverlappingHostnames", cluster.Status("Gateway", "edge"));
        Assert.Equal(("a", "421"), (cluster.Ask("GET https://x.a.com/", port: 443), cluster.Ask("GET https://x.a.com/", port: 443, serverName: "y.a.com")));
    }

    [Fact]
    public void Of_several_certificates_the_one_with_the_very_name_is_shown()
    {
        var cluster = new GatewayCluster(Gateway("{ name: https, protocol: HTTPS, port: 443, tls: { certificateRefs: [{ name: wild }, { name: one }] } }") + Secrets.Tls("wild", ["*.a.com"]) + Secrets.Tls("one", ["x.a.com"])).Valid();

        var tls = cluster.Port(443).Plan.Listeners.Find("x.a.com")!.Tls!;
        Assert.Equal(("Secret shop/one", "Secret shop/wild", "Secret shop/wild"), (tls.For("x.a.com").Source, tls.For("y.a.com").Source, tls.For(null).Source));
    }

    [Fact]
    public void Without_authorities_for_clients_a_listener_is_not_accepted_and_a_Gateway_tells_what_it_cant_show_to_backends()
    {
        const string Edge = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: { name: edge, namespace: shop }\nspec: { gatewayClassName: usher, tls: { backend: { clientCertificateRef: { name: gone } }, frontend: { default: { validation: { caCertificateRefs: [{ kind: ConfigMap, name: gone }] } } } }, listeners: [{ name: https, protocol: HTTPS, port: 443, tls: { certificateRefs: [{ name: a }] } }] }\n";
        var cluster = new GatewayCluster(Edge + Secrets.Tls("a", ["a.com"]));

        var status = cluster.Status("Gateway", "edge").ToList();
        Assert.Contains("ResolvedRefs=False InvalidClientCertificateRef", status);
        Assert.Contains("listener https: Accepted=False NoValidCACertificate", status);
        Assert.Contains("listener https: ResolvedRefs=False InvalidCACertificateRef", status);
        Assert.Empty(cluster.Snapshot.Ports);
    }

    [Fact]
    public void A_Gateway_whose_objects_names_are_taken_makes_none()
    {
        var cluster = new GatewayCluster(Gateway(Http) + Service("edge-usher"));

        Assert.Contains("is written already", Assert.Single(cluster.Warnings.All, w => w.NotAccepted).Message, StringComparison.Ordinal);
        Assert.Equal("edge-usher", cluster.Generation.State.Find<k8s.Models.V1Service>("shop", "edge-usher")!.Value.Spec.Selector["app"]);
    }

    [Theory]
    [InlineData("1.2.3.4", "Programmed=False AddressNotUsable")]
    [InlineData("10.100.7.7", "Programmed=True Programmed")]
    public void An_address_that_cant_be_had_is_told(string address, string wanted)
    {
        var cluster = new GatewayCluster($"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{ name: edge, namespace: shop }}\nspec: {{ gatewayClassName: usher, addresses: [{{ value: {address} }}], listeners: [{Http}] }}\n");

        Assert.Contains(wanted, cluster.Status("Gateway", "edge"));
    }

    private static Ingress.Gateways.GatewayCertificate? GatewayCertificateOf(GatewayCluster cluster, string name) => Ingress.Gateways.GatewayCertificate.For(cluster.Port(443), name);
}
