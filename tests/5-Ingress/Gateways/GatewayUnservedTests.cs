using System.Net;
using Usher.Ingress.Gateways;
using Usher.Model.Road;
using static Usher.Ingress.Tests.Gateways.GatewayCluster;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>What isn't served is named where somebody asks for it: routes that aren't attached, and listeners without a certificate.</summary>
public sealed class GatewayUnservedTests
{
    private const string Https = "{ name: https, protocol: HTTPS, port: 443, hostname: \"*.example.com\", tls: { certificateRefs: [{ name: tls }] } }";
    private const string Http = "{ name: http, protocol: HTTP, port: 80 }";
    private static readonly string Served = Secrets.Tls("tls", ["*.example.com"]) + Service("a") + Service("c") + Route("a", $"hostnames: [a.example.com], rules: [{Rule("a")}]");

    [Theory]
    [InlineData("other", "name: edge, namespace: shop", "c.example.com",
        "HTTPRoute other/c has it, and isn't attached: parent shop/edge: NotAllowedByListeners: listener https lets in routes of its own namespace, shop; listener http lets in routes of its own namespace, shop")]
    [InlineData("shop", "name: edge, sectionName: htps", "c.example.com", "HTTPRoute shop/c has it, and isn't attached: parent shop/edge section htps: NoMatchingParent: Gateway shop/edge has no such listener: there are https (443), http (80)")]
    [InlineData("shop", "name: edgy", "c.example.com", "HTTPRoute shop/c has it, and isn't attached: there is no Gateway shop/edgy, so nothing serves it by that")]
    [InlineData("shop", "name: edge, sectionName: http", "c.example.com", "HTTPRoute shop/c has it, and is attached to listener http of Gateway shop/edge alone")]
    [InlineData("shop", "name: edgy", "x.y.example.com", "HTTPRoute shop/c has it, and isn't attached: there is no Gateway shop/edgy, so nothing serves it by that")]
    public void A_404_names_the_route_that_has_the_host_and_why_it_takes_nothing(string ns, string parent, string host, string why)
    {
        var cluster = new GatewayCluster(Gateway(Https, Http) + Served + Object("HTTPRoute", "c", $"parentRefs: [{{ {parent} }}], hostnames: [c.example.com, \"*.y.example.com\"], rules: [{Rule("c")}]", ns));

        Assert.Equal($"no route that is attached to listener https of Gateway shop/edge (*.example.com) has host {host}: {why}", Problem(cluster, host));
        Assert.Equal("no route at listener https of Gateway shop/edge (*.example.com) has host q.example.com: the nearest is a.example.com", Problem(cluster, "q.example.com"));
    }

    [Fact]
    public void It_names_one_beside_those_whose_paths_dont_match()
    {
        var cluster = new GatewayCluster(Gateway(Https) + Service("a") + Service("c") + Secrets.Tls("tls", ["*.example.com"]) + Route("a", $"hostnames: [a.example.com], rules: [{Rule("a", Path("PathPrefix", "/a"))}]")
            + Object("HTTPRoute", "c", $"parentRefs: [{{ name: edgy }}], hostnames: [a.example.com], rules: [{Rule("c")}]"));

        Assert.EndsWith(". HTTPRoute shop/c has it, and isn't attached: there is no Gateway shop/edgy, so nothing serves it by that", Problem(cluster, "a.example.com"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_of_no_listener_names_the_route_that_has_it()
    {
        var cluster = new GatewayCluster(Gateway(Https) + Served + Route("c", $"hostnames: [c.com], rules: [{Rule("c")}]"));

        Assert.Equal(
            "no listener of Gateway shop/edge at port 443 is for server name C.com: HTTPRoute shop/c has it, and isn't attached: parent shop/edge: NoMatchingListenerHostname: none of c.com is a host of listener https (*.example.com)",
            GatewayMismatch.NoListener(cluster.Port(443), "C.com"));
        Assert.EndsWith("is for server name q.com: there are *.example.com", GatewayMismatch.NoListener(cluster.Port(443), "q.com"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(", annotations: { cert-manager.io/cluster-issuer: letsencrypt }", ", which cert-manager would make (cert-manager.io/cluster-issuer: letsencrypt), and it isn't run here: write one of type kubernetes.io/tls")]
    public void A_port_without_a_listener_that_is_served_says_what_it_wants(string metadata, string would)
    {
        var cluster = new GatewayCluster((Gateway(Https, Http) + Service("a") + Route("a", $"rules: [{Rule("a")}]")).Replace("name: edge, namespace: shop }", $"name: edge, namespace: shop{metadata} }}", StringComparison.Ordinal));

        var pod = cluster.Port().Pod;
        var closed = new GatewayClosedPorts().At(cluster.Generation, cluster.Generation.Addresses.Bind(pod, 443))!;
        Assert.Equal((new IPEndPoint(IPAddress.Parse("10.0.1.1"), 443), $"listener https of Gateway shop/edge (*.example.com) isn't served: ResolvedRefs is False, InvalidCertificateRef: tls.certificateRefs[0]: there is no Secret shop/tls{would}"), (closed.Declared, closed.Why));
        Assert.Null(new GatewayClosedPorts().At(cluster.Generation, cluster.Generation.Addresses.Bind(pod, 80)));
        Assert.Null(new GatewayClosedPorts().At(Generation.None, new IPEndPoint(IPAddress.Loopback, 443)));
    }

    [Fact]
    public void A_listener_that_isnt_served_is_named_beside_others_of_its_port()
    {
        var cluster = new GatewayCluster(Gateway(Https, "{ name: gone, protocol: HTTPS, port: 443, hostname: b.com, tls: { certificateRefs: [{ name: gone }] } }") + Served);

        Assert.Equal(
            "no listener of Gateway shop/edge at port 443 is for server name b.com: listener gone of Gateway shop/edge (b.com) isn't served: ResolvedRefs is False, InvalidCertificateRef: tls.certificateRefs[0]: there is no Secret shop/gone",
            GatewayMismatch.NoListener(cluster.Port(443), "b.com"));
    }

    private static string Problem(GatewayCluster cluster, string host)
    {
        var port = cluster.Port(443);
        var facts = Cluster.Facts(host, "/") with { Scheme = "https" };
        var answer = GatewayAnswer.Of(GatewayDecision.Make(port, null, new LivingBackend(cluster.Fronts, cluster.Generation, cluster.Balancers, port.Pod), facts, new Usher.Model.Journeys.Draw(0)))!;
        Assert.Equal("ingress.404.no-route", answer.Outcome);
        return answer.Problem!;
    }
}
