using Usher.Model.Aws;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>What is refused of Network Load Balancers, and in which words.</summary>
public sealed class NetworkCompilerTests
{
    private static readonly Dictionary<string, (Func<Edge> Make, string Error)> Wrong = new()
    {
        ["a rule"] = (() => Net().NetworkListener(443, Forward("web")).Rule("r", NetworkEdge.ListenerArn(443), 1, [Forward("web")], If("path-pattern", "/")),
            $"Rule shop/r: spec.listenerARN: found {NetworkEdge.ListenerArn(443)}, which is Listener shop/net-443 of a network load balancer: such listeners have a default action and no rules"),
        ["a redirect"] = (() => Net().NetworkListener(443, To(new("HTTP_301"))),
            "Listener shop/net-443: spec.defaultActions[0].type: found redirect; a network load balancer's listener can forward alone"),
        ["a fixed response"] = (() => Net().NetworkListener(443, NotFound),
            "Listener shop/net-443: spec.defaultActions[0].type: found fixed-response; a network load balancer's listener can forward alone"),
        ["stickiness between groups"] = (() => Net().NetworkListener(443, Forward("web") with { StickinessSeconds = 10 }),
            "Listener shop/net-443: spec.defaultActions[0].forwardConfig.targetGroupStickinessConfig: goes with application load balancers, which keep a client by a cookie; take it away"),
        ["HTTP targets behind TCP"] = (() => Net().Group("http", ["i-0a1"]).NetworkListener(443, Forward("http")),
            Incompatible("Listener shop/net-443", "TCP", "default action", "http", "HTTP")),
        ["TCP targets behind HTTP"] = (() => Net().Listener(80, Forward("web")),
            Incompatible("Listener shop/edge-80", "HTTP", "default rule", "web", "TCP")),
        ["TCP targets of a rule"] = (() => Net().Listener(80).Rule(80, 7, Forward("web"), If("path-pattern", "/")),
            Incompatible("Listener shop/edge-80", "HTTP", "rule 7", "web", "TCP")),
        ["a protocol that isn't there yet"] = (() => Net().NetworkListener(443, Forward("web"), "QUIC"),
            "Listener shop/net-443: spec.protocol: found QUIC; a network load balancer's listeners speak TCP, TLS, UDP and TCP_UDP so far"),
        ["UDP to TCP targets"] = (() => Net().NetworkListener(53, Forward("web"), "UDP"),
            Incompatible("Listener shop/net-53", "UDP", "default action", "web", "TCP")),
        ["TCP_UDP to UDP targets"] = (() => new Edge().Network().NetworkGroup("web", ["i-0a1"], "UDP").NetworkListener(53, Forward("web"), "TCP_UDP"),
            Incompatible("Listener shop/net-53", "TCP_UDP", "default action", "web", "UDP")),
        ["TCP and UDP at one port by two listeners"] = (() => Net().NetworkListener(53, Forward("web")).NetworkGroup("dns", ["i-0a1"], "UDP").Add("Listener", "other", new Listener
            {
                ListenerArn = "arn:other", LoadBalancerArn = NetworkEdge.Arn, Port = 53, Protocol = "UDP", DefaultActions = [Forward("dns")],
            }),
            "Listener shop/other: spec.port: found 53, which Listener shop/net-53 of the same load balancer has (DuplicateListener)"),
        ["TCP's idle timeout for datagrams"] = (() => new Edge().Network().NetworkGroup("dns", ["i-0a1"], "TCP_UDP").NetworkListener(53, Forward("dns"), "TCP_UDP", ("tcp.idle_timeout.seconds", "60")),
            "Listener shop/net-53: spec.attributes: tcp.idle_timeout.seconds: found 60 with protocol TCP_UDP; it goes with TCP listeners alone (datagrams: 120 s, which can't be changed); take it away"),
        ["UDP from another address than the client's"] = (() => new Edge().Network().NetworkGroup("dns", ["i-0a1"], "UDP", attributes: ("preserve_client_ip.enabled", "false")),
            "TargetGroup shop/dns: spec.attributes: preserve_client_ip.enabled: found false with protocol UDP; preserve_client_ip.enabled cannot be false if the target group protocol is UDP or TCP_UDP (InvalidConfigurationRequest)"),
        ["UDP flows that end with their target's health"] = (() => new Edge().Network().NetworkGroup("dns", ["i-0a1"], "TCP_UDP", attributes: ("target_health_state.unhealthy.connection_termination.enabled", "true")),
            "TargetGroup shop/dns: spec.attributes: target_health_state.unhealthy.connection_termination.enabled: found true with protocol TCP_UDP; it can't be enabled for UDP and TCP_UDP target groups"),
        ["TLS targets behind TCP"] = (() => new Edge().Network().NetworkGroup("tls", ["i-0a1"], "TLS").NetworkListener(443, Forward("tls")),
            Incompatible("Listener shop/net-443", "TCP", "default action", "tls", "TLS")),
        ["TLS targets behind HTTPS"] = (() => new Edge().NetworkGroup("tls", ["i-0a1"], "TLS").Listener(443, Forward("tls"), "HTTPS"),
            Incompatible("Listener shop/edge-443", "HTTPS", "default rule", "tls", "TLS")),
        ["HTTPS targets behind TLS"] = (() => new Edge().Network().Group("https", ["i-0a1"], protocol: "HTTPS").TlsListener(443, Forward("https")),
            Incompatible("Listener shop/net-443", "TLS", "default action", "https", "HTTPS")),
        ["a security policy that isn't known"] = (() => Net().TlsListener(443, Forward("web"), policy: "mine"),
            $"Listener shop/net-443: spec.sslPolicy: found mine; known here are {string.Join(", ", TlsPolicy.Names)}"),
        ["an ALB that isn't there"] = (() => new Edge().Network().AlbGroup("alb", 80, "arn:other"),
            $"TargetGroup shop/alb: spec.targets[0].id: found arn:other; no application load balancer here has that ARN; there is {Edge.Arn}"),
        ["an NLB as an ALB"] = (() => new Edge().Network().AlbGroup("alb", 80, NetworkEdge.Arn),
            $"TargetGroup shop/alb: spec.targets[0].id: found {NetworkEdge.Arn}; no application load balancer here has that ARN; there is {Edge.Arn}"),
        ["an ALB without the port"] = (() => new Edge().Network().Listener(80).AlbGroup("alb", 81),
            "TargetGroup shop/alb: spec.targets[0].id: found LoadBalancer shop/edge, which has no listener on port 81, the target group's: it has HTTP:80. Let one of the two ports be the other"),
        ["an ALB without the target's own port"] = (() => new Edge().Network().Listener(80).AlbGroup("alb", 80, port: 81),
            "TargetGroup shop/alb: spec.targets[0].id: found LoadBalancer shop/edge, which has no listener on port 81, the target's: it has HTTP:80. Let one of the two ports be the other"),
        ["an ALB without listeners"] = (() => new Edge().Network().AlbGroup("alb", 81),
            "TargetGroup shop/alb: spec.targets[0].id: found LoadBalancer shop/edge, which has no listener on port 81, the target group's: it has no listener. Let one of the two ports be the other"),
        ["an ALB of three NLBs"] = (() => new Edge().Network().Listener(80).AlbGroup("a", 80).AlbGroup("b", 80).AlbGroup("c", 80),
            "TargetGroup shop/c: spec.targets[0].id: found LoadBalancer shop/edge, which TargetGroup shop/a and TargetGroup shop/b have; an application load balancer can be the target of 2 network load balancers"),
        ["an ALB that doesn't see the client"] = (() => new Edge().Network().Listener(80).AlbGroup("alb", 80, attributes: ("preserve_client_ip.enabled", "false")),
            "TargetGroup shop/alb: spec.attributes: preserve_client_ip.enabled: found false; the client's address is always preserved for a target type of alb"),
        ["an ALB and the PROXY protocol"] = (() => new Edge().Network().Listener(80).AlbGroup("alb", 80, attributes: ("proxy_protocol_v2.enabled", "true")),
            "TargetGroup shop/alb: spec.attributes: proxy_protocol_v2.enabled: found true; an Application Load Balancer reads no PROXY header"),
        ["an ALB behind TLS"] = (() => new Edge().Network().Listener(80).AlbGroup("alb", 80).TlsListener(443, Forward("alb")),
            "Listener shop/net-443: spec.protocol: found TLS, and its default action forwards to target group alb of target type alb; only TCP listeners can"),
        ["sticky targets behind TLS"] = (() => new Edge().Network().NetworkGroup("web", ["i-0a1"], attributes: ("stickiness.enabled", "true")).TlsListener(443, Forward("web")),
            "Listener shop/net-443: spec.protocol: found TLS, and its default action forwards to target group web, which has stickiness.enabled: sticky sessions aren't supported with TLS listeners and TLS target groups; switch them off"),
        ["an idle timeout of TLS"] = (() => Net().TlsListener(443, Forward("web"), attributes: ("tcp.idle_timeout.seconds", "350")),
            "Listener shop/net-443: spec.attributes: tcp.idle_timeout.seconds: found 350; it goes with TCP listeners: a TLS listener's is 350 s and can't be changed"),
        ["a port twice"] = (() => Net().NetworkListener(443, Forward("web")).Add("Listener", "other", new Listener
            {
                ListenerArn = "arn:other", LoadBalancerArn = NetworkEdge.Arn, Port = 443, Protocol = "TCP", DefaultActions = [Forward("web")],
            }),
            "Listener shop/other: spec.port: found 443, which Listener shop/net-443 of the same load balancer has (DuplicateListener)"),
        ["an access log without a bucket"] = (() => new Edge().Network(("access_logs.s3.enabled", "true")),
            "LoadBalancer shop/net: spec.attributes: access_logs.s3.enabled: found true; access_logs.s3.bucket is required with it"),
        ["draining where connections are cut"] = (() => new Edge().Network().NetworkGroup("web", ["i-0a1"], attributes: ("target_health_state.unhealthy.draining_interval_seconds", "30")),
            "TargetGroup shop/web: spec.attributes: target_health_state.unhealthy.draining_interval_seconds: found 30 while target_health_state.unhealthy.connection_termination.enabled is true; a target drains only where its connections aren't cut, so set that to false"),
        ["a matcher above 599"] = (() => new Edge().Network().Group(new TargetGroup
            {
                TargetGroupArn = AwsNames.TargetGroupArn(Scope, "web"), Name = "web", Protocol = "TCP", HealthCheck = new() { Matcher = "200-600" },
            }),
            "TargetGroup shop/web: spec.matcher.httpCode: found 200-600; codes from 200 to 599 are wanted, as 200, 200,202 or 200-399"),
    };

