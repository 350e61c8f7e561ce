using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests.Balance;

/// <summary>Which endpoint a request gets, as tables: by turn, by score, by hash; and what is told of it.</summary>
public sealed class BalanceTests
{
    [Fact]
    public void By_default_each_ready_endpoint_has_its_turn_and_none_other()
    {
        var road = new Road("");
        road.Pods(Endpoints.Of(1, 2, 3).All.Add(Endpoints.One(18, 4) with { Ready = false, Message = "its readiness probe failed" }));
        var chosen = Enumerable.Range(0, 6).Select(_ => road.Ask("/").Choice.Endpoint!.Name).ToList();
        Assert.Equal(["web-1", "web-2", "web-3"], chosen.Take(3).Order());
        Assert.Equal(chosen.Take(3), chosen.Skip(3));

        var told = road.Ask("/").Tell().Single();
        Assert.Matches("^shop/api: a.com / \\(Prefix\\) → Service shop/web:http → web-[123] 10.0.2.[123]:8080, round_robin of 3$", told.Decision);
        Assert.Equal(("round_robin", 3, 4), (told.Facts["balance"]!.ToString(), (int)told.Facts["readyEndpoints"]!, (int)told.Facts["endpoints"]!));
        Assert.StartsWith("127.18.65.", told.Facts["endpointBound"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("it isn't ready: its readiness probe failed", Assert.Single(told.Reasons, r => r.Candidate == "web-4 10.0.2.4:8080").Why);
        Assert.Single(told.Reasons, r => r.Chosen && r.Candidate.StartsWith("web-", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_pod_of_the_controller_takes_turns_by_itself_and_an_explanation_takes_none()
    {
        var road = new Road("");
        road.Pods(Endpoints.Of(1, 2).All);
        var explained = road.Explain("/").Choice.Endpoint;
        Assert.Equal(explained, road.Explain("/").Choice.Endpoint);
        Assert.Equal(explained, road.Ask("/").Choice.Endpoint);
        Assert.NotEqual(explained, road.Ask("/").Choice.Endpoint);
    }

    [Theory]
    [InlineData("service-upstream: \"true\"", "service-upstream", null)]
    [InlineData("service-upstream: \"false\"", "round_robin", "127.18.65.1:8080")]
    [InlineData("load-balance: ewma", "ewma", "127.18.65.1:8080")]
    [InlineData("load-balance: chash", "round_robin", "127.18.65.1:8080")]
    [InlineData("upstream-hash-by: $request_uri, nginx.ingress.kubernetes.io/load-balance: ewma", "chash", "127.18.65.1:8080")]
    [InlineData("upstream-hash-by: $host, nginx.ingress.kubernetes.io/upstream-hash-by-subset: \"true\"", "chashsubset", "127.18.65.1:8080")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/upstream-hash-by: $host", "sticky_balanced", "127.18.65.1:8080")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/affinity-mode: persistent", "sticky_persistent", "127.18.65.1:8080")]
    public void A_cookie_comes_before_a_hash_and_a_hash_before_the_rest(string annotations, string balance, string? bound)
    {
        var road = new Road(annotations);
        road.Pods(Endpoints.Of(1).All);
        var decision = road.Ask("/");
        Assert.Equal(balance, decision.Tell().Single().Facts["balance"]!.ToString());
        Assert.Equal(bound ?? road.Cluster.ServiceAt("web").ToString(), decision.Choice.Bound.ToString());
        Assert.Equal(decision.Choice, decision.Replay(new ReasonList()));
    }

    [Fact]
    public void The_configmap_says_it_for_all_and_an_annotation_for_its_own()
    {
        var cluster = new Cluster(
            ConfigMap("service-upstream: \"true\"", "load-balance: ewma") + Service("web") + Service("own")
            + Routes("a", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]") + Routes("b", $"rules: [{Rule("b.com", Path("/", "Prefix", "own"))}]", Annotated("service-upstream: \"false\"")),
            standard: false).Valid();
        Assert.Null(cluster.Decide("a.com", "/").Choice.Endpoint);
        Assert.Equal("ewma", cluster.Decide("b.com", "/").Tell().Single().Facts["balance"]!.ToString());
    }

    [Theory]
    [InlineData("", "chash")]
    [InlineData(", creationTimestamp: \"2024-01-01T00:00:00Z\"", "ewma")]
    public void Ingresses_with_the_same_backend_share_what_the_first_says(string created, string way)
    {
        var cluster = new Cluster(
            Service("web") + Routes("a", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("upstream-hash-by: $host")) + Routes("b", $"rules: [{Rule("b.com", Path("/", "Prefix", "web"))}]", Annotated("load-balance: ewma") + created)).Valid();
        Assert.Equal([way, way], new[] { "a.com", "b.com" }.Select(h => cluster.Decide(h, "/").Tell().Single().Facts["balance"]!.ToString()));
    }

    [Theory]
    // Ingress a, Ingress b, and what is warned of and told of both.
    [InlineData("service-upstream: \"false\"", "load-balance: ewma", "b load-balance: found 'ewma'; for Service shop/web:http that of Ingress shop/a (cluster.yaml:1) counts, round_robin, since that comes first: neither is older, and its namespace and name come first",
        "", "is Ingress shop/a's, which came first; load-balance of shop/b doesn't count")]
    [InlineData("load-balance: ewma", "service-upstream: \"true\", load-balance: round_robin", "b load-balance: found 'round_robin'; for Service shop/web:http that of Ingress shop/a (cluster.yaml:1) counts, ewma, since that|b service-upstream: found 'true'; for Service shop/web:http that of Ingress shop/a (cluster.yaml:1) counts, false, since that",
        "", "is Ingress shop/a's, which came first; service-upstream and load-balance of shop/b don't count")]
    [InlineData("load-balance: ewma", "load-balance: ewma", "", "", "")]
    [InlineData("upstream-hash-by: $host", "upstream-hash-by: $host", "", "", "")]
    [InlineData("load-balance: ewma", "ssl-redirect: \"true\"", "", "", "is Ingress shop/a's, which came first")]
    [InlineData("affinity: cookie, session-cookie-name: A", "affinity: cookie, session-cookie-name: B", "a session-cookie-name: found 'A'; for Service shop/web:http that of Ingress shop/b (cluster.yaml:1) counts, B, since the last one's cookie is all Ingresses'",
        "is Ingress shop/b's, which came last of those with affinity; session-cookie-name of shop/a doesn't count", "")]
    [InlineData("affinity: cookie", "affinity: cookie, affinity-mode: persistent", "b affinity-mode: found 'persistent'; for Service shop/web:http that of Ingress shop/a (cluster.yaml:1) counts, balanced, since the first one's mode is all Ingresses'", "", "")]
    public void What_another_Ingress_overrides_is_warned_of_told_and_not_listed(string a, string b, string warnings, string ofA, string ofB)
    {
        var cluster = new Cluster(Service("web") + Routes("a", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated(a.Split(", "))) + Routes("b", $"rules: [{Rule("b.com", Path("/", "Prefix", "web"))}]", Annotated(b.Split(", ")))).Valid();
        var warned = cluster.Warnings.All.Select(w => $"{w.Object[^1]} {w.Field.Split('/')[^1]}: {w.Message}").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(warnings.Split('|', StringSplitOptions.RemoveEmptyEntries).Length, warned.Count);
        Assert.All(warnings.Split('|', StringSplitOptions.RemoveEmptyEntries).Zip(warned), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
        foreach (var (name, own, told) in new[] { ("a", a, ofA), ("b", b, ofB) })
        {
            var account = cluster.Decide($"{name}.com", "/").Tell().Single();
            Assert.Equal(told, string.Join('|', account.Reasons.Where(r => r.Notable).Select(r => r.Why)));
            var lost = warned.Where(w => w.StartsWith($"{name} ", StringComparison.Ordinal)).Select(w => w[2..w.IndexOf(':', StringComparison.Ordinal)]);
            Assert.Equal(own.Split(", ").Select(o => o[..o.IndexOf(':', StringComparison.Ordinal)]).Except(lost).Order(StringComparer.Ordinal), (account.Facts["annotations"]?.AsArray() ?? []).Select(n => n!.ToString()));
        }
    }

    [Fact]
    public void The_last_whose_default_backend_it_is_decides_whoever_came_first()
    {
        var cluster = new Cluster(Service("web")
            + Routes("a", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("load-balance: ewma"))
            + Routes("b", $"defaultBackend: {To("web")}, rules: [{Rule("b.com", Path("/x", "Prefix", "web"))}]", Annotated("upstream-hash-by: $host"))).Valid();
        Assert.Equal(["chash", "chash", "chash"], new[] { ("a.com", "/"), ("b.com", "/x"), ("b.com", "/") }.Select(r => cluster.Decide(r.Item1, r.Item2).Tell().Single().Facts["balance"]!.ToString()));
        Assert.Equal("found 'ewma'; for Service shop/web:http that of Ingress shop/b (cluster.yaml:1) counts, round_robin, since the last Ingress whose default backend it is decides", Assert.Single(cluster.Warnings.All).Message);
        Assert.Contains(cluster.Decide("a.com", "/").Tell().Single().Reasons, r => r is { Notable: true, Candidate: "balance of Service shop/web:http", Why: "is Ingress shop/b's, whose default backend it is; load-balance of shop/a doesn't count" });
    }

    [Fact]
    public void A_headless_service_is_a_backend_with_service_upstream_too()
    {
        var cluster = new Cluster(Service("web").Replace("spec: {", "spec: { clusterIP: None,", StringComparison.Ordinal) + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("service-upstream: \"true\""))).Valid();
        cluster.Fronts.Pods["web"] = Endpoints.Of(1);
        var told = cluster.Decide("a.com", "/").Tell().Single();
        Assert.Equal(("10.0.2.1:8080", null), (told.Facts["endpoint"]!.ToString(), told.Facts["clusterIP"]));
    }

    [Theory]
    [InlineData("web.shop.svc.cluster.local", "", "web")]
    [InlineData("web.shop.svc.cluster.local.", ", ports: [{ port: 8080, targetPort: 80 }]", "web", 8080)]
    [InlineData("example.org", "", "ingress.503.external-name")]
    [InlineData("web.other.svc.cluster.local", "", "ingress.503.external-name")]
    [InlineData("web.shop.svc.cluster.local", "", "ingress.503.external-name", 81)]
    public void An_external_name_leads_to_a_service_of_the_road_or_is_refused(string name, string ports, string expected, int port = 80)
    {
        var cluster = new Cluster(
            $"---\napiVersion: v1\nkind: Service\nmetadata: {{ name: ext, namespace: shop }}\nspec: {{ type: ExternalName, externalName: {name}{ports} }}\n" + Service("web")
            + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "ext").Replace("80", $"{port}", StringComparison.Ordinal))}]")).Valid();
        var decision = cluster.Decide("a.com", "/");
        var answer = IngressAnswer.Of(decision);
        Assert.Equal(expected, answer?.Outcome ?? decision.Choice.Backend!.Front.Service.Name);
        if (answer is null) Assert.Equal((cluster.ServiceAt("web"), "shop/ext (web.shop.svc.cluster.local)"), (decision.Choice.Bound, decision.Tell().Single().Facts["externalName"]!.ToString()));
        else Assert.True(Assert.Single(cluster.Warnings.All).NotAccepted);
    }

    [Fact]
    public void Of_two_that_are_drawn_the_one_that_answered_faster()
    {
        var clock = new Clock();
        var state = new BalancerState();
        var (slow, fast) = (Endpoints.Of(1, 2).Ready[0], Endpoints.Of(1, 2).Ready[1]);
        var endpoints = new FrontEndpoints([slow, fast]);
        state.Took(endpoints, slow, 0.5, clock.GetTimestamp(), clock);
        state.Took(endpoints, fast, 0.1, clock.GetTimestamp(), clock);
        Assert.Equal((0.5, 0.1), state.Scores(endpoints, 0, 1, clock.GetTimestamp(), clock));

        // Forgotten by e in 10 s, and by as much what comes then counts.
        clock.Seconds += 10;
        var (aged, _) = state.Scores(endpoints, 0, 1, clock.GetTimestamp(), clock);
        Assert.Equal(0.5 / Math.E, aged, 9);
        state.Took(endpoints, slow, 1, clock.GetTimestamp(), clock);
        Assert.Equal((0.5 / Math.E) + (1 - (1 / Math.E)), state.Scores(endpoints, 0, 1, clock.GetTimestamp(), clock).One, 9);

        // One that comes begins with the average of those that stay; one that goes is forgotten.
        var next = new FrontEndpoints([fast, Endpoints.One(18, 3)]);
        var (kept, came) = state.Scores(next, 0, 1, clock.GetTimestamp(), clock);
        Assert.Equal(0.1 / Math.E, kept, 9);
        Assert.Equal(0.1, came, 9);
    }

    [Fact]
    public void The_lower_score_wins_whatever_is_drawn_and_is_decided_again_from_what_was_read()
    {
        var road = new Road("load-balance: ewma");
        road.Pods(Endpoints.Of(1, 2, 3).All);
        for (var i = 0; i < 50; i++)
        {
            var decision = road.Ask("/", draw: Draw.Random());
            var scores = decision.Choice.Reading!;
            Assert.Equal(decision.Choice, decision.Replay(new ReasonList()));
            var told = decision.Tell().Single().Reasons.Where(r => r.Why.StartsWith("ewma: ", StringComparison.Ordinal)).ToList();
            Assert.Equal(3, told.Count);
            Assert.Contains($"score {Math.Min(scores.One, scores.Other).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture)} s, the lower", Assert.Single(told, r => r.Chosen).Why, StringComparison.Ordinal);
            road.Balancers.Took(road.Cluster.Plan, decision.Choice, 1.0 / (decision.Choice.Index + 1));
        }

        // Each of them has been measured: of any two the quicker one is chosen.
        var last = road.Ask("/", draw: new Draw(0));
        Assert.NotEqual("web-1", last.Choice.Endpoint!.Name);
    }

    [Theory]
    [InlineData("$request_uri", "GET http://a.com/x?y=1", "/x?y=1")]
    [InlineData("$uri", "GET http://a.com/x/../%61?y=1", "/a")]
    [InlineData("$host$remote_addr", "GET http://a.com/", "a.com127.18.0.1")]
    [InlineData("${host}-$scheme", "GET http://a.com:8080/", "a.com-http")]
    [InlineData("$binary_remote_addr", "GET http://a.com/", "\x7f\x12\0\x1")]
    [InlineData("$http_x_user_id", "GET http://a.com/ X-User-Id=7", "7")]
    [InlineData("$http_x_user_id", "GET http://a.com/", "")]
    [InlineData("$http_host", "GET http://a.com:8080/", "a.com:8080")]
    [InlineData("$arg_user", "GET http://a.com/?a=1&USER=7&user=8", "7")]
    [InlineData("$arg_user", "GET http://a.com/?usered=7", "")]
    [InlineData("$remote_user", "GET http://a.com/ Authorization=Basic_YW5uOmh1bnRlcjI=", "ann")]
    [InlineData("$cookie_sid", "GET http://a.com/ Cookie=a=b;_sid=xyz", "xyz")]
    [InlineData("fixed", "GET http://a.com/", "fixed")]
    public void A_hash_key_is_made_of_nginxs_variables(string by, string request, string key)
    {
        var words = request.Split(' ');
        var (path, query) = RequestFacts.SplitTarget(words[1]);
        var (host, port) = RequestFacts.SplitHost(words[1][7..words[1].IndexOf('/', 7)]);
        var facts = Facts(host, path) with { Query = query, HostPort = port, Headers = [.. words.Skip(2).Select(h => KeyValuePair.Create(h.Split('=')[0], h[(h.IndexOf('=', StringComparison.Ordinal) + 1)..].Replace('_', ' ')))] };
        var read = HashKey.Read(new SettingReader(_ => by, (_, why) => Assert.Fail(why)), by)!;
        Assert.Equal(key, read.Of(ClientView.Of(new Cluster("").Plan, facts)));
    }

    [Theory]
    [InlineData("upstream-hash-by: $nope", "found '$nope'; known variables are $request_uri, ")]
    [InlineData("upstream-hash-by: \"${host\"", "found '${host'; known variables are")]
    [InlineData("upstream-hash-by-subset-size: '-1'", "found '-1'; a number from 0 to")]
    [InlineData("service-upstream: maybe", "found 'maybe'; \"true\" or \"false\" is wanted")]
    [InlineData("load-balance: ip_hash", "found 'ip_hash'; round_robin, chash, chashsubset, sticky_balanced, sticky_persistent or ewma is wanted (ingress-nginx's annotation validation")]
    [InlineData("upstream-hash-by: $host:$request_uri", "found '$host:$request_uri'; letters, digits, spaces and - _ $ { } are allowed (ingress-nginx's annotation validation")]
    [InlineData("affinity: ip", "found 'ip'; cookie is wanted")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/affinity-mode: sticky", "found 'sticky'; balanced or persistent is wanted")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/session-cookie-name: 'a b'", "found 'a b'; a cookie's name is wanted")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/session-cookie-samesite: none", "found 'none'; None or Lax or Strict is wanted")]
    [InlineData("affinity-canary-behavior: none", "found 'none'; sticky or legacy is wanted")]
    [InlineData("proxy-next-upstream: errors", "found 'errors'; known are error, timeout,")]
    [InlineData("proxy-next-upstream-tries: x", "found 'x'; a number from 0 to")]
    public void A_value_that_is_wrong_is_one_error(string annotations, string error)
    {
        var cluster = new Cluster(Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", $", annotations: {{ nginx.ingress.kubernetes.io/{annotations} }}"));
        Assert.Contains(error, Assert.Single(cluster.Told).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.18.65.1", "127.18.64.1")]
    [InlineData("192.0.2.7", null)]
    public void An_endpoint_that_is_no_address_of_the_road_is_not_dialled_from_one(string endpoint, string? source)
    {
        var road = new Road("");
        var at = new IPEndPoint(IPAddress.Parse(endpoint), 8080);
        road.Pods([new FrontEndpoint(null, "web", at, at)]);
        Assert.Equal((at, source), (road.Ask("/").Upstream.Remote, road.Ask("/").Upstream.Source?.ToString()));
    }

    [Fact]
    public void An_unknown_algorithm_is_round_robin_as_in_ingress_nginx_and_told() => Assert.Contains(
        "found 'chash'; ingress-nginx has round_robin and ewma, and falls back to round_robin", Assert.Single(new Road("load-balance: chash").Cluster.Warnings.All).Message, StringComparison.Ordinal);
}
