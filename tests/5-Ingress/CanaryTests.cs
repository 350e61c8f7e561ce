using Usher.Model.Journeys;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>Canaries whose Service another Ingress has too: which requests they take is the upstream's, and so the first one's who made it.</summary>
public sealed class CanaryTests
{
    private static readonly string Mains = Service("v1") + Service("v1b") + Service("v2") + Routes("m-one", $"rules: [{Rule("one.t", Path("/", "Prefix", "v1"))}]") + Routes("m-three", $"rules: [{Rule("three.t", Path("/", "Prefix", "v1b"))}]");

    [Theory]
    [InlineData("canary-weight: '0'", "canary-weight: '100'", "v1 v1b", "c3 canary-weight: found '100'; for the canary's Service shop/v2:http that of Ingress shop/c1 (cluster.yaml:1) counts, 0, since that comes first: neither is older, and its namespace and name come first", "canary-weight of shop/c3 doesn't")]
    [InlineData("canary-weight: '100'", "canary-weight: '0'", "v2 v2", "c3 canary-weight: found '0'; for the canary's Service shop/v2:http that of Ingress shop/c1 (cluster.yaml:1) counts, 100, since", "canary-weight of shop/c3 doesn't")]
    [InlineData("canary-weight: '100'", "canary-weight-total: '200'", "v2 v2", "c3 canary-weight-total: found '200'; for the canary's Service|c3 canary: has no canary-weight; for the canary's Service", "canary-weight and canary-weight-total of shop/c3 don't")]
    [InlineData("canary-weight: '100'", "canary-weight: '100'", "v2 v2", "", null)]
    [InlineData("canary-by-header: X-New", "canary-by-header: X-Next", "v1 v1b", "c3 canary-by-header: found 'X-Next'; for the canary's Service shop/v2:http that of Ingress shop/c1 (cluster.yaml:1) counts, X-New, since", "canary-by-header of shop/c3 doesn't")]
    [InlineData("canary-by-header: X-New, canary-by-header-pattern: '^a'", "canary-by-header: X-New, canary-by-header-pattern: '^a'", "v1 v1b", "", null)]
    public void With_the_same_Service_what_the_first_says_counts_for_both(string first, string second, string expected, string warnings, string? lost)
    {
        var cluster = new Cluster(Mains + Canary("c1", "one.t", "/", first) + Canary("c3", "three.t", "/", second)).Valid();
        Assert.Equal(expected, $"{cluster.Ask("GET http://one.t/")} {cluster.Ask("GET http://three.t/")}");
        AssertWarned(warnings, cluster);
        var told = cluster.Decide("three.t", "/").Tell().Single();
        var reason = told.Reasons.SingleOrDefault(r => r.Candidate == "canary-* of Service shop/v2:http");
        Assert.Equal(lost is null ? null : $"are Ingress shop/c1's, which came first; {lost} count", reason?.Why);
        Assert.Contains(told.Reasons, r => r is { Candidate: "canary shop/c3", Notable: true });
        Assert.Equal(expected.EndsWith("v2", StringComparison.Ordinal) ? "shop/c3" : null, told.Facts["canary"]?.ToString());
    }

    [Fact]
    public void The_older_one_decides()
    {
        var cluster = new Cluster(Mains + Canary("c1", "one.t", "/", "canary-weight: '0'") + Canary("c3", "three.t", "/", "canary-weight: '100'", ", creationTimestamp: \"2024-01-01T00:00:00Z\"")).Valid();
        Assert.Equal(("v2", "v2"), (cluster.Ask("GET http://one.t/"), cluster.Ask("GET http://three.t/")));
        AssertWarned("c1 canary-weight: found '0'; for the canary's Service shop/v2:http that of Ingress shop/c3 (cluster.yaml:1) counts, 100, since that comes first: ", cluster);
    }

    [Fact]
    public void A_Service_that_is_a_main_Ingresses_first_is_no_canarys()
    {
        var cluster = new Cluster(Mains + Routes("a", $"rules: [{Rule("two.t", Path("/", "Prefix", "v2"))}]") + Canary("z", "one.t", "/", "canary-weight: '100'")).Valid();
        Assert.Equal(("v1", "v2"), (cluster.Ask("GET http://one.t/"), cluster.Ask("GET http://two.t/")));
        Assert.Contains(cluster.Warnings.All, w => w.Object == "Ingress shop/z" && w.Message.StartsWith("makes no canary of Service shop/v2:http, which Ingress shop/a (cluster.yaml:1) has as a backend of its own: that comes first: ", StringComparison.Ordinal));
        Assert.Contains(cluster.Decide("one.t", "/").Tell().Single().Reasons, r => r == new Reason("canary shop/z", false, "Service shop/v2:http is Ingress shop/a's own backend, which came first, so that it is no canary's and has no share") { Notable = true });

        // Before the main Ingress of its path it is an ordinary one, and takes all.
        cluster = new Cluster(Mains + Routes("a", $"rules: [{Rule("two.t", Path("/", "Prefix", "v2"))}]") + Canary("b", "one.t", "/", "canary-weight: '0'") + Canary("c", "four.t", "/", "canary-weight: '0'")).Valid();
        Assert.Equal(("v2", "404"), (cluster.Ask("GET http://one.t/"), cluster.Ask("GET http://four.t/")));
        Assert.Contains(cluster.Warnings.All, w => w.Object == "Ingress shop/m-one" && w.Message.Contains("are those of Ingress shop/b", StringComparison.Ordinal));
    }

    [Fact]
    public void A_canarys_Service_has_no_paths_of_others()
    {
        var cluster = new Cluster(Mains + Canary("c1", "one.t", "/", "canary-weight: '0'") + Routes("direct", $"rules: [{Rule("direct.t", Path("/", "Prefix", "v2"), Path("/v1", "Prefix", "v1"))}]")).Valid();
        Assert.Equal(("404", "v1"), (cluster.Ask("GET http://direct.t/"), cluster.Ask("GET http://direct.t/v1")));
        AssertWarned("direct path: is skipped: Service shop/v2:http is a canary's by Ingress shop/c1 (cluster.yaml:1), since that comes first: ", cluster);
        Assert.Contains(cluster.Decide("direct.t", "/").Tell().Single().Reasons, r => r is { Candidate: "shop/direct: direct.t / (Prefix)", Notable: true, Why: "Service shop/v2:http is a canary's by Ingress shop/c1, which came first: ingress-nginx skips the path" });

        Assert.Equal("no Ingress that is served has a rule for host direct.t and path /: shop/direct: direct.t / (Prefix) isn't, since Service shop/v2:http is a canary's by Ingress shop/c1, which came first: ingress-nginx skips the path", IngressAnswer.Of(cluster.Decide("direct.t", "/"))!.Problem);

        // A default backend makes the upstream anew.
        cluster = new Cluster(Mains + Canary("c1", "one.t", "/", "canary-weight: '100'") + Routes("direct", $"defaultBackend: {To("v2")}, rules: [{Rule("direct.t", Path("/x", "Prefix", "v2"))}]")).Valid();
        Assert.Equal(("v2", "v2"), (cluster.Ask("GET http://direct.t/"), cluster.Ask("GET http://direct.t/x")));
    }

    [Fact]
    public void One_of_nothing_takes_the_others_share_too()
    {
        var cluster = new Cluster(Mains + Canary("c1", "one.t", "/", "canary-weight: '100'") + Canary("c3", "three.t", "/nothing", "canary-weight: '100'")).Valid();
        Assert.Equal("v1", cluster.Ask("GET http://one.t/"));
        AssertWarned("c1 paths[0]: takes no request: Ingress shop/c3 has the same Service as a canary of nothing, and ingress-nginx deletes its upstream then|c3 paths[0]: is a canary of nothing", cluster);
        Assert.Contains(cluster.Decide("one.t", "/").Tell().Single().Reasons, r => r is { Candidate: "canary shop/c1", Notable: true, Why: "Ingress shop/c3 has the same Service as a canary of nothing, and ingress-nginx deletes its upstream then" });

        // Where nobody has the host, nothing is deleted.
        Assert.Equal("v2", new Cluster(Mains + Canary("c1", "one.t", "/", "canary-weight: '100'") + Canary("c3", "nobody.t", "/", "canary-weight: '100'")).Valid().Ask("GET http://one.t/"));
    }

    [Fact]
    public void What_the_first_says_counts_from_the_change_on()
    {
        var canaries = Canary("c1", "one.t", "/", "canary-weight: '100'") + Canary("c3", "three.t", "/", "canary-weight: '100'");
        var before = new Cluster(Mains + canaries).Valid();
        Assert.Equal("v2", before.Ask("GET http://three.t/"));
        var after = new Cluster(Mains + Canary("c1", "one.t", "/", "canary-weight: '0'") + Canary("c3", "three.t", "/", "canary-weight: '100'"), before: before).Valid();
        Assert.Equal("v1b", after.Ask("GET http://three.t/"));
        var direct = new Cluster(Mains + canaries + Routes("a", $"rules: [{Rule("two.t", Path("/", "Prefix", "v2"))}]"), before: after).Valid();
        Assert.Equal(("v2", "v2", "v2"), (direct.Ask("GET http://one.t/"), direct.Ask("GET http://two.t/"), direct.Ask("GET http://three.t/")));
        Assert.Equal(("v2", "v2"), (new Cluster(Mains + canaries, before: direct).Valid().Ask("GET http://three.t/"), new Cluster(Mains + canaries, before: direct).Valid().Ask("GET http://one.t/")));
    }

    private static void AssertWarned(string warnings, Cluster cluster)
    {
        var wanted = warnings.Split('|', StringSplitOptions.RemoveEmptyEntries);
        var warned = cluster.Warnings.All.Select(w => $"{w.Object[(w.Object.IndexOf('/', StringComparison.Ordinal) + 1)..]} {w.Field.Split('/', '.')[^1]}: {w.Message}").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(wanted.Length, warned.Count);
        Assert.All(wanted.Zip(warned), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }

    private static string Canary(string name, string host, string path, string annotations, string metadata = "") =>
        Routes(name, $"rules: [{Rule(host, Path(path, "Prefix", "v2"))}]", Annotated(["canary: \"true\"", .. annotations.Split(", ")]) + metadata);
}
