using static Usher.Journey.Tests.OtherRoads.Added;

namespace Usher.Journey.Tests.OtherRoads;

/// <summary>The Gateway API's own examples (kubernetes-sigs/gateway-api, examples/standard): what is asked of each, and what comes back.</summary>
internal static class GatewayRoads
{
    private const string Example = "example-gateway-class";

    /// <summary>Routes of HTTP.</summary>
    internal static IReadOnlyList<OtherRoad> Http { get; } =
    [
        new(["basic-http.yaml"], Backends("my-service1:8080", "my-service2:8080"),
            "GET http://foo.com/bar/x?y=1 → my-service1 /bar/x?y=1", "GET http://foo.com/some/thing?great=example magic=foo → my-service2",
            "POST http://foo.com/some/thing?great=example magic=foo → 404", "GET http://foo.com/some/thing?great=other magic=foo → 404", "GET http://foo.com/barx → 404", "GET http://other.com/bar → 404",
            "GET h2c://foo.com/bar → my-service1", "STATUS GatewayClass example → Accepted=True Accepted", "STATUS Gateway my-gateway → Programmed=True Programmed"),
        new(["default-match-http.yaml"], Backends("my-service-2:8080"),
            "GET http://default-match.com/ magic=default-match → 500", "GET http://default-match.com/example/exact magic=default-match → my-service-2", "GET http://default-match.com/example/exact/ → 404",
            "STATUS HTTPRoute default-match-route → ResolvedRefs=False InvalidKind", "STATUS HTTPRoute default-match-route → Accepted=True Accepted"),
        new(["simple-gateway/gateway.yaml", "simple-gateway/httproute.yaml"], Class("example") + Backends("foo-svc:8080"), "GET http://any.example.org/x → foo-svc /x", "STATUS HTTPRoute foo → ResolvedRefs=True ResolvedRefs"),
        new(["http-routing/gateway.yaml", "http-routing/foo-httproute.yaml", "http-routing/bar-httproute.yaml"], Class(Example) + Backends("example-svc:80", "foo-svc:8080", "bar-svc:8080", "bar-svc-canary:8080"),
            "GET http://example.com/ → example-svc", "GET http://foo.example.com/login/x → foo-svc /login/x", "GET http://foo.example.com/logins → 404",
            "GET http://bar.example.com/ env=canary → bar-svc-canary", "GET http://bar.example.com/ → bar-svc", "GET http://bar.example.com/ env=other → bar-svc"),
        new(["httproute.yaml"], Gateway("gw") + Backends("my-service-1:8080", "my-service-2:8080", "my-service-3:8080"),
            "GET http://a.com/mypath/x → my-service-1 /mypath/x", "GET http://a.com/mypath-012 → my-service-2", "GET http://a.com/mypath-0123 → 404", "GET http://a.com/my%20path/123/x → my-service-3 /my%20path/123/x")
        { Parent = "gw" },
        new(["simple-http-https/gateway.yaml", "simple-http-https/foo-route.yaml", "simple-http-https/bar-route.yaml", "simple-http-https/tls-redirect-route.yaml"],
            Class("prod") + Secret("example-com", hosts: "*.example.com") + Backends("foo-app:80", "foo-orders-app:80", "bar-app:80"),
            "GET http://foo.example.com/x?y=1 → 302 https://foo.example.com/x?y=1", "GET https://foo.example.com/x → foo-app /x", "GET https://foo.example.com/orders/1 → foo-orders-app", "GET https://foo.example.com/orders1 → foo-app",
            "GET h2://bar.example.com/ → bar-app >x-forwarded-proto=https", "GET http://other.example.com/ → 404", "TLS bar.example.com:443 → CN=*.example.com bar-app"),
        new(["cross-namespace-routing/0-namespaces.yaml", "cross-namespace-routing/gateway.yaml", "cross-namespace-routing/site-route.yaml", "cross-namespace-routing/store-route.yaml"],
            Class("shared-gateway-class") + Secret("foo-example-com", "infra-ns", "foo.example.com") + Backends("site-ns/home:8080", "site-ns/login-v1:8080", "site-ns/login-v2:8080", "store-ns/store:8080", "no-external-access/inner:8080")
            + Route("inner", "no-external-access", "parentRefs: [{ name: shared-gateway, namespace: infra-ns }], rules: [{ matches: [{ path: { value: /inner } }], backendRefs: [{ name: inner, port: 8080 }] }]"),
            "GET https://foo.example.com/ → home", "SPLIT https://foo.example.com/login → login-v1 90 login-v2 10", "GET https://foo.example.com/store/1 → store", "GET https://foo.example.com/inner → home",
            "STATUS HTTPRoute inner → Accepted=False NotAllowedByListeners", "STATUS HTTPRoute store → Accepted=True Accepted"),
        new(["http-route-attachment/gateway-strict.yaml", "http-route-attachment/gateway-namespaces.yaml", "http-route-attachment/httproute.yaml", "0-namespaces.yaml"],
            Class("foo-lb") + Backends("gateway-api-example-ns2/foo-svc:8080")
            + Route("other", "gateway-api-example-ns2", "parentRefs: [{ name: prod-gateway, namespace: gateway-api-example-ns1 }], rules: [{ backendRefs: [{ name: foo-svc, port: 8080 }] }]"),
            "GET http://a.com/ @foo-gateway → foo-svc", "GET http://a.com/ @prod-gateway → 404", "STATUS HTTPRoute my-route → Accepted=True Accepted", "STATUS HTTPRoute other → Accepted=False NotAllowedByListeners"),
        new(["reference-grant.yaml"],
            Gateway("gw", "prod") + Backends("web:80", "other/web:80") + Route("granted", "prod", "parentRefs: [{ name: gw }], hostnames: [a.com], rules: [{ backendRefs: [{ name: web, namespace: default, port: 80 }] }]")
            + Route("denied", "prod", "parentRefs: [{ name: gw }], hostnames: [b.com], rules: [{ backendRefs: [{ name: web, namespace: other, port: 80 }] }]"),
            "GET http://a.com/ → web", "GET http://b.com/ → 500", "STATUS HTTPRoute granted → ResolvedRefs=True ResolvedRefs", "STATUS HTTPRoute denied → ResolvedRefs=False RefNotPermitted"),
        new(["gateway-addresses.yaml"], Class("example"), "STATUS Gateway gateway-addresses → Programmed=False AddressNotUsable"),
        new(["listenerset/listenerset.yaml"],
            Class("example") + Secret("first-workload-cert", "team-1-ns", "first.foo.com") + Secret("second-workload-cert", "team-2-ns", "second.foo.com") + Backends("web:80", "team-1-ns/first:80", "team-2-ns/second:80")
            + Route("web", "default", "parentRefs: [{ name: parent-gateway }], rules: [{ backendRefs: [{ name: web, port: 80 }] }]")
            + Route("first", "team-1-ns", "parentRefs: [{ kind: ListenerSet, name: first-workload-listeners }], rules: [{ backendRefs: [{ name: first, port: 80 }] }]")
            + Route("second", "team-2-ns", "parentRefs: [{ kind: ListenerSet, name: second-workload-listeners, sectionName: second }], rules: [{ backendRefs: [{ name: second, port: 80 }] }]"),
            "GET http://foo.com/ → web", "GET https://first.foo.com/ → first", "GET h2://second.foo.com/ → second", "TLS second.foo.com:443 → CN=second.foo.com second", "GET http://first.foo.com/ → 404",
            "STATUS ListenerSet first-workload-listeners → Accepted=True Accepted", "STATUS ListenerSet first-workload-listeners → Programmed=True Programmed"),
        .. new[] { ("simple", "store", "external-http", "http://a.com/x"), ("location", "store", "external-http", "http://a.com/west"), ("method", "api", "api-gw", "http://a.com/") }.Select(r =>
            new OtherRoad([$"multicluster/httproute-{r.Item1}.yaml"], Gateway(r.Item3), $"GET {r.Item4} → 500", $"POST {r.Item4} → 500", $"STATUS HTTPRoute {r.Item2} → ResolvedRefs=False InvalidKind", $"STATUS HTTPRoute {r.Item2} → Accepted=True Accepted")),
        new(["multicluster/httproute-hybrid.yaml"], Gateway("external-http") + Backends("store:8080"), "SPLIT http://a.com/ → store 90 500 10", "STATUS HTTPRoute store → ResolvedRefs=False InvalidKind"),
    ];

