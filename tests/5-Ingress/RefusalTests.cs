using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>One Ingress that isn't accepted, and all others that are: what becomes of both, on a road that starts and on one that runs.</summary>
public sealed class RefusalTests
{
    private const string Prefix = "metadata.annotations.nginx.ingress.kubernetes.io/";
    private static readonly string Services = Service("good") + Service("bad");
    private static readonly string Good = Routes("good", $"rules: [{Rule("good.com", Path("/", "Prefix", "good"))}]");

    [Theory]
    [InlineData("configuration-snippet: 'more_set_headers x'", "404", "and nothing serves it")]
    [InlineData("enable-modsecurity: \"true\"", "404", "and nothing serves it")]
    [InlineData("proxy-body-size: lots", "404", "and nothing serves it")]
    [InlineData("proxy-body-sise: 1m", "404", "and nothing serves it")]
    [InlineData("rewrite-target: nowhere", "404", "and nothing serves it")]
    [InlineData("auth-url: nowhere", "503", "its locations are there, and answer 503")]
    [InlineData("whitelist-source-range: office", "503", "its locations are there, and answer 503")]
    [InlineData("auth-type: basic, nginx.ingress.kubernetes.io/auth-secret: none", "503", "its locations are there, and answer 503")]
    public void On_a_road_that_starts_the_others_are_served(string annotations, string answer, string becomes)
    {
        var cluster = new Cluster(Services + Good + Bad(annotations));
        Assert.Empty(cluster.Errors.All);
        var told = Assert.Single(cluster.Told);
        Assert.Equal("Ingress shop/bad", told.Object);
        Assert.StartsWith(Prefix, told.Field, StringComparison.Ordinal);
        Assert.EndsWith(becomes, told.Message, StringComparison.Ordinal);
        Assert.Equal(("good", answer), (cluster.Ask("GET http://good.com/"), cluster.Ask("GET http://bad.com/")));
    }

