using Usher.Ingress.Gateways;
using Usher.Model.Journeys;
using static Usher.Ingress.Tests.Gateways.GatewayCluster;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>A route of which only some hosts take effect is accepted, and it is told which don't, and who has them.</summary>
public sealed class GatewayLostHostTests
{
    private const string Passthrough = "{ name: tls, protocol: TLS, port: 443, tls: { mode: Passthrough } }";
    private const string Older = ", creationTimestamp: 2026-01-01T00:00:00Z";

    [Fact]
    public void A_TLSRoute_loses_a_host_to_an_older_one_and_keeps_the_other()
    {
        var cluster = new GatewayCluster(Gateway(Passthrough) + Service("a") + Service("b") + Tls("a", "x.com", Older) + Tls("b", "y.com, x.com"));

        Assert.Equal("attached to listener tls. Without effect: x.com at listener tls: TLSRoute shop/a (x.com) has it already, and came first", Accepted(cluster, "b"));
        Assert.Equal("spec.hostnames[1]: takes no effect: x.com at listener tls: TLSRoute shop/a (x.com) has it already, and came first", Warning(cluster, "b"));
        Assert.Equal("attached to listener tls", Accepted(cluster, "a"));
        // A connection tells it too.
        var decision = Connect(cluster, "x.com");
        Assert.Equal("a", decision.Choice.Backend!.Backend.Front.Service.Name);
        Assert.Equal("takes no effect at listener tls: TLSRoute shop/a (x.com) has it already, and came first", Assert.Single(decision.Tell().Single().Reasons, r => r.Candidate == "TLSRoute shop/b (x.com)").Why);
        Assert.DoesNotContain(Connect(cluster, "y.com").Tell().Single().Reasons, r => r.Candidate == "TLSRoute shop/b (x.com)");
    }

