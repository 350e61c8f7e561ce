using Usher.Model.Journeys;
using Usher.Model.Road;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>The decision as tables: host, path, Service.</summary>
public sealed class DecideTests
{
    [Theory]
    // Kubernetes documentation, Ingress, Path types, Examples (kubernetes.io/docs/concepts/services-networking/ingress/#examples).
    // KIND PATH … | request path | the path that takes it, with E for Exact and P for Prefix; none is "default".
    [InlineData("P/", "/", "P/")]
    [InlineData("P/", "/any/path", "P/")]
    [InlineData("E/foo", "/foo", "E/foo")]
    [InlineData("E/foo", "/bar", "default")]
    [InlineData("E/foo", "/foo/", "default")]
    [InlineData("P/foo", "/foo", "P/foo")]
    [InlineData("P/foo", "/foo/", "P/foo")]
    // Of a path with a final slash nginx makes a location that redirects to it, where the table has a match.
    [InlineData("P/foo/", "/foo", "redirect")]
    [InlineData("E/foo/", "/foo", "redirect")]
    [InlineData("P/foo/", "/foo/", "P/foo/")]
    [InlineData("P/aaa/bb", "/aaa/bbb", "default")]
    [InlineData("P/aaa/bbb", "/aaa/bbb", "P/aaa/bbb")]
    [InlineData("P/aaa/bbb/", "/aaa/bbb", "redirect")]
    [InlineData("I/aaa/bbb/", "/aaa/bbb", "redirect")]
    [InlineData("I/aaa/bbb/ I/aaa", "/aaa/bbb", "redirect")]
    [InlineData("P/aaa/bbb/ E/aaa/bbb", "/aaa/bbb", "E/aaa/bbb")]
    [InlineData("P/aaa/bbb/ P/aaa", "/aaa/bbbc", "P/aaa")]
    [InlineData("P/aaa/bbb", "/aaa/bbb/", "P/aaa/bbb")]
    [InlineData("P/aaa/bbb", "/aaa/bbb/ccc", "P/aaa/bbb")]
    [InlineData("P/aaa/bbb", "/aaa/bbbxyz", "default")]
    [InlineData("P/ P/aaa", "/aaa/ccc", "P/aaa")]
    [InlineData("P/ P/aaa P/aaa/bbb", "/aaa/bbb", "P/aaa/bbb")]
    [InlineData("P/ P/aaa P/aaa/bbb", "/ccc", "P/")]
    [InlineData("P/aaa", "/ccc", "default")]
    [InlineData("P/foo E/foo", "/foo", "E/foo")]
    // Beyond the table: case counts, the order in which paths are written doesn't, and the query isn't part of the path.
    [InlineData("P/foo", "/Foo", "default")]
    [InlineData("E/foo P/foo", "/foo/x", "P/foo")]
    [InlineData("P/a/b/c P/a", "/a/b", "P/a")]
    [InlineData("P/a P/a/b/c E/a/b", "/a/b", "E/a/b")]
    [InlineData("P/foo P/foo/", "/foo/x", "P/foo")]
    // ImplementationSpecific is a prefix of characters, as a location of nginx is.
    [InlineData("I/foo", "/foobar", "I/foo")]
    [InlineData("I/foo P/foo", "/foobar", "I/foo")]
    [InlineData("I/foo P/foo", "/foo/bar", "P/foo")]
    [InlineData("I/foo/ba P/foo", "/foo/bar", "I/foo/ba")]
    public void Path_types(string paths, string request, string taken)
    {
        var all = paths.Split(' ');
        var kinds = new Dictionary<char, string> { ['E'] = "Exact", ['P'] = "Prefix", ['I'] = "ImplementationSpecific" };
        var rules = all.Select((p, i) => Path(p[1..], kinds[p[0]], $"s{i}"));
        var cluster = new Cluster(string.Concat(all.Select((_, i) => Service($"s{i}"))) + Service("default")
            + Routes("api", $"defaultBackend: {To("default")}, rules: [{Rule("a.example.com", [.. rules])}]")).Valid();
        var chosen = cluster.Chosen("a.example.com", request);
        Assert.Equal(taken, chosen == "default" ? chosen : chosen == "Slash" ? "redirect" : all[int.Parse(chosen[1..], null)]);
    }

