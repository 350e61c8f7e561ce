using System.Security.Authentication;
using Usher.Model.Aws;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Desired state → snapshot, and every error with its object, field and message.</summary>
public sealed class CompilerTests
{
    private static readonly TargetGroup Web = new() { TargetGroupArn = AwsNames.TargetGroupArn(Scope, "web"), Name = "web", Port = 30080 };

    private static readonly RuleAction Jwt = Issuer.Validation(new Uri("https://auth.example.com/jwks.json"));

    private static readonly Dictionary<string, (Func<Edge> Edge, string Error)> Wrong = new()
    {
        // LoadBalancerCompiler
        ["no such load balancer"] = (() => new Edge().Listener(80, balancer: "arn:none"),
            "Listener shop/edge-80: spec.loadBalancerARN: found arn:none; no load balancer here has that ARN"),
        ["unknown policy"] = (() => new Edge().Listener(443, protocol: "HTTPS", policy: "ELBSecurityPolicy-None"),
            $"Listener shop/edge-443: spec.sslPolicy: found ELBSecurityPolicy-None; known here are {string.Join(", ", TlsPolicy.Names)}"),
        ["rule of no listener"] = (() => new Edge().Listener(80).Rule(81, 1, NotFound, If("path-pattern", "/")),
            $"Rule shop/rule-1: spec.listenerARN: found {ListenerArn(81)}; no listener here has that ARN"),
        ["priority in use"] = (
            () => new Edge().Listener(80).Rule("a", ListenerArn(80), 7, [NotFound], If("path-pattern", "/a")).Rule("b", ListenerArn(80), 7, [NotFound], If("path-pattern", "/b")),
            "Rule shop/b: spec.priority: found 7, which Rule shop/a of the same listener has; priorities are unique in a listener (PriorityInUse)"),
        ["port used twice"] = (() => new Edge().Listener(80).Add("Listener", "other", new Listener
            {
                ListenerArn = "arn:other", LoadBalancerArn = Arn, Port = 80, Protocol = "HTTP", DefaultActions = [NotFound],
            }),
            "Listener shop/other: spec.port: found 80, which Listener shop/edge-80 of the same load balancer has (DuplicateListener)"),

        ["same load balancer"] = (() => new Edge().Add("LoadBalancer", "edge-again", new Model.Aws.LoadBalancer { LoadBalancerArn = "arn:again", Name = "edge", DnsName = "d" }),
            "LoadBalancer shop/edge-again: spec.name: found edge, which LoadBalancer shop/edge has (DuplicateLoadBalancerName)"),

        // AttributeCheck
        ["mitigation without weighted random"] = (() => new Edge().Group(Web with { Attributes = new Dictionary<string, string> { ["load_balancing.algorithm.anomaly_mitigation"] = "on" } }),
            "TargetGroup shop/web: spec.attributes: load_balancing.algorithm.anomaly_mitigation: found on with load_balancing.algorithm.type round_robin; it goes with weighted_random alone"),
        ["slow start with weighted random"] = (() => new Edge().Group(Web with
            {
                Attributes = new Dictionary<string, string> { ["load_balancing.algorithm.type"] = "weighted_random", ["slow_start.duration_seconds"] = "30" },
            }),
            "TargetGroup shop/web: spec.attributes: slow_start.duration_seconds: found 30 with load_balancing.algorithm.type weighted_random; slow start goes with round_robin alone"),
        ["a health check log without a bucket"] = (() => new Edge(18, ("health_check_logs.s3.enabled", "true")),
            "LoadBalancer shop/edge: spec.attributes: health_check_logs.s3.enabled: found true; health_check_logs.s3.bucket is required with it"),
        ["a log without a bucket"] = (() => new Edge(18, ("access_logs.s3.enabled", "true"), ("connection_logs.s3.enabled", "false")),
            "LoadBalancer shop/edge: spec.attributes: access_logs.s3.enabled: found true; access_logs.s3.bucket is required with it"),
        ["a header's name that isn't free"] = (() => new Edge().Listener(443, NotFound, "HTTPS", ("routing.http.request.x_amzn_tls_version.header_name", "Content-Length")),
            "Listener shop/edge-443: spec.attributes: routing.http.request.x_amzn_tls_version.header_name: found Content-Length, which belongs to the connection or says where a message ends; take another name"),
        ["stickiness by the load balancer's own cookie"] = (() => new Edge().Group(Web with
            {
                Attributes = new Dictionary<string, string> { ["stickiness.enabled"] = "true", ["stickiness.type"] = "app_cookie", ["stickiness.app_cookie.cookie_name"] = "AWSALBX" },
            }),
            "TargetGroup shop/web: spec.attributes: stickiness.app_cookie.cookie_name: found 'AWSALBX'; the name of the application's cookie is wanted, "
            + "and not AWSALB, AWSALBAPP, AWSALBTG, which are the load balancer's"),
        ["application stickiness of several groups"] = (() => new Edge().Group("api", []).Group(Web with
            {
                Attributes = new Dictionary<string, string> { ["stickiness.enabled"] = "true", ["stickiness.type"] = "app_cookie", ["stickiness.app_cookie.cookie_name"] = "SID" },
            }).Listener(80, Forward("web", "api")),
            "Listener shop/edge-80: spec.defaultActions[0]: forward: target group web has application-based stickiness, which doesn't go with several target groups; "
            + "use stickiness.type lb_cookie"),
        ["stickiness with cross-zone off"] = (() => new Edge().Group(Web with
            {
                Attributes = new Dictionary<string, string> { ["load_balancing.cross_zone.enabled"] = "false", ["stickiness.enabled"] = "true" },
            }),
            "TargetGroup shop/web: spec.attributes: stickiness.enabled: found true with load_balancing.cross_zone.enabled false; target stickiness isn't supported when cross-zone load balancing is off, so switch one of them"),
        ["a zone that would leave DNS after its unhealthy targets are used"] = (() => new Edge().Group(Web with
            {
                Attributes = new Dictionary<string, string>
                {
                    ["target_group_health.dns_failover.minimum_healthy_targets.count"] = "1", ["target_group_health.unhealthy_state_routing.minimum_healthy_targets.count"] = "2",
                    ["target_group_health.dns_failover.minimum_healthy_targets.percentage"] = "off", ["target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage"] = "50",
                },
            }),
            "TargetGroup shop/web: spec.attributes: target_group_health.dns_failover.minimum_healthy_targets.count: found 1; target_group_health.unhealthy_state_routing.minimum_healthy_targets.count is 2, and the threshold of DNS failover can't be lower"),
        ["all zones with cross-zone off"] = (() => new Edge().Group(Web with
            {
                TargetType = "ip", Targets = [new TargetDescription("10.0.1.77", 80, "all")], Attributes = new Dictionary<string, string> { ["load_balancing.cross_zone.enabled"] = "false" },
            }),
            "TargetGroup shop/web: spec.targets[0].availabilityZone: found all; with load_balancing.cross_zone.enabled false the zone of the target is wanted, or none to take its node's"),

        // ActionCompiler
        ["no action"] = (() => new Edge().Listener(80).Rule("a", ListenerArn(80), 1, [], If("path-pattern", "/")),
            "Rule shop/a: spec.actions: found 0 actions; exactly one of forward, redirect and fixed-response is wanted"),
        ["two actions"] = (() => new Edge().Listener(80).Rule("a", ListenerArn(80), 1, [NotFound, NotFound], If("path-pattern", "/")),
            "Rule shop/a: spec.actions: found 2 actions; exactly one of forward, redirect and fixed-response is wanted"),
        ["action that isn't supported"] = (() => new Edge().Listener(80, new RuleAction { Type = "authenticate-oidc" }),
            "Listener shop/edge-80: spec.defaultActions[0].type: found authenticate-oidc; forward, redirect, fixed-response and jwt-validation are supported so far"),
        ["two validations"] = (() => new Edge().Listener(443, protocol: "HTTPS").Rule("a", ListenerArn(443), 1, [Jwt, Jwt, NotFound], If("path-pattern", "/")),
            "Rule shop/a: spec.actions: found 2 jwt-validation actions; at most one is wanted"),
        ["a validation that isn't first"] = (() => new Edge().Listener(443, protocol: "HTTPS").Rule("a", ListenerArn(443), 1, [NotFound, Jwt], If("path-pattern", "/")),
            "Rule shop/a: spec.actions: found jwt-validation after another action; it comes first"),
        ["a validation alone"] = (() => new Edge().Listener(443, protocol: "HTTPS").Rule("a", ListenerArn(443), 1, [Jwt], If("path-pattern", "/")),
            "Rule shop/a: spec.actions: found 0 actions besides jwt-validation; exactly one of forward, redirect and fixed-response is wanted"),
        ["a validation without TLS"] = (() => new Edge().Listener(80).Rule("a", ListenerArn(80), 1, [Jwt, NotFound], If("path-pattern", "/")),
            "Listener shop/edge-80: spec.protocol: found HTTP, and its rule 1 has a jwt-validation action; HTTPS is wanted"),
        ["a validation without configuration"] = (() => new Edge().Listener(443, protocol: "HTTPS").Rule("a", ListenerArn(443), 1, [new RuleAction { Type = "jwt-validation" }, NotFound], If("path-pattern", "/")),
            "Rule shop/a: spec.actions[0]: jwt-validation: its configuration is missing"),
        ["redirect without configuration"] = (() => new Edge().Listener(80, new RuleAction { Type = "redirect" }),
            "Listener shop/edge-80: spec.defaultActions[0]: redirect: its configuration is missing"),
        ["fixed response without configuration"] = (() => new Edge().Listener(80, new RuleAction { Type = "fixed-response" }),
            "Listener shop/edge-80: spec.defaultActions[0]: fixed-response: its configuration is missing"),
        ["forward to nothing"] = (() => new Edge().Listener(80, Forward()),
            "Listener shop/edge-80: spec.defaultActions[0]: forward: found 0 target groups; 1 to 5 are wanted"),
        ["forward to six groups"] = (() => new Edge().Listener(80, Forward("a", "a", "a", "a", "a", "a")),
            "Listener shop/edge-80: spec.defaultActions[0]: forward: found 6 target groups; 1 to 5 are wanted"),
        ["no such target group"] = (() => new Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web", "none")),
            $"Listener shop/edge-80: spec.defaultActions[0].targetGroupARN: found {AwsNames.TargetGroupArn(Scope, "none")}; no target group here has that ARN"),

        // QuotaCheck
        ["a target group of two load balancers"] = (() => new Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web"))
                .Add("LoadBalancer", "other", new Model.Aws.LoadBalancer { LoadBalancerArn = "arn:other", Name = "other", DnsName = "d" })
                .Add("Listener", "other-80", new Listener { ListenerArn = "arn:other-80", LoadBalancerArn = "arn:other", Port = 80, Protocol = "HTTP", DefaultActions = [Forward("web")] }),
            "LoadBalancer shop/other: spec: forwards to target group web, which LoadBalancer shop/edge uses; a target group belongs to one load balancer (TargetGroupAssociationLimit)"),
        ["over 100 target groups"] = (() => Enumerable.Range(1, 101).Aggregate(new Edge().Listener(80), (edge, i) => edge.Group($"g{i}", ["i-0a1"]).Rule(80, i, Forward($"g{i}"), If("path-pattern", $"/{i}"))),
            "LoadBalancer shop/edge: spec: forwards to 101 target groups; at most 100 are allowed (TooManyUniqueTargetGroupsPerLoadBalancer)"),

        // ConditionCompiler
        ["no condition"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound),
            "Rule shop/rule-1: spec.conditions: found none; a rule needs at least one condition"),
        ["a condition twice"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("path-pattern", "/a"), If("path-pattern", "/b")),
            "Rule shop/rule-1: spec.conditions[1].field: found path-pattern a second time; one is allowed in a rule"),
        ["six values"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("path-pattern", "/a", "/b", "/c"), If("host-header", "a.b", "b.c"), If("query-string", "a=1")),
            "Rule shop/rule-1: spec.conditions: found 6 values; a rule has at most 5 (TooManyRules quota)"),
        ["no value"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("host-header")),
            "Rule shop/rule-1: spec.conditions[0]: host-header: found no values; at least one is wanted"),
        ["header without name"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("http-header:", "a")),
            "Rule shop/rule-1: spec.conditions[0].httpHeaderConfig.httpHeaderName: found ''; a name of 1 to 40 characters is wanted, and not Host"),
        ["header Host"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("http-header:host", "a")),
            "Rule shop/rule-1: spec.conditions[0].httpHeaderConfig.httpHeaderName: found 'host'; a name of 1 to 40 characters is wanted, and not Host"),
        ["header name too long"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("http-header:" + new string('X', 41), "a")),
            $"Rule shop/rule-1: spec.conditions[0].httpHeaderConfig.httpHeaderName: found '{new string('X', 41)}'; a name of 1 to 40 characters is wanted, and not Host"),
        ["unknown condition"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("cookie", "a")),
            "Rule shop/rule-1: spec.conditions[0].field: found cookie; allowed are host-header, path-pattern, http-header, http-request-method, query-string and source-ip"),
        ["empty pattern"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("path-pattern", "/a", "")),
            "Rule shop/rule-1: spec.conditions[0]: path-pattern: found ''; 1 to 128 visible ASCII characters are wanted"),
        ["pattern too long"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("path-pattern", "/" + new string('a', 128))),
            $"Rule shop/rule-1: spec.conditions[0]: path-pattern: found '/{new string('a', 128)}'; 1 to 128 visible ASCII characters are wanted"),
        ["pattern beyond ASCII"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("host-header", "müller.example.com")),
            "Rule shop/rule-1: spec.conditions[0]: host-header: found 'müller.example.com'; 1 to 128 visible ASCII characters are wanted"),
        ["address without prefix"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("source-ip", "10.0.0.1")),
            "Rule shop/rule-1: spec.conditions[0].sourceIPConfig.values: found '10.0.0.1'; a CIDR block is wanted, as 203.0.113.0/24"),
        ["no block"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("source-ip", "10.0.0.0/33")),
            "Rule shop/rule-1: spec.conditions[0].sourceIPConfig.values: found '10.0.0.0/33'; a CIDR block is wanted, as 203.0.113.0/24"),

        ["host without a dot"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("host-header", "localhost")),
            "Rule shop/rule-1: spec.conditions[0]: host-header: found 'localhost'; a name with a dot, and letters alone after the last one, are wanted, as *.example.com"),
        ["host without a top level"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("host-header", "*.example.*")),
            "Rule shop/rule-1: spec.conditions[0]: host-header: found '*.example.*'; a name with a dot, and letters alone after the last one, are wanted, as *.example.com"),
        ["path with a query"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("path-pattern", "/a%20b")),
            "Rule shop/rule-1: spec.conditions[0]: path-pattern: found '/a%20b'; letters, digits and _-.$/~\"'@:+&*? are allowed in a path"),
        ["method with a wildcard"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("http-request-method", "GET", "P*")),
            "Rule shop/rule-1: spec.conditions[0]: http-request-method: found 'P*'; 1 to 40 of A-Z, - and _ are wanted, and no wildcard"),
        ["seven wildcards"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("host-header", "*.*.example.com", "*.example.org"), If("query-string", @"a\*=*?*"), If("path-pattern", "/*")),
            "Rule shop/rule-1: spec.conditions: found 7 wildcards; a rule has at most 6"),
        ["long query"] = (() => new Edge().Listener(80).Rule(80, 1, NotFound, If("query-string", $"a={new string('b', 129)}")),
            $"Rule shop/rule-1: spec.conditions[0]: query-string: found '{new string('b', 129)}'; at most 128 characters are allowed"),

        // TargetGroupCompiler
        ["matcher"] = (() => new Edge().Group("web", [], check: new() { Matcher = "2xx" }),
            "TargetGroup shop/web: spec.matcher.httpCode: found 2xx; codes from 200 to 499 are wanted, as 200, 200,202 or 200-399"),
        ["same name"] = (() => new Edge().Group("web", []).Group(new TargetGroup { TargetGroupArn = AwsNames.TargetGroupArn(Scope, "web"), Name = "web" }, "web-again"),
            "TargetGroup shop/web-again: spec.name: found web, which another target group has (DuplicateTargetGroupName)"),
        ["QUIC targets"] = (() => new Edge().Group(Web with { Protocol = "QUIC" }),
            "TargetGroup shop/web: spec.protocol: found QUIC; HTTP, HTTPS, TCP, TLS, UDP and TCP_UDP are supported"),
        ["HTTP/3 targets"] = (() => new Edge().Group(Web with { ProtocolVersion = "HTTP3" }),
            "TargetGroup shop/web: spec.protocolVersion: found HTTP3; HTTP1, HTTP2 and GRPC are supported"),
        ["HTTP/2 targets without TLS"] = (() => new Edge().Group(Web with { ProtocolVersion = "HTTP2" }).Listener(80, Forward("web")),
            "Listener shop/edge-80: spec.protocol: found HTTP, and its default rule forwards to target group web; HTTPS is wanted: Listener protocol 'HTTP' is not supported with a target group with the protocol-version 'HTTP2'"),
        ["gRPC targets without TLS"] = (() => new Edge().Group(Web with { ProtocolVersion = "GRPC", HealthCheck = new() { Matcher = "12" } }).Listener(80).Rule(80, 7, Forward("web"), If("path-pattern", "/a")),
            "Listener shop/edge-80: spec.protocol: found HTTP, and its rule 7 forwards to target group web; HTTPS is wanted: Listener protocol 'HTTP' is not supported with a target group with the protocol-version 'GRPC'"),
        ["gRPC matcher"] = (() => new Edge().Group(Web with { ProtocolVersion = "GRPC", HealthCheck = new() { Matcher = "200" } }),
            "TargetGroup shop/web: spec.matcher.grpcCode: found 200; codes from 0 to 99 are wanted, as 12, 0,1 or 0-5"),
        ["TCP checks"] = (() => new Edge().Group("web", [], check: new() { Protocol = "TCP" }),
            "TargetGroup shop/web: spec.healthCheckProtocol: found TCP; HTTP and HTTPS are supported for a group of protocol HTTP"),
        ["algorithm"] = (() => new Edge().Group("web", [], "random"),
            "TargetGroup shop/web: spec.attributes: load_balancing.algorithm.type: found random; allowed are round_robin, least_outstanding_requests and weighted_random"),
        ["unknown instance"] = (() => new Edge().Group("web", ["i-0a1", "i-none"]),
            "TargetGroup shop/web: spec.targets[1].id: found i-none; no node's spec.providerID ends in it; the nodes here are i-0a1, i-0a2"),
        ["unknown address"] = (() => new Edge().Group(Web with { TargetType = "ip", Targets = [new("10.9.9.9")] }),
            "TargetGroup shop/web: spec.targets[0].id: found 10.9.9.9; no pod here has that address"),
        ["a node's address where a pod's is wanted"] = (() => new Edge().Group(Web with { TargetType = "ip", Targets = [new("10.0.1.10")] }),
            "TargetGroup shop/web: spec.targets[0].id: found 10.0.1.10; no pod here has that address"),
    };

    public static TheoryData<string> Names => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void One_thing_wrong_is_one_error(string name)
    {
        var (make, error) = Wrong[name];
        make().IsRefused(error);
    }

    [Fact]
    public void Everything_wrong_is_told_together()
    {
        var edge = new Edge()
            .Group("web", ["i-none"], "random")
            .Listener(80, Forward("none"))
            .Rule(80, 1, new RuleAction { Type = "authenticate-cognito" }, If("cookie", "a"), If("source-ip", "x"));
        edge.Compile();
        string[] fields =
        [
            "spec.actions[0].type", "spec.attributes", "spec.conditions[0].field", "spec.conditions[1].sourceIPConfig.values",
            "spec.defaultActions[0].targetGroupARN", "spec.targets[0].id",
        ];
        Assert.Equal(fields, edge.Errors.All.Select(e => e.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_quota_that_AWS_raises_is_a_warning()
    {
        var targets = Enumerable.Range(1, 1001).Select(p => $"i-0a1:{p}").ToArray();
        var edge = new Edge().Group("web", targets).Listener(80, Forward("web"));
        for (var i = 1; i <= 101; i++) edge.Rule(80, i, NotFound, If("path-pattern", $"/{i}"));
        for (var port = 1001; port <= 1050; port++) edge.Listener(port);
        edge.Add("Listener", "secure", new Listener
        {
            ListenerArn = "arn:secure", LoadBalancerArn = Arn, Port = 443, Protocol = "HTTPS", DefaultActions = [NotFound], Certificates = [.. Enumerable.Range(1, 27).Select(n => $"arn:{n}")],
        });

        edge.CompileValid();

        const string raised = "which AWS raises on request";
        Assert.Equal(
            [
                $"LoadBalancer shop/edge: spec: has 52 listeners; an account begins with a quota of 50 a load balancer, {raised} (TooManyListeners)",
                $"LoadBalancer shop/edge: spec: has 101 rules besides the default ones; an account begins with a quota of 100 a load balancer, {raised} (TooManyRules)",
                $"LoadBalancer shop/edge: spec: has 26 certificates besides the default ones; an account begins with a quota of 25 a load balancer, {raised} (TooManyCertificates)",
                $"LoadBalancer shop/edge: spec: has 1001 registered targets; an account begins with a quota of 1000 a load balancer, {raised} (TooManyTargets)",
                $"TargetGroup shop/web: spec.targets: has 1001 targets; an account begins with a quota of 1000 a target group, {raised} (TooManyTargets)",
            ],
            edge.Warnings.All.Select(w => $"{w.Object}: {w.Field}: {w.Message}"));
    }

    [Fact]
    public void A_road_within_the_quotas_has_no_warning()
    {
        var edge = new Edge().Group("web", [.. Enumerable.Range(1, 1000).Select(p => $"i-0a1:{p}")]).Listener(80, Forward("web"));
        for (var i = 1; i <= 100; i++) edge.Rule(80, i, NotFound, If("path-pattern", $"/{i}"));
        edge.CompileValid();
        Assert.Empty(edge.Warnings.All);
    }

    [Fact]
    public void Without_nodes_the_error_says_so()
    {
        var errors = new Model.Desired.ErrorList();
        var state = new Model.Desired.DesiredState([new(new("", "TargetGroup", "shop", "web"), Web with { Targets = [new("i-0a1")] }, new("files"))]);
        new LoadBalancerCompiler().Compile(new(state, Model.Road.AddressPlan.Empty, Scope, errors));
        Assert.Equal("found i-0a1; no node's spec.providerID ends in it; there are no nodes", Assert.Single(errors.All).Message);
    }

    [Fact]
    public void A_listener_is_compiled_with_its_load_balancers_attributes()
    {
        var edge = new Edge(18, ("idle_timeout.timeout_seconds", "5"), ("client_keep_alive.seconds", "90"), ("routing.http2.enabled", "false"),
            ("routing.http.preserve_host_header.enabled", "true"))
            .Listener(443, protocol: "HTTPS").Rule(443, 1, NotFound, If("http-header:X-A", "b"));
        var listener = edge.CompileValid().Get<LoadBalancerSnapshot>().Listeners.Single();
        Assert.Equal(new LoadBalancerAttributes(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(90), Http2: false, PreserveHost: true), listener.Attributes);
        Assert.Equal(("HTTPS:443", "127.18.0.1:8443", true, SslProtocols.Tls12 | SslProtocols.Tls13),
            (listener.Label, listener.Bound.ToString(), listener.ReadsHeaders, listener.Tls!.Protocols));
        Assert.Equal(["rule 1", "default rule"], listener.Rules.Select(r => r.Label));
    }

    [Fact]
    public void A_port_that_would_be_bound_where_a_privileged_one_is_makes_room() => Assert.Equal(
        ["80 127.18.0.1:8080", "8080 127.18.0.1:16080"],
        new Edge().Listener(8080).Listener(80).CompileValid().Get<LoadBalancerSnapshot>().Listeners.Select(l => $"{l.Port} {l.Bound}").Order(StringComparer.Ordinal));

    [Fact]
    public void Attributes_that_are_not_written_have_the_apis_defaults()
    {
        var listener = new Edge().Listener(80).CompileValid().Get<LoadBalancerSnapshot>().Listeners.Single();
        Assert.Equal(new LoadBalancerAttributes(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(3600), Http2: true, PreserveHost: false), listener.Attributes);
        Assert.False(listener.ReadsHeaders);
    }

    [Fact]
    public void Targets_are_resolved_to_their_declared_and_bound_addresses()
    {
        var snapshot = new Edge()
            .Group(Web with { Targets = [new("i-0a1"), new("i-0a2", 31000, "us-east-1f")], HealthCheck = new() { Port = "10254", Path = "/healthz",
                IntervalSeconds = 15, TimeoutSeconds = 5, Matcher = "200-299" } })
            .Group(Web with { TargetGroupArn = "arn:pods", Name = "pods", TargetType = "ip", Targets = [new("10.0.1.77", 80)] })
            .CompileValid().Get<LoadBalancerSnapshot>();
        var web = snapshot.TargetGroups.Single(g => g.Name == "web");
        Assert.Equal(
            ["i-0a1:30080 us-east-1a 10.0.1.10:30080 127.18.1.1:30080 127.18.1.1:10254", "i-0a2:31000 us-east-1f 10.0.2.10:31000 127.18.1.2:31000 127.18.1.2:10254"],
            web.Targets.Select(Text));
        Assert.Equal(("/healthz", 15, 5, 5, 2, "200-299"), (web.HealthCheck.Path, (int)web.HealthCheck.Interval.TotalSeconds, (int)web.HealthCheck.Timeout.TotalSeconds,
            web.HealthCheck.HealthyThreshold, web.HealthCheck.UnhealthyThreshold, web.HealthCheck.Matcher.Text));
        // A pod's privileged port is bound 8000 higher, as every privileged port is.
        Assert.Equal(["10.0.1.77:80  10.0.1.77:80 127.18.64.1:8080 127.18.64.1:8080"], snapshot.TargetGroups.Single(g => g.Name == "pods").Targets.Select(Text));
    }

    [Fact]
    public void Without_an_algorithm_it_is_round_robin() =>
        Assert.Equal("round_robin", new Edge().Group(Web).CompileValid().Get<LoadBalancerSnapshot>().TargetGroups.Single().AlgorithmName);

    private static string Text(TargetPlan target) => $"{target.Label} {target.Zone} {target.Declared} {target.Bound} {target.HealthBound}";

    [Theory]
    [InlineData("ELBSecurityPolicy-2016-08", SslProtocols.Tls12, "TLS 1.0 and 1.1")]
    [InlineData("ELBSecurityPolicy-FS-1-1-2019-08", SslProtocols.Tls12, "TLS 1.1")]
    [InlineData("ELBSecurityPolicy-TLS13-1-0-2021-06", SslProtocols.Tls12 | SslProtocols.Tls13, "TLS 1.0 and 1.1")]
    [InlineData("ELBSecurityPolicy-TLS-1-2-2017-01", SslProtocols.Tls12, null)]
    // Nobody wrote it.
    [InlineData(null, SslProtocols.Tls12, null)]
    public void A_policy_that_is_written_for_more_than_is_offered_is_told(string? policy, SslProtocols offered, string? older)
    {
        var edge = new Edge().Network().NetworkGroup("tcp", []).Group("web", []).TlsListener(443, Forward("tcp"), policy: policy!).Listener(443, protocol: "HTTPS", policy: policy!);
        var snapshot = edge.CompileValid().Get<LoadBalancerSnapshot>();

        Assert.Equal((offered, offered), (snapshot.Listeners.Single().Tls!.Protocols, snapshot.NetworkListeners.Single().Tls!.Protocols));
        var told = $"spec.sslPolicy: {policy} has {older} too, which this load balancer doesn't offer: a client that speaks nothing newer fails in its handshake";
        Assert.Equal(older is null ? [] : [$"Listener shop/edge-443: {told}", $"Listener shop/net-443: {told}"], edge.Warnings.All.Select(w => $"{w.Object}: {w.Field}: {w.Message}").Order(StringComparer.Ordinal));
    }
}
