using static Usher.Ingress.Tests.Gateways.GatewayCluster;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>Which rule takes a request (Gateway API, HTTPRoute and GRPCRoute), in tables.</summary>
public sealed class GatewayMatchTests
{
    private const string Http = "{ name: http, protocol: HTTP, port: 80 }";
    private static readonly string Services = string.Concat("abcdef".Select(c => Service($"{c}")));

    [Theory]
    // Exact, with case, before prefixes.
    [InlineData("/exact", "a")]
    [InlineData("/exact/", "c")]
    [InlineData("/Exact", "c")]
    // A prefix goes by elements, with or without its final slash; the longer one wins.
    [InlineData("/pre", "b")]
    [InlineData("/pre/", "b")]
    [InlineData("/pre/x/y", "b")]
    [InlineData("/prefix", "c")]
    [InlineData("/pre/long", "d")]
    [InlineData("/pre/long/er", "d")]
    [InlineData("/pre/longer", "b")]
    // An expression takes the whole path, before prefixes.
    [InlineData("/pre/long/42", "e")]
    [InlineData("/pre/long/42/", "d")]
    // Paths are compared decoded and without dots and double slashes.
    [InlineData("/pre//long/./er", "d")]
    [InlineData("/%70re/x", "b")]
    [InlineData("/pre/../exact", "a")]
    [InlineData("/my%20path/1", "f")]
    [InlineData("/m%79%20path", "f")]
    [InlineData("/..", "400")]
    public void Paths(string path, string wanted)
    {
        var cluster = new GatewayCluster(Gateway(Http) + Services + Route("paths", $"rules: [{Rule("c")}, {Rule("a", Path("Exact", "/exact"))}, {Rule("b", Path("PathPrefix", "/pre/"))}, {Rule("d", Path("PathPrefix", "/pre/long"))}, {Rule("e", Path("RegularExpression", "/pre/long/[0-9]+"))}, {Rule("f", Path("PathPrefix", "/my%20path"))}]")).Valid();

        Assert.Equal(wanted, cluster.Ask($"GET http://a.com{path}"));
    }