    [Theory]
    // Kubernetes documentation, Ingress, Hostname wildcards: a wildcard covers one label.
    [InlineData("*.foo.com", "bar.foo.com", true)]
    [InlineData("*.foo.com", "baz.bar.foo.com", false)]
    [InlineData("*.foo.com", "foo.com", false)]
    [InlineData("*.foo.com", ".foo.com", false)]
    [InlineData("bar.foo.com", "bar.foo.com", true)]
    [InlineData("bar.foo.com", "baz.foo.com", false)]
    [InlineData("Bar.Foo.com", "bar.foo.com", true)]
    [InlineData("bar.foo.com", "bar.foo.com.", true)] // a final dot is nginx's to take off
    [InlineData("*.foo.com", "bar.foo.com.", true)]
    public void Hosts(string host, string request, bool matches)
    {
        var cluster = new Cluster(Service("s") + Routes("api", $"rules: [{Rule(host, Path("/", "Prefix", "s"))}]")).Valid();
        Assert.Equal(matches ? "s" : "NotFound", cluster.Chosen(request, "/"));
    }

    [Fact]
    public void An_exact_host_comes_before_a_wildcard_and_a_rule_without_host_comes_last()
    {
        var cluster = new Cluster(Service("exact") + Service("wild") + Service("any") + Routes("api",
            $"rules: [{Rule("*.foo.com", Path("/", "Prefix", "wild"))}, {Rule(null, Path("/", "Prefix", "any"))}, {Rule("a.foo.com", Path("/a", "Prefix", "exact"))}]")).Valid();
        Assert.Equal("exact", cluster.Chosen("a.foo.com", "/a"));
        Assert.Equal("wild", cluster.Chosen("b.foo.com", "/a"));
        Assert.Equal("any", cluster.Chosen("other.org", "/a"));
        Assert.Equal("any", cluster.Chosen("", "/a"));
        // The exact host's server takes the request even where none of its paths does.
        Assert.Equal("NotFound", cluster.Chosen("a.foo.com", "/b"));
    }

    [Fact]
    public void Several_ingresses_share_a_host_and_the_first_by_name_keeps_a_path()
    {
        var cluster = new Cluster(Service("a") + Service("b") + Service("c")
            + Routes("second", $"rules: [{Rule("x.com", Path("/", "Prefix", "b"), Path("/c", "Prefix", "c"))}]")
            + Routes("first", $"rules: [{Rule("x.com", Path("/", "Prefix", "a"))}]")).Valid();
        Assert.Equal("a", cluster.Chosen("x.com", "/"));
        Assert.Equal("c", cluster.Chosen("x.com", "/c"));
    }

    [Fact]
    public void Default_backends_take_what_nothing_else_does()
    {
        var cluster = new Cluster(Service("own") + Service("all") + Service("s")
            + Routes("a-own", $"defaultBackend: {To("own")}, rules: [{Rule("own.com", Path("/s", "Exact", "s"))}]")
            + Routes("b-none", $"rules: [{Rule("none.com", Path("/s", "Exact", "s"))}]")).Valid();
        Assert.Equal("s", cluster.Chosen("own.com", "/s"));
        Assert.Equal("own", cluster.Chosen("own.com", "/other"));
        // ingress-nginx keeps the default backend of an Ingress with rules to its own hosts, and that of one without to hosts that nobody has.
        Assert.Equal("NotFound", cluster.Chosen("unknown.com", "/"));
        Assert.Equal("NotFound", cluster.Chosen("none.com", "/other"));

        var single = new Cluster(Service("all") + Routes("all", $"defaultBackend: {To("all")}")).Valid();
        Assert.Equal("all", single.Chosen("any.com", "/any"));
        Assert.Equal("all", single.Chosen("", "/healthz"));

        var both = new Cluster(Service("all") + Service("s") + Routes("all", $"defaultBackend: {To("all")}") + Routes("own", $"rules: [{Rule("own.com", Path("/s", "Exact", "s"))}]")).Valid();
        Assert.Equal(("all", "NotFound"), (both.Chosen("any.com", "/any"), both.Chosen("own.com", "/any")));
    }