    public static TheoryData<string> Names => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void One_thing_wrong_is_one_error(string name)
    {
        var (make, error) = Wrong[name];
        make().IsRefused(error);
    }

    [Theory]
    [InlineData("TCP", "TCP TCP_UDP")]
    [InlineData("TLS", "TCP TLS")]
    [InlineData("UDP", "UDP TCP_UDP")]
    [InlineData("TCP_UDP", "TCP_UDP")]
    public void Groups_that_go_with_a_listener(string listener, string groups)
    {
        string[] all = ["TCP", "TLS", "UDP", "TCP_UDP"];

        Assert.Equal(groups.Split(' ').Order(), all.Where(g => IncompatibleProtocols.Goes(NetworkProtocols.Parse(listener), NetworkProtocols.Parse(g))).Order());
        Assert.False(IncompatibleProtocols.Goes(NetworkProtocols.Parse(listener), null));
    }

    [Theory]
    [InlineData("None", "None")]
    [InlineData("HTTP1Only", "HTTP1Only: http/1.1, http/1.0")]
    [InlineData("HTTP2Only", "HTTP2Only: h2")]
    [InlineData("HTTP2Optional", "HTTP2Optional: http/1.1, http/1.0, h2")]
    [InlineData("HTTP2Preferred", "HTTP2Preferred: h2, http/1.1, http/1.0")]
    public void A_listener_has_its_policys_preference_list(string policy, string text) =>
        Assert.Equal(text, Assert.Single(Net().TlsListener(443, Forward("web"), policy).CompileValid().Get<LoadBalancerSnapshot>().NetworkListeners).Alpn.Text);

