using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>A 404 for a host that an Ingress has which isn't served names that and why, and so does what a default backend or a less specific host takes instead: it isn't accepted, its class is nobody's, or it is a canary of nothing.</summary>
public sealed class UnservedHostTests
{
    private static readonly string Near = Service("web") + Routes("near", $"rules: [{Rule("nextcloud.example.com", Path("/", "Prefix", "web"))}]");

    [Theory]
    [InlineData("proxy-body-size: lots", "isn't accepted: metadata.annotations.nginx.ingress.kubernetes.io/proxy-body-size: found 'lots'; a size is wanted: bytes, or a number with k, m or g")]
    [InlineData("proxy-body-sise: 1m", "isn't accepted: metadata.annotations.nginx.ingress.kubernetes.io/proxy-body-sise: is no annotation of ingress-nginx; did you mean proxy-body-size?")]
    [InlineData("canary: \"true\"", "is a canary of nothing: no other Ingress has this host, path and pathType, so it takes no request")]
    public void One_that_isnt_accepted_or_is_a_lone_canary(string annotation, string why)
    {
        var cluster = new Cluster(Near + Routes("keycloak", $"rules: [{Rule("keycloak.example.com", Path("/", "Prefix", "web"))}]", Annotated(annotation)));
        Assert.Equal($"no Ingress that is served has a rule for host keycloak.example.com and path /: Ingress shop/keycloak (cluster.yaml:1) has the host, and {why}", Problem(cluster, "keycloak.example.com"));
        Assert.Equal("no Ingress has a rule for host keycloat.example.com and path /: there are nextcloud.example.com; add one, or a defaultBackend", Problem(cluster, "keycloat.example.com"));
    }

    [Theory]
    [InlineData("ingressClassName: ngnix, ", "", "spec.ingressClassName: found 'ngnix'; there is no such IngressClass; there are nginx. Did you mean nginx?")]
    [InlineData("ingressClassName: traefik, ", "", "spec.ingressClassName: class 'traefik' belongs to a controller that Usher doesn't run, so nothing serves this Ingress here")]
    [InlineData("", ", annotations: { kubernetes.io/ingress.class: edge }", "metadata.annotations.kubernetes.io/ingress.class: found 'edge'; there is no such IngressClass; there are nginx")]
    [InlineData("", "", "spec: names no ingressClassName and no IngressClass is the default, so no controller would serve it; there are nginx")]
    public void One_whose_class_is_nobodys(string spec, string metadata, string why)
    {
        var cluster = new Cluster(Near + Routes("keycloak", $"ingressClassName: x, rules: [{Rule("keycloak.example.com", Path("/", "Prefix", "web"))}]", metadata).Replace("ingressClassName: x, ", spec, StringComparison.Ordinal));
        Assert.Equal($"no Ingress that is served has a rule for host keycloak.example.com and path /: Ingress shop/keycloak (cluster.yaml:1) has the host, and nothing serves it: {why}", Problem(cluster, "keycloak.example.com"));
    }