    /// <summary>Filters of HTTP, and shares.</summary>
    internal static IReadOnlyList<OtherRoad> Filters { get; } =
    [
        new(["http-filter.yaml"], Gateway("gw") + Backends("my-filter-svc1:80"), "GET http://my.filter.com/ my-header=own → my-filter-svc1 >my-header=own,foo") { Parent = "gw" },
        new(["http-request-header-add.yaml"], Gateway("acme-gw") + Backends("echo:8080"), "GET http://a.com/add-a-request-header → echo >my-header-name=my-header-value", "GET http://a.com/ → 404"),
        new(["http-request-header-set.yaml"], Gateway("acme-gw") + Backends("echo:8080"), "GET http://a.com/edit-a-request-header my-header-name=old → echo >my-header-name=my-new-header-value"),
        new(["http-request-header-remove.yaml"], Gateway("acme-gw") + Backends("echo:8080"), "GET http://a.com/remove-a-request-header x-request-id=1 x-other=2 → echo >x-request-id=- >x-other=2"),
        new(["http-request-mirroring/httproute-mirroring.yaml"], Gateway("mirror-gateway") + Backends("foo-v1:8080", "foo-v2:8080"), "GET http://mirror.example/ → foo-v1"),
        new(["http-redirect.yaml"], Secret("example-com-cert", "gateway-api-example-ns1", "my-filter.example.com") + Backends("gateway-api-example-ns1/my-filter-svc1:80"),
            "GET http://my-filter.example.com/x?y=1 → 302 https://my-filter.example.com/x?y=1", "GET https://my-filter.example.com/x → my-filter-svc1 /x", "TLS my-filter.example.com:443 → CN=my-filter.example.com my-filter-svc1"),
        new(["http-redirect-path.yaml", "0-namespaces.yaml"], Gateway("my-filter-gateway", "gateway-api-example-ns1"), "GET http://my-filter.example.com/x?y=1 → 302 http://my-filter.example.com/foo?y=1"),
        // A rule that rewrites and names no backend has nowhere to send what it rewrote.
        new(["http-rewrite.yaml", "0-namespaces.yaml"], Gateway("my-filter-gateway", "gateway-api-example-ns1"), "GET http://my-filter.example.com/x → 500"),
        new(
            [.. new[] { "gateway-redirect-http-https", "httproute-redirect-http", "httproute-redirect-https", "httproute-redirect-303", "httproute-redirect-307", "httproute-redirect-308" }.Select(f => $"http-redirect-rewrite/{f}.yaml")],
            Class("foo-lb") + Secret("redirect-example", hosts: ["redirect.example", "api.example.com"]) + Backends("example-svc:80"),
            "GET http://redirect.example/x?y=1 → 301 https://redirect.example/x?y=1", "GET https://redirect.example/x → example-svc /x", "POST http://forms.example.com/submit-form → 303 http://forms.example.com/thank-you",
            "GET http://forms.example.com/submit-form → 404", "PUT http://api.example.com/api/v1/a → 307 http://api.example.com/api/v2", "POST https://api.example.com/old-api → 308 https://api.example.com/new-api"),
        new(["http-redirect-rewrite/httproute-redirect-full.yaml"], Gateway("gw"), "GET http://redirect.example/cayenne/x → 302 http://redirect.example/paprika", "GET http://redirect.example/cayennes → 404") { Parent = "gw" },
        new(["http-redirect-rewrite/httproute-redirect-prefix.yaml"], Gateway("gw"), "GET http://redirect.example/cayenne/x?y=1 → 302 http://redirect.example/paprika/x?y=1") { Parent = "gw" },
        new(["http-redirect-rewrite/httproute-rewrite.yaml"], Gateway("gw") + Backends("example-svc:80"), "GET http://rewrite.example/x?y=1 → example-svc /x?y=1 >host=elsewhere.example") { Parent = "gw" },
        new(["http-redirect-rewrite/httproute-rewrite-full-path.yaml"], Gateway("gw") + Backends("example-svc:80"), "GET http://rewrite.example/cardamom/x?y=1 → example-svc /fennel?y=1 >host=elsewhere.example") { Parent = "gw" },
        new(["http-redirect-rewrite/httproute-rewrite-prefix-path.yaml"], Gateway("gw") + Backends("example-svc:80"), "GET h2c://rewrite.example/cardamom/x?y=1 → example-svc /fennel/x?y=1 >host=elsewhere.example") { Parent = "gw" },
        new(["http-cors/httproute-all-fields-set.yaml"], Gateway("same-namespace") + Backends("infra-backend-v1:8080"),
            "OPTIONS http://a.com/cors-behavior-creds-true Origin=https://www.foo.com Access-Control-Request-Method=GET Access-Control-Request-Headers=x-header-1 → 204 <Access-Control-Allow-Origin=https://www.foo.com "
            + "<Access-Control-Allow-Credentials=true <Access-Control-Allow-Methods=GET,_OPTIONS <Access-Control-Allow-Headers=x-header-1 <Access-Control-Max-Age=3600",
            "GET http://a.com/cors-behavior-creds-true Origin=https://a.bar.com → infra-backend-v1 <Access-Control-Allow-Origin=https://a.bar.com <Access-Control-Expose-Headers=x-header-3,_x-header-4",
            "GET http://a.com/cors-behavior-creds-true Origin=https://evil.example → infra-backend-v1 <Access-Control-Allow-Origin=-"),
        new(["http-cors/httproute-all-origins-no-creds.yaml"], Gateway("same-namespace") + Backends("infra-backend-v1:8080"),
            "OPTIONS http://a.com/cors-behavior-creds-false Origin=https://x.com Access-Control-Request-Method=GET → 204 <Access-Control-Allow-Origin=* <Access-Control-Allow-Credentials=-",
            "GET http://a.com/cors-behavior-creds-false Origin=https://x.com → infra-backend-v1 <Access-Control-Allow-Origin=*"),
        new(["http-cors/httproute-credentials-true.yaml"], Gateway("same-namespace") + Backends("infra-backend-v1:8080"),
            "GET http://a.com/cors-behavior-creds-true Origin=https://app.example → infra-backend-v1 <Access-Control-Allow-Origin=https://app.example <Access-Control-Allow-Credentials=true"),
        new(["http-cors/httproute-origins-with-wildcards-no-creds.yaml"], Gateway("same-namespace") + Backends("infra-backend-v1:8080"),
            "GET http://a.com/cors-behavior-creds-false Origin=https://x.foo.com → infra-backend-v1 <Access-Control-Allow-Origin=https://x.foo.com <Vary=Origin",
            "GET http://a.com/cors-behavior-creds-false Origin=https://foo.com → infra-backend-v1 <Access-Control-Allow-Origin=-"),
        new(["http-cors/httproute-specific-origin-no-creds.yaml"], Gateway("same-namespace") + Backends("infra-backend-v1:8080"),
            "OPTIONS http://a.com/cors-behavior-creds-false Origin=https://app.example Access-Control-Request-Method=POST → 204 <Access-Control-Allow-Origin=https://app.example",
            "OPTIONS http://a.com/cors-behavior-creds-false Origin=https://other.example Access-Control-Request-Method=POST → 204 <Access-Control-Allow-Origin=-"),
        new(["traffic-splitting/simple-split.yaml"], Gateway("gw") + Backends("foo-v1:8080", "foo-v2:8080"), "SPLIT http://a.com/ → foo-v1 90 foo-v2 10") { Parent = "gw" },
        new(["traffic-splitting/traffic-split-1.yaml"], Gateway("gw") + Backends("foo-v1:8080", "foo-v2:8080"), "GET http://foo.example.com/ → foo-v1", "GET http://foo.example.com/ traffic=test → foo-v2") { Parent = "gw" },
        new(["traffic-splitting/traffic-split-2.yaml"], Gateway("gw") + Backends("foo-v1:8080", "foo-v2:8080"), "SPLIT h2c://foo.example.com/ → foo-v1 90 foo-v2 10") { Parent = "gw" },
        new(["traffic-splitting/traffic-split-3.yaml"], Gateway("gw") + Backends("foo-v1:8080", "foo-v2:8080"), "SPLIT http://foo.example.com/ → foo-v1 0 foo-v2 100") { Parent = "gw" },
    ];