    [Theory]
    [InlineData("", "/a(/|$)(.*)", "Prefix", "spec.rules[0].http.paths[0].path: path /a(/|$)(.*) cannot be used with pathType Prefix: letters, digits and . _ - / are")]
    [InlineData("", "/a b", "Exact", "spec.rules[0].http.paths[0].path: path /a b cannot be used with pathType Exact: letters, digits and . _ - / are")]
    [InlineData("", "/a(/|$)(.*)", "ImplementationSpecific", "")]
    [InlineData("strict-validate-path-type: \"false\"", "/a(/|$)(.*)", "Prefix", "")]
    public void A_path_of_a_type_has_its_characters(string key, string path, string type, string told)
    {
        var cluster = new Cluster((key.Length == 0 ? "" : ConfigMap(key)) + Services + Good + Routes("bad", $"rules: [{Rule("bad.com", Path(path, type, "bad"))}]", Annotated("use-regex: \"true\"")), standard: key.Length == 0);
        Assert.Equal((told.Length == 0, "good"), (cluster.Ask("GET http://bad.com/a/b") == "bad", cluster.Ask("GET http://good.com/")));
        Assert.StartsWith(told, cluster.Told.Select(e => $"{e.Field}: {e.Message}").SingleOrDefault() ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auth-type: basic, nginx.ingress.kubernetes.io/auth-secret: other/users", "auth-secret")]
    [InlineData("auth-tls-secret: other/users", "auth-tls-secret")]
    [InlineData("backend-protocol: HTTPS, nginx.ingress.kubernetes.io/proxy-ssl-secret: other/users", "proxy-ssl-secret")]
    public void A_secret_of_another_namespace_wants_the_config_maps_leave(string annotations, string field)
    {
        var secret = "---\napiVersion: v1\nkind: Secret\nmetadata: { name: users, namespace: other }\nstringData: { auth: 'ann:{PLAIN}secret' }\n";
        var told = Assert.Single(new Cluster(Services + secret + Bad(annotations)).Told);
        Assert.Equal((Prefix + field, true), (told.Field, told.Message.Contains("cross namespace usage of secrets is not allowed: the Ingress is in namespace shop", StringComparison.Ordinal)));
        Assert.DoesNotContain(new Cluster(ConfigMap("allow-cross-namespace-resources: \"true\"") + Services + secret + Bad(annotations), standard: false).Told, e => e.Message.Contains("cross namespace", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("server-snippet: x")]
    [InlineData("auth-url: nowhere")]
    [InlineData("proxy-read-timeout: long")]
    public void On_a_road_that_runs_the_last_version_that_was_accepted_stays(string annotations)
    {
        var first = new Cluster(Services + Good + Bad("app-root: /app")).Valid();
        Assert.Equal("302 http://bad.com/app", first.Ask("GET http://bad.com/"));
        var second = new Cluster(Services + Good + Bad(annotations), before: first);
        Assert.Equal(("good", "302 http://bad.com/app"), (second.Ask("GET http://good.com/"), second.Ask("GET http://bad.com/")));
        Assert.EndsWith("The Ingress isn't accepted, and stays in service as it last was", Assert.Single(second.Told).Message, StringComparison.Ordinal);
        // It is told until it is mended, and follows what is around it.
        var third = new Cluster(Services.Replace("name: bad", "name: gone", StringComparison.Ordinal) + Good + Bad(annotations), before: second);
        Assert.Single(third.Told);
        Assert.Equal("503", third.Ask("GET http://bad.com/x"));
        var mended = new Cluster(Services + Good + Bad("app-root: /new"), before: third).Valid();
        Assert.Equal("302 http://bad.com/new", mended.Ask("GET http://bad.com/"));
        Assert.Equal("404", new Cluster(Services + Good, before: second).Valid().Ask("GET http://bad.com/"));
    }

    [Fact]
    public void A_denied_location_tells_why()
    {
        var told = new Cluster(Services + Bad("auth-url: nowhere")).Decide("bad.com", "/").Tell().Single();
        Assert.Equal(("ingress.503.denied", "shop/bad: bad.com / (Prefix): denied, since an annotation can't be read: 503"), (told.Outcome, told.Decision));
    }

    [Theory]
    [InlineData("", "", "good", "neither is older, and its namespace and name come first")]
    [InlineData("", ", creationTimestamp: \"2024-01-01T00:00:00Z\"", "bad", "it is the older one (2024-01-01 00:00:00Z before no creationTimestamp)")]
    [InlineData(", creationTimestamp: \"2025-01-01T00:00:00Z\"", ", creationTimestamp: \"2024-01-01T00:00:00Z\"", "bad", "it is the older one (2024-01-01 00:00:00Z before 2025-01-01 00:00:00Z)")]
    public void A_path_that_two_have_is_the_older_ones(string good, string bad, string winner, string rule)
    {
        var yaml = Services + Routes("a-good", $"rules: [{Rule("x.com", Path("/", "Prefix", "good"))}]", good) + Routes("b-bad", $"rules: [{Rule("x.com", Path("/", "Prefix", "bad"))}]", bad);
        var cluster = new Cluster(yaml).Valid();
        Assert.Equal(winner, cluster.Ask("GET http://x.com/"));
        var (first, loser, other) = winner == "good" ? ("a-good", "b-bad", "bad") : ("b-bad", "a-good", "good");
        var message = $"host x.com, path / and Prefix are those of Ingress shop/{first} (cluster.yaml:1) too, which keeps them: {rule}. Requests go to shop/{winner}:http, none to shop/{other}:http";
        Assert.Equal(($"Ingress shop/{loser}", message), (Assert.Single(cluster.Warnings.All).Object, cluster.Warnings.All.Single().Message));
        Assert.Contains(cluster.Decide("x.com", "/").Tell().Single().Reasons, r => !r.Chosen && r.Candidate == $"shop/{loser}: x.com / (Prefix)" && r.Why == $"has the same host, path and pathType as shop/{first}, which keeps it: {rule}");
        // It is told again by a road that goes on with the same servers, and no more once it is gone.
        Assert.Equal(message, Assert.Single(new Cluster(yaml + Good, before: cluster).Warnings.All).Message);
    }

    [Theory]
    [InlineData("use-regex: \"true\"", "/foo Exact", "/FOObar", "surprise: a regular expression takes what begins like it, in either case")]
    [InlineData("rewrite-target: /new", "/foo Prefix", "/foobar", "surprise: rewrite-target makes paths regular expressions|surprise: a regular expression takes what begins like it, in either case")]
    [InlineData("rewrite-target: /new", "/foo Prefix", "/foo", "surprise: rewrite-target makes paths regular expressions")]
    [InlineData("app-root: /x", "/foo/ ImplementationSpecific", "/foo", "surprise: a missing final slash is a redirect")]
    [InlineData("app-root: /x", "/foo Prefix", "/a/../foo", "surprise: the path is normalised")]
    [InlineData("app-root: /x", "/foo Prefix", "/foo", "")]
    public void What_surprises_is_told_where_it_decided(string annotation, string path, string request, string expected)
    {
        var words = path.Split(' ');
        var cluster = new Cluster(Services + Routes("good", $"rules: [{Rule("good.com", Path(words[0], words[1], "good"))}]", Annotated(annotation))).Valid();
        Assert.Equal(expected, string.Join('|', cluster.Decide("good.com", request).Tell().Single().Reasons.Where(r => r.Candidate.StartsWith("surprise", StringComparison.Ordinal)).Select(r => r.Candidate)));
    }

    [Fact]
    public void That_another_Ingress_made_a_path_a_pattern_is_told_with_its_name()
    {
        var cluster = new Cluster(
            Services + Routes("a", $"rules: [{Rule("x.com", Path("/api", "Prefix", "bad"))}]", Annotated("use-regex: \"true\"")) + Routes("b", $"rules: [{Rule("x.com", Path("/foo", "Exact", "good"))}]")).Valid();
        Assert.Contains(cluster.Decide("x.com", "/foobar").Tell().Single().Reasons, r => r is
        {
            Chosen: true, Candidate: "surprise: another Ingress made this path a regular expression",
            Why: "use-regex of shop/a makes all paths of the host such, this one of shop/b too. By the Ingress documentation Exact /foo wouldn't take it; in Gateway API a route's matches are its own",
        });
    }

    private static string Bad(string annotations) => Routes("bad", $"rules: [{Rule("bad.com", Path("/", "Prefix", "bad"))}]", Annotated(annotations));
}