    [Fact]
    public void Names_and_ARNs_have_the_form_of_a_network_load_balancers()
    {
        Assert.Matches("^arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/net/[0-9a-f]{16}$", NetworkEdge.Arn);
        Assert.Equal($"net-{NetworkEdge.Arn[^16..]}.elb.us-east-1.amazonaws.com", AwsNames.NetworkLoadBalancerDnsName(Scope, "net"));
        Assert.Contains(":listener/net/net/", NetworkEdge.ListenerArn(443), StringComparison.Ordinal);
    }

    [Fact]
    public void Idle_connections_live_for_350_seconds_unless_the_listener_says_otherwise()
    {
        var listeners = Net().NetworkListener(443, Forward("web")).NetworkListener(444, Forward("web"), attributes: ("tcp.idle_timeout.seconds", "60")).TlsListener(445, Forward("web"))
            .CompileValid().Get<LoadBalancerSnapshot>().NetworkListeners;

        Assert.Equal([350, 60, 350], listeners.Select(l => l.IdleTimeout.TotalSeconds));
    }

    private static Edge Net() => new Edge().Network().NetworkGroup("web", ["i-0a1"]);

    private static string Incompatible(string listener, string protocol, string who, string group, string of) =>
        $"{listener}: spec.protocol: found {protocol}, and its {who} forwards to target group {group} of protocol {of}: "
        + $"The listener and its associated target group '{AwsNames.TargetGroupArn(Scope, group)}' have incompatible protocols: '{protocol}' and '{of}' (IncompatibleProtocols)";
}