    /// <summary>TLS, gRPC, TCP and UDP.</summary>
    internal static IReadOnlyList<OtherRoad> Others { get; } =
    [
        new(["backend-tls.yaml"], Class("acme-lb") + Secret("foo-example-cert", hosts: "foo.example.com") + Backends("web:80") + Routed("backend-tls"),
            "GET http://foo.example.com/ → web", "GET http://bar.example.com/ → 404", "STATUS Gateway backend-tls → Programmed=True Programmed"),
        new(["tls-basic.yaml"], Class("example") + Secret("foo-example-com-cert", hosts: "foo.example.com") + Secret("bar-example-com-cert", hosts: "bar.example.com") + Backends("web:80") + Routed("tls-basic"),
            "TLS foo.example.com:443 → CN=foo.example.com web", "TLS bar.example.com:443 → CN=bar.example.com web", "GET h2://bar.example.com/ → web"),
        new(["wildcard-tls-gateway.yaml"], Class("example") + Secret("foo-example-com-cert", hosts: "foo.example.com") + Secret("wildcard-example-com-cert", hosts: "*.example.com") + Backends("web:80") + Routed("wildcard-tls-gateway"),
            "TLS foo.example.com:443 → CN=foo.example.com web", "TLS other.example.com:443 → CN=*.example.com web"),
        new(["tls-cert-cross-namespace.yaml", "0-namespaces.yaml"],
            Class("example") + Secret("wildcard-example-com-cert", "gateway-api-example-ns2", "*.example.com") + Backends("gateway-api-example-ns1/web:80") + Routed("cross-namespace-tls-gateway", "gateway-api-example-ns1"),
            "TLS a.example.com:443 → CN=*.example.com web", "STATUS Gateway cross-namespace-tls-gateway → Programmed=True Programmed"),
        new(["tls-routing/gateway.yaml", "tls-routing/tls-route.yaml", "tls-routing/tls-route-terminate.yaml"], Class(Example) + Secret("tls-terminate-certificate", hosts: "bar.example.com") + Backends("foo-svc:443", "bar-svc:8080"),
            "TLS foo.example.com:443 → CN=stand-in foo-svc", "TLS bar.example.com:8443 → CN=bar.example.com bar-svc", "STATUS TLSRoute bar-route → Accepted=True Accepted"),
        new(["basic-grpc.yaml"], Secret("example-com-cert", hosts: "example.com") + Backends("my-service1:50051", "my-service2:50051"),
            "POST grpcs://example.com:50051/com.example.User/Login → my-service1", "POST grpcs://example.com:50051/com.example.User/Logout → 200 <grpc-status=12",
            "POST grpcs://example.com:50051/com.example.Things/DoThing magic=foo → my-service2", "POST grpcs://example.com:50051/com.example.Things/DoThing → 200 <grpc-status=12"),
        new(["grpc-filter.yaml"], Gateway("gw") + Backends("my-filter-svc1:50051"), "POST grpc://my.filter.com/a.B/C → my-filter-svc1") { Parent = "gw" },
        new(["grpc-routing/gateway.yaml", "grpc-routing/foo-grpcroute.yaml", "grpc-routing/bar-grpcroute.yaml"],
            Class(Example) + Secret("example-com-cert", hosts: "example.com") + Backends("example-svc:50051", "foo-svc:50051", "bar-svc:50051", "bar-svc-canary:50051"),
            "POST grpcs://example.com:50051/any.Service/Call → example-svc", "POST grpcs://foo.example.com:50051/com.example/Login → foo-svc", "POST grpcs://foo.example.com:50051/com.example/Logout → 200 <grpc-status=12",
            "POST grpcs://bar.example.com:50051/any.Service/Call env=canary → bar-svc-canary", "POST grpcs://bar.example.com:50051/any.Service/Call → bar-svc"),
        new(["grpc-routing/gateway.yaml", "grpc-routing/reflection-grpcroute.yaml"], Class(Example) + Secret("example-com-cert", hosts: "example.com") + Backends("example-svc:50051", "foo-svc:50051"),
            "POST grpcs://foo.example.com:50051/com.example.User/Login → foo-svc", "POST grpcs://foo.example.com:50051/grpc.reflection.v1.ServerReflection/ServerReflectionInfo → foo-svc"),
        new(["traffic-splitting/grpc-traffic-split-2.yaml"], Gateway("gw") + Backends("foo-v1:50051", "foo-v2:50051"), "SPLIT grpc://foo.example.com/a.B/C → foo-v1 90 foo-v2 10") { Parent = "gw" },
        new(["basic-tcp.yaml"], Class("my-tcp-gateway-class") + Backends("my-foo-service:6000", "my-bar-service:6000"), "TCP :8080 → my-foo-service", "TCP :8090 → my-bar-service", "STATUS TCPRoute tcp-app-2 → Accepted=True Accepted"),
        new(["tcp-routing/gateway.yaml", "tcp-routing/tcp-route.yaml"], Class(Example) + Backends("my-foo-service:6000"), "TCP :8080 → my-foo-service"),
        new(["basic-udp.yaml"], Class("my-udp-gateway-class") + Backends("my-foo-service:6000/UDP", "my-bar-service:6000/UDP"), "UDP :8080 → my-foo-service", "UDP :8090 → my-bar-service"),
        new(["udp-routing/gateway.yaml", "udp-routing/udp-route.yaml"], Class(Example) + Backends("my-foo-service:6000/UDP"), "UDP :8080 → my-foo-service", "STATUS UDPRoute udp-app-1 → ResolvedRefs=True ResolvedRefs"),
    ];