    [Theory]
    [InlineData("a.com", "a.com", "/y", "has the host, and")]
    [InlineData("*.b.com", "x.b.com", "/", "has a rule for it, and")]
    [InlineData(null, "anything.com", "/", "has a rule for it, and")]
    public void Its_host_may_be_anothers_too_a_wildcard_or_any(string? host, string asked, string path, string has)
    {
        var cluster = new Cluster(Service("web") + Routes("good", $"rules: [{Rule("a.com", Path("/x", "Prefix", "web"))}]") + Routes("bad", $"rules: [{Rule(host, Path("/y", "Prefix", "web"))}]", Annotated("proxy-body-size: lots")));
        Assert.Contains($": Ingress shop/bad (cluster.yaml:1) {has} isn't accepted: ", Problem(cluster, asked, path).Replace("(Prefix); Ingress", "(Prefix): Ingress", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_stays_as_it_was_has_no_new_host_yet()
    {
        var first = new Cluster(Service("web") + Routes("a", $"rules: [{Rule("old.com", Path("/", "Prefix", "web"))}]")).Valid();
        var second = new Cluster(Service("web") + Routes("a", $"rules: [{Rule("new.com", Path("/", "Prefix", "web"))}]", Annotated("proxy-body-size: lots")), before: first);
        Assert.Equal("web", second.Ask("GET http://old.com/"));
        Assert.Contains("Ingress shop/a (cluster.yaml:1) has the host, and isn't accepted as it is written now, so that what it said before is served: ", Problem(second, "new.com"), StringComparison.Ordinal);
        var mended = new Cluster(Service("web") + Routes("a", $"rules: [{Rule("newer.com", Path("/", "Prefix", "web"))}]"), before: second).Valid();
        Assert.Equal("no Ingress has a rule for host new.com and path /: the nearest is newer.com; add one, or a defaultBackend", Problem(mended, "new.com"));
    }

    [Theory]
    [InlineData(false, "snip.t", true)]
    [InlineData(true, "snip.t", true)]
    [InlineData(false, "other.t", false)]
    public void A_default_backend_that_takes_its_requests_is_told_with_it(bool ofHost, string host, bool tells)
    {
        var own = ofHost ? Routes("own", $"defaultBackend: {To("web")}, rules: [{Rule("snip.t", Path("/other", "Prefix", "web"))}]") : Routes("catchall", $"defaultBackend: {To("web")}");
        var cluster = new Cluster(Service("web") + own + Routes("snip", $"rules: [{Rule("snip.t", Path("/", "Prefix", "web"))}]", Annotated("configuration-snippet: 'more_set_headers \"a: b\";'")));
        var told = cluster.Decide(host, "/").Tell().Single();
        Assert.True(told.Ok);
        var reason = told.Reasons.SingleOrDefault(r => r.Candidate.StartsWith("Ingress shop/snip (cluster.yaml:", StringComparison.Ordinal));
        Assert.Equal(tells, reason is { Notable: true, Chosen: false });
        Assert.Equal(reason is null ? null : $"{reason.Candidate} {reason.Why}", told.Facts["unserved"]?.ToString());
        if (reason is not null) Assert.StartsWith("has the host, and isn't accepted: metadata.annotations.nginx.ingress.kubernetes.io/configuration-snippet: ", reason.Why, StringComparison.Ordinal);
    }

    [Theory]
    // A less specific host takes what it would have taken.
    [InlineData("*.b.com", "x.b.com", "/", "", "/y", "has the host, and")]
    [InlineData(null, "x.b.com", "/", "", "/", "has the host, and")]
    [InlineData(null, "*.b.com", "/", "", "/", "has a rule for it, and")]
    [InlineData("*.b.com", "x.b.com", "/y", "", "/y/z", "has the host, and")]
    [InlineData("*.b.com", "x.b.com", "/v[0-9]", ", nginx.ingress.kubernetes.io/use-regex: \"true\"", "/V1", "has the host, and")]
    // It would not have.
    [InlineData("*.b.com", "x.b.com", "/y", "", "/", null)]
    [InlineData("*.b.com", "x.b.com", "/v[0-9]", "", "/v1", null)]
    [InlineData("*.b.com", "x.b.com", "/", ", nginx.ingress.kubernetes.io/canary: \"true\"", "/", null)]
    // A host that is as specific, or more.
    [InlineData("x.b.com", "x.b.com", "/y", "", "/y", null)]
    [InlineData("x.b.com", "*.b.com", "/", "", "/", null)]
    [InlineData("x.b.com", null, "/", "", "/", null)]
    [InlineData("*.b.com", "*.b.com", "/y", "", "/y", null)]
    [InlineData("*.b.com", null, "/", "", "/", null)]
    [InlineData(null, null, "/y", "", "/y", null)]
    // Another name.
    [InlineData("*.b.com", "y.b.com", "/", "", "/", null)]
    [InlineData(null, "*.c.com", "/", "", "/", null)]
    public void A_path_of_a_less_specific_host_that_takes_its_requests_is_told_with_it(string? served, string? unserved, string path, string annotation, string asked, string? has)
    {
        var cluster = new Cluster(Service("web") + Routes("served", $"rules: [{Rule(served, Path("/", "Prefix", "web"))}]") + Routes("lost", $"rules: [{Rule(unserved, Path(path, "ImplementationSpecific", "web"))}]", Annotated("proxy-body-size: lots" + annotation)));
        AssertTold(has is null ? null : $"Ingress shop/lost (cluster.yaml:1) {has} isn't accepted: metadata.annotations.nginx.ingress.kubernetes.io/proxy-body-size: found 'lots'; a size is wanted: bytes, or a number with k, m or g", cluster, "x.b.com", asked);
    }

    [Fact]
    public void So_is_one_whose_class_is_nobodys_a_default_backend_an_alias_and_an_app_root()
    {
        const string why = "Ingress shop/lost (cluster.yaml:1) has the host, and nothing serves it: spec.ingressClassName: class 'traefik' belongs to a controller that Usher doesn't run, so nothing serves this Ingress here";
        var wild = Service("web") + Routes("served", $"rules: [{Rule("*.b.com", Path("/", "Prefix", "web"))}]", Annotated("app-root: /home"));
        var lost = wild + Routes("lost", $"ingressClassName: traefik, defaultBackend: {To("web")}, rules: [{Rule("x.b.com", Path("/y", "Prefix", "web"))}]");
        AssertTold(why, new Cluster(lost), "x.b.com", "/any");
        AssertTold(why, new Cluster(lost), "x.b.com.", "/");
        AssertTold(null, new Cluster(lost), "y.b.com", "/");
        // A lone canary would have taken nothing.
        AssertTold(null, new Cluster(wild + Service("next") + Routes("canary", $"rules: [{Rule("x.b.com", Path("/", "Prefix", "next"))}]", Annotated("canary: \"true\""))), "x.b.com", "/any");
        AssertTold(null, new Cluster(lost + Routes("named", $"rules: [{Rule("z.com", Path("/", "Prefix", "web"))}]", Annotated("server-alias: x.b.com"))), "x.b.com", "/any");
    }

    /// <summary>What is answered, and by whom else it would have been.</summary>
    private static void AssertTold(string? unserved, Cluster cluster, string host, string path)
    {
        var told = cluster.Decide(host, path).Tell().Single();
        Assert.True(told.Ok);
        var lost = told.Reasons.Where(r => r.Candidate.StartsWith("Ingress ", StringComparison.Ordinal)).ToList();
        Assert.Equal(unserved, told.Facts["unserved"]?.ToString());
        Assert.Equal(unserved is null ? [] : [unserved], lost.Select(r => $"{r.Candidate} {r.Why}"));
        Assert.All(lost, r => Assert.True(r is { Notable: true, Chosen: false }));
    }

    private static string Problem(Cluster cluster, string host, string path = "/")
    {
        var answer = IngressAnswer.Of(cluster.Decide(host, path))!;
        Assert.Equal(("ingress.404.no-route", 404), (answer.Outcome, answer.Status));
        return answer.Problem!;
    }
}