    [Theory]
    [InlineData("GET http://x.com/m", "a")]
    [InlineData("POST http://x.com/m", "b")]
    [InlineData("GET http://x.com/m V=1", "c")]
    [InlineData("GET http://x.com/m v=1 W=2", "d")]
    // More headers win only where path and method are the same.
    [InlineData("POST http://x.com/m V=1 W=2", "b")]
    [InlineData("GET http://x.com/m?q=1", "e")]
    [InlineData("GET http://x.com/m?r=0&q=%31", "e")]
    [InlineData("GET http://x.com/m?Q=1", "a")]
    [InlineData("GET http://x.com/m?q=1 V=1", "c")]
    [InlineData("GET http://x.com/m V=beta-7", "f")]
    [InlineData("GET http://x.com/m V=beta-x", "a")]
    public void Methods_headers_and_queries(string request, string wanted)
    {
        var header = "headers: [{ name: v, value: \"1\" }";
        var cluster = new GatewayCluster(Gateway(Http) + Services + Route("more", $"rules: [{Rule("a", "{ path: { value: /m } }")}, {Rule("b", "{ path: { value: /m }, method: POST }")}, {Rule("c", $"{{ path: {{ value: /m }}, {header}] }}")}, {Rule("d", $"{{ path: {{ value: /m }}, {header}, {{ name: w, value: \"2\" }}] }}")}, {Rule("e", "{ path: { value: /m }, queryParams: [{ name: q, value: \"1\" }] }")}, {Rule("f", "{ path: { value: /m }, headers: [{ name: V, type: RegularExpression, value: \"beta-[0-9]+\" }] }")}]")).Valid();

        Assert.Equal(wanted, cluster.Ask(request));
    }

    [Theory]
    [InlineData("a.example.com", "a")]
    [InlineData("b.example.com", "b")]
    // A wildcard takes several labels, and at least one.
    [InlineData("x.b.example.com", "b")]
    [InlineData("x.sub.example.com", "c")]
    [InlineData("sub.example.com", "b")]
    [InlineData("example.com", "d")]
    [InlineData("A.Example.COM", "a")]
    [InlineData("other.org", "d")]
    public void Hosts(string host, string wanted)
    {
        var cluster = new GatewayCluster(Gateway(Http) + Services
            + Route("exact", $"hostnames: [a.example.com], rules: [{Rule("a")}]") + Route("wild", $"hostnames: [\"*.example.com\"], rules: [{Rule("b")}]")
            + Route("deeper", $"hostnames: [\"*.sub.example.com\"], rules: [{Rule("c")}]") + Route("any", $"rules: [{Rule("d")}]")).Valid();

        Assert.Equal(wanted, cluster.Ask($"GET http://{host}/"));
    }

    [Fact]
    public void A_host_that_is_more_specific_comes_first_and_what_its_rules_dont_take_goes_to_the_next()
    {
        var cluster = new GatewayCluster(Gateway(Http) + Services
            + Route("exact", $"hostnames: [a.example.com], rules: [{Rule("a", Path("PathPrefix", "/a"))}]") + Route("wild", $"hostnames: [\"*.example.com\"], rules: [{Rule("b", Path("PathPrefix", "/a/b"))}]")).Valid();

        Assert.Equal("a", cluster.Ask("GET http://a.example.com/a/b"));
        Assert.Equal("404", cluster.Ask("GET http://a.example.com/"));
        Assert.Equal("b", cluster.Ask("GET http://c.example.com/a/b"));
    }

    [Fact]
    public void Of_equal_matches_the_older_route_wins_then_the_first_by_name_then_the_first_rule()
    {
        const string Old = ", creationTimestamp: 2026-01-01T00:00:00Z";
        var cluster = new GatewayCluster(Gateway(Http) + Services
            + Route("zz", $"rules: [{Rule("a", Path("Exact", "/old"))}]", Old) + Route("b", $"rules: [{Rule("b", Path("Exact", "/old"))}, {Rule("b", Path("Exact", "/name"))}, {Rule("c", Path("Exact", "/name"))}]")
            + Route("c", $"rules: [{Rule("d", Path("Exact", "/name"))}]"));

        Assert.Empty(cluster.Errors.All);
        Assert.Equal(["HTTPRoute shop/b: spec.rules[0]", "HTTPRoute shop/c: spec.rules[0]"], cluster.Warnings.All.Where(w => w.Object.StartsWith("HTTPRoute", StringComparison.Ordinal)).Select(w => $"{w.Object}: {w.Field}"));
        Assert.Equal("a", cluster.Ask("GET http://x.com/old"));
        Assert.Equal("b", cluster.Ask("GET http://x.com/name"));
    }

    [Theory]
    [InlineData("/shop.Cart/Add", "a")]
    [InlineData("/shop.Cart/Get", "b")]
    [InlineData("/shop.Other/Add", "c")]
    [InlineData("/shop.Other/Get", "d")]
    [InlineData("/shop.CartX/Get", "d")]
    public void Calls(string path, string wanted)
    {
        static string Method(string fields) => $"{{ method: {{ {fields} }} }}";
        var cluster = new GatewayCluster(Gateway(Http) + Services + Object("GRPCRoute", "calls", $"parentRefs: [{{ name: edge }}], rules: [{Rule("d")}, {Rule("c", Method("method: Add"))}, {Rule("b", Method("service: shop.Cart"))}, {Rule("a", Method("service: shop.Cart, method: Add"))}]")).Valid();

        Assert.Equal(wanted, cluster.Ask($"POST http://x.com{path}"));
    }

    [Theory]
    [InlineData(0.0, "a")]
    [InlineData(0.89, "a")]
    [InlineData(0.91, "b")]
    [InlineData(0.999, "b")]
    public void Backends_are_drawn_by_weight(double at, string wanted)
    {
        var cluster = new GatewayCluster(Gateway(Http) + Services + Route("split", "rules: [{ backendRefs: [{ name: a, port: 80, weight: 90 }, { name: c, port: 80, weight: 0 }, { name: b, port: 80, weight: 10 }] }]")).Valid();

        Assert.Equal(wanted, cluster.Ask("GET http://x.com/", (ulong)(at * ulong.MaxValue)));
    }

    [Fact]
    public void A_backend_that_isnt_there_answers_its_share_with_500_and_one_without_endpoints_503()
    {
        var cluster = new GatewayCluster(Gateway(Http) + Services + Route("split", "rules: [{ backendRefs: [{ name: a, port: 80 }, { name: nowhere, port: 80 }] }, { matches: [{ path: { value: /none } }] }]"));
        cluster.Fronts.Empty.Add("a");

        Assert.Equal("503", cluster.Ask("GET http://x.com/"));
        Assert.Equal("500", cluster.Ask("GET http://x.com/", ulong.MaxValue));
        Assert.Equal("500", cluster.Ask("GET http://x.com/none"));
        Assert.Equal(["parent shop/edge: Accepted=True Accepted", "parent shop/edge: ResolvedRefs=False BackendNotFound"], cluster.Status("HTTPRoute", "split"));
    }
}