    /// <summary>Routes that name no parent, or none that is here: they load, and it is told that nothing serves them.</summary>
    internal static IReadOnlyList<(string File, string Told)> Unserved { get; } =
    [
        .. new[] { "grpc-filter", "http-filter", "httproute", "http-redirect-rewrite/httproute-redirect-full", "http-redirect-rewrite/httproute-redirect-prefix", "http-redirect-rewrite/httproute-rewrite",
            "http-redirect-rewrite/httproute-rewrite-full-path", "http-redirect-rewrite/httproute-rewrite-prefix-path", "traffic-splitting/simple-split", "traffic-splitting/traffic-split-1", "traffic-splitting/traffic-split-2",
            "traffic-splitting/traffic-split-3", "traffic-splitting/grpc-traffic-split-2", "multicluster/httproute-referencegrant" }.Select(f => ($"{f}.yaml", "spec.parentRefs: names no parent, so nothing serves it")),
        ("multicluster/httproute-gamma.yaml", "spec.parentRefs[0]: ServiceImport (multicluster.x-k8s.io) is no parent here; a Gateway or a ListenerSet is wanted"),
    ];

    /// <summary>Files with tests of their own, and those that only others need.</summary>
    internal static IReadOnlyList<string> Elsewhere { get; } =
        ["frontend-cert-validation.yaml", "backendtlspolicy/backendtlspolicy-ca-certs.yaml", "backendtlspolicy/backendtlspolicy-system-certs.yaml", "multicluster/0-namespaces.yaml"];

    private static string Route(string name, string ns, string spec) => $"---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{ name: {name}, namespace: {ns} }}\nspec: {{ {spec} }}\n";

    /// <summary>A route of every host from a Gateway to Service web.</summary>
    private static string Routed(string gateway, string ns = "default") => Route("web", ns, $"parentRefs: [{{ name: {gateway} }}], rules: [{{ backendRefs: [{{ name: web, port: 80 }}] }}]");
}