    [Theory]
    [InlineData("foo.t", "+ host foo.t: is the request's host|- host *.t: covers foo.t too, but an exact host comes first|- host h1.t: host is foo.t|- host h2.t: host is foo.t|- host h3.t: host is foo.t|- host h4.t: host is foo.t|- 4 other hosts: none is foo.t")]
    [InlineData("a.fooo.com", "- host foo.com: host is a.fooo.com|- host foo.t: host is a.fooo.com|- host h1.t: host is a.fooo.com|- host h2.t: host is a.fooo.com|- 6 other hosts: none is a.fooo.com")]
    [InlineData("", "- host foo.com: host is not given|- host foo.t: host is not given|- host h1.t: host is not given|- host h2.t: host is not given|- 6 other hosts: host is not given")]
    public void Of_hosts_that_lost_the_nearest_come_first_and_the_rest_is_summed(string host, string told)
    {
        string[] hosts = ["h7.t", "h6.t", "h5.t", "h4.t", "h3.t", "h2.t", "h1.t", "*.t", "foo.com", "foo.t"];
        var cluster = new Cluster(Service("s") + Routes("all", $"rules: [{string.Join(", ", hosts.Select(h => Rule(h, Path("/", "Prefix", "s"))))}]")).Valid();
        var reasons = cluster.Decide(host, "/").Tell().Single().Reasons.Where(r => r.Candidate.StartsWith("host ", StringComparison.Ordinal) || r.Candidate.EndsWith(" hosts", StringComparison.Ordinal));
        Assert.Equal(told, string.Join('|', reasons.Select(r => $"{(r.Chosen ? "+" : "-")}{(r.Notable ? "!" : "")} {r.Candidate}: {r.Why}")));
    }

    [Theory]
    [InlineData("one", false)]
    [InlineData("other", true)]
    public void A_wildcard_that_lost_is_notable_where_it_is_anothers(string name, bool notable)
    {
        var exact = Rule("foo.t", Path("/", "Prefix", "s"));
        var wildcard = Rule("*.t", Path("/", "Prefix", "s"));
        var cluster = new Cluster(Service("s") + (name == "one" ? Routes("one", $"rules: [{exact}, {wildcard}]") : Routes("one", $"rules: [{exact}]") + Routes(name, $"rules: [{wildcard}]"))).Valid();
        Assert.Equal(notable, Assert.Single(cluster.Decide("foo.t", "/").Tell().Single().Reasons, r => r.Candidate == "host *.t").Notable);
    }

    [Fact]
    public void Nothing_that_matches_is_a_404_and_the_controllers_own_health_is_told_on_unknown_hosts()
    {
        var cluster = new Cluster(Service("s") + Routes("api", $"rules: [{Rule("a.com", Path("/a", "Prefix", "s"))}]")).Valid();
        Assert.Equal("NotFound", cluster.Chosen("a.com", "/b"));
        Assert.Equal("NotFound", cluster.Chosen("b.com", "/a"));
        Assert.Equal("Health", cluster.Chosen("b.com", "/healthz"));
        Assert.Equal("NotFound", cluster.Chosen("a.com", "/healthz"));
        Assert.Equal("NotFound", cluster.Chosen("b.com", "/healthz/x"));
        var told = cluster.Decide("a.com", "/b").Tell().Single();
        Assert.Equal((false, "ingress.404.no-route", "no host and path match: 404"), (told.Ok, told.Outcome, told.Decision));
    }