    [Fact]
    public void A_lost_host_is_told_at_its_own_place_however_often_others_are_written()
    {
        var cluster = new GatewayCluster(Gateway(Passthrough) + Service("a") + Service("b") + Tls("a", "x.com", Older) + Tls("b", "y.com, y.com, x.com"));

        Assert.StartsWith("spec.hostnames[2]: takes no effect: x.com", Warning(cluster, "b"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_listener_and_what_a_route_takes_away_is_told_in_one()
    {
        var cluster = new GatewayCluster(Gateway("{ name: tls, protocol: TLS, port: 443, hostname: \"*.com\", tls: { mode: Passthrough } }") + Service("a") + Service("b") + Tls("a", "x.com", Older) + Tls("b", "y.com, z.org, x.com"));

        Assert.Equal(
            "attached to listener tls. Without effect: z.org: it is no host of listener tls (*.com); x.com at listener tls: TLSRoute shop/a (x.com) has it already, and came first", Accepted(cluster, "b"));
    }

    [Fact]
    public void A_route_that_isnt_accepted_has_no_host_without_effect_besides()
    {
        var cluster = new GatewayCluster(Gateway("{ name: one, protocol: HTTP, port: 80 }", "{ name: two, protocol: HTTP, port: 81 }") + Service("a") + Service("b")
            + Object("GRPCRoute", "grpc", $"parentRefs: [{{ name: edge, sectionName: one }}], hostnames: [a.com], rules: [{Rule("a")}]", metadata: Older)
            + Route("http", $"hostnames: [a.com], rules: [{Rule("b", Path("RegularExpression", "/("))}]"));

        Assert.Equal("parent shop/edge: Accepted=False UnsupportedValue", cluster.Status("HTTPRoute", "http").First());
        Assert.StartsWith("spec.rules[0].matches[0]: ", Accepted(cluster, "http"), StringComparison.Ordinal);
        Assert.DoesNotContain("Without effect", Accepted(cluster, "http"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_loses_all_isnt_accepted()
    {
        var cluster = new GatewayCluster(Gateway(Passthrough) + Service("a") + Service("b") + Tls("a", "x.com", Older) + Tls("b", "x.com"));

        Assert.Equal(["parent shop/edge: Accepted=False Conflicted", "parent shop/edge: ResolvedRefs=True ResolvedRefs"], cluster.Status("TLSRoute", "b"));
        Assert.Contains("TLSRoute shop/a (x.com)", Assert.Single(cluster.Warnings.All, w => w.NotAccepted).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_route_loses_one_listener_of_two_to_a_route_of_the_other_kind()
    {
        var cluster = new GatewayCluster(Gateway("{ name: one, protocol: HTTP, port: 80 }", "{ name: two, protocol: HTTP, port: 81 }") + Service("a") + Service("b")
            + Object("GRPCRoute", "grpc", $"parentRefs: [{{ name: edge, sectionName: one }}], hostnames: [a.com], rules: [{Rule("a")}]", metadata: Older) + Route("http", $"hostnames: [a.com, b.com], rules: [{Rule("b")}]"));

        const string Why = "GRPCRoute shop/grpc has host a.com, and came first; a host is either HTTPRoutes' or GRPCRoutes', so nothing of the route takes effect there";
        Assert.Equal($"attached to listener one, listener two. Without effect: a.com at listener one: {Why}; b.com at listener one: {Why}", Accepted(cluster, "http"));
        Assert.Equal(
            [$"spec.hostnames[0]: takes no effect: a.com at listener one: {Why}", $"spec.hostnames[1]: takes no effect: b.com at listener one: {Why}"],
            cluster.Warnings.All.Where(w => w.Object == "HTTPRoute shop/http").Select(w => $"{w.Field}: {w.Message}"));
        Assert.Equal(("404", "b"), (cluster.Ask("GET http://b.com/"), cluster.Ask("GET http://b.com/", port: 81)));
    }

    [Theory]
    // Which hosts the listeners have, what the route is attached to and its hosts; what its status says of those that take no effect.
    [InlineData("*.a.com", "", "edge", "x.a.com, b.com", "b.com: it is no host of listener one (*.a.com)", "spec.hostnames[1]: takes no effect: b.com: it is no host of listener one (*.a.com)")]
    [InlineData("", "x.a.com", "edge sectionName one", "x.a.com, b.com", "x.a.com at listener one: listener two of Gateway shop/edge (x.a.com) is more specific for it at port 80, and the route isn't attached there",
        "spec.hostnames[0]: takes no effect: x.a.com at listener one: listener two of Gateway shop/edge (x.a.com) is more specific for it at port 80, and the route isn't attached there")]
    [InlineData("*.a.com", "*.x.a.com", "edge sectionName one", "y.x.a.com, z.a.com", "y.x.a.com at listener one: listener two of Gateway shop/edge (*.x.a.com) is more specific for it at port 80, and the route isn't attached there",
        "spec.hostnames[0]: takes no effect: y.x.a.com at listener one: listener two of Gateway shop/edge (*.x.a.com) is more specific for it at port 80, and the route isn't attached there")]
    // Where the route is attached to the more specific one too, nothing is lost; and a wildcard loses only a part to it, as it should.
    [InlineData("", "x.a.com", "edge", "x.a.com, b.com", "", "")]
    [InlineData("", "x.a.com", "edge sectionName one", "*.a.com", "", "")]
    [InlineData("*.a.com", "x.a.com", "edge sectionName one", "*.a.com", "", "")]
    // A route without hosts has those of its listener.
    [InlineData("", "x.a.com", "edge sectionName one", "", "", "")]
    public void A_host_is_lost_to_a_listener(string one, string two, string parent, string hosts, string status, string warning)
    {
        static string Listener(string name, string host) => $"{{ name: {name}, protocol: HTTP, port: 80{(host.Length == 0 ? "" : $", hostname: \"{host}\"")} }}";
        var cluster = new GatewayCluster(
            Gateway(two.Length == 0 ? [Listener("one", one)] : [Listener("one", one), Listener("two", two)]) + Service("a")
            + Object("HTTPRoute", "a", $"parentRefs: [{{ name: {parent.Replace(" sectionName ", ", sectionName: ", StringComparison.Ordinal)} }}], hostnames: [{string.Join(", ", hosts.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(h => $"\"{h}\""))}], rules: [{Rule("a")}]"));

        var accepted = Accepted(cluster, "a");
        Assert.Equal(status, accepted.Contains(". Without effect: ", StringComparison.Ordinal) ? accepted[(accepted.IndexOf(". Without effect: ", StringComparison.Ordinal) + 18)..] : "");
        Assert.Equal(warning, cluster.Warnings.All.Any(w => w.Object == "HTTPRoute shop/a") ? Warning(cluster, "a", "HTTPRoute") : "");
        Assert.Contains("parent", cluster.Status("HTTPRoute", "a").First(), StringComparison.Ordinal);
        Assert.EndsWith("Accepted=True Accepted", cluster.Status("HTTPRoute", "a").First(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_another_of_its_parents_has_is_no_warning()
    {
        var cluster = new GatewayCluster(Gateway("{ name: one, protocol: HTTP, port: 80, hostname: a.com }", "{ name: two, protocol: HTTP, port: 80, hostname: b.com }") + Service("a")
            + Object("HTTPRoute", "a", $"parentRefs: [{{ name: edge, sectionName: one }}, {{ name: edge, sectionName: two }}], hostnames: [a.com, b.com], rules: [{Rule("a")}]")).Valid();

        Assert.Equal("attached to listener one. Without effect: b.com: it is no host of listener one (a.com)", Accepted(cluster, "a"));
        Assert.Equal(("a", "a"), (cluster.Ask("GET http://a.com/"), cluster.Ask("GET http://b.com/")));
    }

    [Fact]
    public void A_request_that_goes_to_the_more_specific_listener_tells_of_the_route_that_isnt_there()
    {
        var cluster = new GatewayCluster(Gateway("{ name: one, protocol: HTTP, port: 80 }", "{ name: two, protocol: HTTP, port: 80, hostname: x.com }") + Service("a")
            + Object("HTTPRoute", "a", $"parentRefs: [{{ name: edge, sectionName: one }}], hostnames: [x.com], rules: [{Rule("a")}]"));
        var port = cluster.Port();

        var told = GatewayDecision.Make(port, null, cluster.Backends(port), Cluster.Written("GET http://x.com/"), new Draw(0)).Tell().Single();

        Assert.Equal("ingress.404.no-route", told.Outcome);
        Assert.Equal("takes no effect at listener one: listener two of Gateway shop/edge (x.com) is more specific for it at port 80, and the route isn't attached there", Assert.Single(told.Reasons, r => r.Candidate == "HTTPRoute shop/a (x.com)").Why);
    }

    private static string Accepted(GatewayCluster cluster, string name) => cluster.Snapshot.Statuses.First(s => s.Key.Name == name && s.Key.Kind.EndsWith("Route", StringComparison.Ordinal)).Conditions[0].Message;

    private static string Warning(GatewayCluster cluster, string name, string kind = "TLSRoute")
    {
        var warning = Assert.Single(cluster.Warnings.All, w => w.Object == $"{kind} shop/{name}");
        Assert.False(warning.NotAccepted);
        return $"{warning.Field}: {warning.Message}";
    }

    private static GatewayConnectionDecision Connect(GatewayCluster cluster, string name)
    {
        var port = cluster.Port(443);
        return GatewayConnectionDecision.Make(port, name, cluster.Backends(port), new Draw(0));
    }

    private static string Tls(string name, string hosts, string metadata = "") => Object("TLSRoute", name, $"parentRefs: [{{ name: edge }}], hostnames: [{hosts}], rules: [{{ backendRefs: [{{ name: {name}, port: 80 }}] }}]", metadata: metadata);
}
