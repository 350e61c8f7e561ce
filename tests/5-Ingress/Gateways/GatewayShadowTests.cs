using static Usher.Ingress.Tests.Gateways.GatewayCluster;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>Matches of several routes that are the same for the same host: the one that takes nothing is told, with who has it and by which rule.</summary>
public sealed class GatewayShadowTests
{
    private const string Http = "{ name: http, protocol: HTTP, port: 80 }";

    [Theory]
    [InlineData("", "", "hostnames: [x.com]", "shop/a comes first by name")]
    [InlineData("", ", creationTimestamp: 2026-01-01T00:00:00Z", "hostnames: [x.com]", "its route is older")]
    [InlineData("", "", "matches", "shop/a comes first by name")]
    public void Two_routes_with_the_same_host_and_match_are_told(string one, string two, string what, string rule)
    {
        var match = what == "matches" ? "{ path: { type: PathPrefix, value: /v1/ }, headers: [{ name: X-A, value: b }, { name: c, value: d }] }" : "";
        var other = what == "matches" ? "{ path: { value: /v1 }, headers: [{ name: C, value: d }, { name: x-a, value: b }] }" : "";
        var cluster = new GatewayCluster(Gateway(Http, "{ name: more, protocol: HTTP, port: 81 }") + Service("a") + Service("c")
            + Route("a", $"hostnames: [x.com], rules: [{Rule("a", match)}]", one) + Route("c", $"hostnames: [x.com, y.com], rules: [{Rule("a", Path("Exact", "/only"))}, {Rule("c", other)}]", two));

        var (winner, loser, to, none) = two.Length == 0 ? ("a", "c", "shop/a:80", "shop/c:80") : ("c", "a", "shop/c:80", "shop/a:80");
        var warning = Assert.Single(cluster.Warnings.All, w => w.Object.StartsWith("HTTPRoute", StringComparison.Ordinal));
        Assert.Equal(($"HTTPRoute shop/{loser}", loser == "c" ? "spec.rules[1]" : "spec.rules[0]", false), (warning.Object, warning.Field, warning.NotAccepted));
        Assert.StartsWith("the match x.com, PathPrefix /", warning.Message, StringComparison.Ordinal);
        Assert.EndsWith($" at listener http, listener more is one of HTTPRoute shop/{winner} (cluster.yaml:1) too, which keeps it: {rule}. Requests go to {to}, none to {none}", warning.Message, StringComparison.Ordinal);
        Assert.Contains("Accepted=True Accepted", string.Join(' ', cluster.Status("HTTPRoute", loser)), StringComparison.Ordinal);
    }

    [Fact]
    public void Routes_whose_matches_differ_are_told_nothing_of() => new GatewayCluster(Gateway(Http) + Service("a") + Service("c")
        + Route("a", $"hostnames: [x.com], rules: [{Rule("a", Path("PathPrefix", "/a"))}, {Rule("a", Path("PathPrefix", "/a"))}]")
        + Route("c", $"hostnames: [x.com], rules: [{Rule("c", Path("Exact", "/a"))}, {Rule("c", "{ path: { value: /a }, method: GET }")}]")).Valid();
}