    [Fact]
    public void A_service_without_endpoints_is_a_503()
    {
        var cluster = new Cluster(Service("s") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "s"))}]")).Valid();
        cluster.Fronts.Empty.Add("s");
        Assert.Equal("Unavailable", cluster.Chosen("a.com", "/"));
        var told = cluster.Decide("a.com", "/").Tell().Single();
        Assert.Equal((false, "ingress.503.no-endpoints"), (told.Ok, told.Outcome));
        Assert.Contains(new Reason("Service shop/s:http", false, "has no ready endpoint"), told.Reasons);
    }

    [Theory]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/", "/")]
    [InlineData("//a///b", "/a/b")]
    [InlineData("//", "/")]
    [InlineData("/a/./b", "/a/b")]
    [InlineData("/a/.", "/a/")]
    [InlineData("/a/../b", "/b")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/b/../", "/a/")]
    [InlineData("/a/..", "/")]
    [InlineData("/a//../b", "/b")]
    [InlineData("/.well-known/x", "/.well-known/x")]
    [InlineData("/..a/b..", "/..a/b..")]
    [InlineData("/a%20b", "/a b")]
    [InlineData("/a%2Fb", "/a/b")]
    [InlineData("/a%2f%2e%2e%2Fb", "/b")]
    [InlineData("/%61%41", "/aA")]
    [InlineData("/a%25b", "/a%b")]
    [InlineData("/a%252Fb", "/a%2Fb")]
    [InlineData("/a+b", "/a+b")]
    [InlineData("/a%3Fb", "/a?b")]
    [InlineData("/%C3%BC", "/\u00c3\u00bc")]
    // What nginx answers with 400.
    [InlineData("/..", null)]
    [InlineData("/../a", null)]
    [InlineData("/a/../../b", null)]
    [InlineData("/%2e%2e/a", null)]
    [InlineData("/a%", null)]
    [InlineData("/a%2", null)]
    [InlineData("/a%zz", null)]
    [InlineData("/a%+1", null)]
    [InlineData("/a%00", null)]
    [InlineData("*", null)]
    [InlineData("", null)]
    public void A_path_is_normalised_as_nginx_does(string path, string? normal)
    {
        Assert.Equal(normal, NormalPath.Of(path));
        var cluster = new Cluster(Service("s") + Routes("api", $"rules: [{Rule(null, Path("/", "Prefix", "s"))}]")).Valid();
        Assert.Equal(normal is null ? "Malformed" : "s", cluster.Chosen("a", path));
    }

    [Fact]
    public void Explain_walks_to_the_services_virtual_ip_and_stops_where_the_controller_answers()
    {
        var cluster = new Cluster(Service("s") + Routes("api", $"rules: [{Rule("a.com", Path("/s", "Prefix", "s"))}]")).Valid();
        var step = new IngressStep(cluster.Fronts);
        var at = new Traveller { Request = Facts("a.com", "/s"), Address = cluster.ControllerAt };
        var forwarded = step.Take(cluster.Generation, at)!;
        Assert.Equal((cluster.ServiceAt("s"), cluster.ControllerAt.Address, null), (forwarded.Next!.Address, forwarded.Next.Source, forwarded.Status));

        cluster.Fronts.Empty.Add("s");
        Assert.Equal((503, Hop.Ingress, null), Ended(step.Take(cluster.Generation, at)!));
        Assert.Equal((404, Hop.Ingress, null), Ended(step.Take(cluster.Generation, at with { Request = Facts("a.com", "/") })!));
        Assert.Equal((400, Hop.Ingress, null), Ended(step.Take(cluster.Generation, at with { Request = Facts("a.com", "/..") })!));
        Assert.Equal((200, Hop.Ingress, null), Ended(step.Take(cluster.Generation, at with { Request = Facts("", "/healthz") })!));
        Assert.Null(step.Take(cluster.Generation, at with { Address = new(cluster.ControllerAt.Address, 1) }));
        Assert.Null(step.Take(Generation.None, at));
    }

    private static (int?, Hop?, Traveller?) Ended(StepTaken taken) => (taken.Status, taken.AnsweredBy, taken.Next);

    [Theory]
    [InlineData("path: \"\", ")]
    [InlineData("")]
    public void A_path_of_ImplementationSpecific_that_says_nothing_takes_all(string path)
    {
        var cluster = new Cluster(Service("web") + Routes("api", $"rules: [{Rule("a.com", $"{{ {path}pathType: ImplementationSpecific, backend: {To("web")} }}")}]")).Valid();

        Assert.Equal("web", cluster.Chosen("a.com", "/any/path"));
    }

    [Theory]
    // Which have no endpoint: the route's own and the canary's are read, or the route's own and its default backend's.
    [InlineData("", "canary", 2)]
    [InlineData("canary", "web", 2)]
    [InlineData("web", "fallback", 2)]
    [InlineData("web fallback", "Unavailable", 2)]
    public void A_backend_is_read_once(string empty, string chosen, int reads)
    {
        var cluster = new Cluster(Service("web") + Service("canary") + Service("fallback")
            + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("default-backend: fallback"))
            + Routes("new", $"rules: [{Rule("a.com", Path("/", "Prefix", "canary"))}]", Annotated("canary: \"true\"", "canary-weight: \"100\""))).Valid();
        foreach (var name in empty.Split(' ', StringSplitOptions.RemoveEmptyEntries)) cluster.Fronts.Empty.Add(name);

        Assert.Equal(chosen, cluster.Chosen("a.com", "/"));
        Assert.Equal(reads, cluster.Fronts.Asked);
    }
}
