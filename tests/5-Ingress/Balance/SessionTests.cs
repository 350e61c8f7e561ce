using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests.Balance;

/// <summary>Sessions that stay at their endpoint: what the cookie says, who is believed, and what the browser is sent.</summary>
public sealed class SessionTests
{
    private const string Balanced = "affinity: cookie";
    private const string Persistent = "affinity: cookie, nginx.ingress.kubernetes.io/affinity-mode: persistent";

    [Theory]
    [InlineData(Balanced)]
    [InlineData(Persistent)]
    public void A_new_session_gets_a_key_that_leads_back_to_its_endpoint(string annotations)
    {
        var road = new Road(annotations);
        road.Pods(Endpoints.Of(1, 2, 3, 4).All);
        for (var i = 0; i < 20; i++)
        {
            var first = road.Ask("/", Draw.Random());
            var key = first.Choice.Reading!.Key!;
            Assert.Equal(first.Choice, first.Replay(new ReasonList()));
            var next = road.Ask("/", Draw.Random(), $"Cookie: a=b; INGRESSCOOKIE={key}|{SessionCookie.BackendKey("shop-web-80")}");
            Assert.Equal(first.Choice.Endpoint, next.Choice.Endpoint);
            Assert.Null(next.Choice.Reading);
            Assert.Contains("by cookie INGRESSCOOKIE", next.Tell().Single().Decision, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_endpoint_that_goes_loses_its_sessions_to_others_and_those_alone_move()
    {
        var road = new Road(Persistent);
        road.Pods(Endpoints.Of(1, 2, 3).All);
        var sessions = Enumerable.Range(0, 30).Select(_ => road.Ask("/", Draw.Random())).Select(d => (d.Choice.Endpoint!.Name, d.Choice.Reading!.Key!)).ToList();
        road.Pods(Endpoints.Of(1, 3, 4).All);
        foreach (var (name, key) in sessions)
        {
            var next = road.Ask("/", Draw.Random(), $"Cookie: INGRESSCOOKIE={key}|x").Choice;
            if (name != "web-2") Assert.Equal((name, (BalanceReading?)null), (next.Endpoint!.Name, next.Reading));
            else Assert.Matches("^[0-9a-f]{32}$", next.Reading!.Key);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("|")]
    [InlineData("00000000000000000000000000000000|x")]
    [InlineData("127.0.0.1:22|10.0.2.1:8080")]
    public void What_names_no_endpoint_is_as_nothing_where_the_cookie_names_one(string value)
    {
        var road = new Road(Persistent);
        road.Pods(Endpoints.Of(1, 2).All);
        Assert.NotNull(road.Ask("/", Draw.Random(), $"Cookie: INGRESSCOOKIE={value}").Choice.Reading!.Key);
    }

    [Fact]
    public void A_key_that_is_hashed_may_be_anything_and_leads_to_a_ready_endpoint()
    {
        var road = new Road(Balanced);
        road.Pods(Endpoints.Of(1, 2).All);
        var choice = road.Ask("/", Draw.Random(), "Cookie: INGRESSCOOKIE=garbage").Choice;
        Assert.Null(choice.Reading);
        Assert.Equal(choice.Endpoint, road.Ask("/", Draw.Random(), "Cookie: INGRESSCOOKIE=garbage").Choice.Endpoint);
        // By name with case, and not by its end.
        Assert.NotNull(road.Ask("/", Draw.Random(), "Cookie: ingresscookie=x; XINGRESSCOOKIE=y").Choice.Reading!.Key);
    }

    [Theory]
    [InlineData("affinity: cookie", false, "", "INGRESSCOOKIE=k|*; Path=/; HttpOnly")]
    [InlineData("affinity: cookie", true, "", "INGRESSCOOKIE=k|*; Path=/; Secure; HttpOnly")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/session-cookie-secure: \"true\"", false, "", "INGRESSCOOKIE=k|*; Path=/; Secure; HttpOnly")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/session-cookie-secure: \"false\"", true, "", "INGRESSCOOKIE=k|*; Path=/; HttpOnly")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/session-cookie-samesite: None, nginx.ingress.kubernetes.io/session-cookie-partitioned: \"true\"", true, "", "INGRESSCOOKIE=k|*; Path=/; Secure; HttpOnly; SameSite=None; Partitioned")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/session-cookie-name: route, nginx.ingress.kubernetes.io/session-cookie-expires: '172800', nginx.ingress.kubernetes.io/session-cookie-max-age: '172800'", false, "",
        "route=k|*; Expires=Thu, 16-Nov-23 22:30:00 GMT; Max-Age=172800; Path=/; HttpOnly")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/session-cookie-path: /app, nginx.ingress.kubernetes.io/session-cookie-domain: a.com", false, "", "INGRESSCOOKIE=k|*; Domain=a.com; Path=/app; HttpOnly")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/session-cookie-samesite: Lax", false, "", "INGRESSCOOKIE=k|*; Path=/; HttpOnly; SameSite=Lax")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/session-cookie-samesite: None, nginx.ingress.kubernetes.io/session-cookie-conditional-samesite-none: \"true\"", true, "Mozilla/5.0 Chrome/66.0",
        "INGRESSCOOKIE=k|*; Path=/; Secure; HttpOnly")]
    [InlineData("affinity: cookie, nginx.ingress.kubernetes.io/session-cookie-samesite: None, nginx.ingress.kubernetes.io/session-cookie-conditional-samesite-none: \"true\"", true, "Mozilla/5.0 Chrome/120.0",
        "INGRESSCOOKIE=k|*; Path=/; Secure; HttpOnly; SameSite=None")]
    public void The_cookie_is_written_as_ingress_nginx_writes_it(string annotations, bool https, string agent, string expected)
    {
        var cookie = new Road(annotations).Cluster.Plan.Routes.Hosts.Find("a.com")!.Routes[0].Balance.Cookie!;
        var now = DateTimeOffset.UnixEpoch.AddSeconds(1_700_001_000);
        // MD5 of "shop-web-80" twice, as sticky.lua's backend_key.
        Assert.Equal(expected.Replace("*", SessionCookie.BackendKey("shop-web-80"), StringComparison.Ordinal), cookie.Set("k", "shop-web-80", "/", https, agent.Length == 0 ? null : agent, now));
    }

    [Fact]
    public void Another_ingress_without_affinity_keeps_to_the_cookie_and_sets_none()
    {
        var road = new Road(Persistent, Routes("other", $"rules: [{Rule("b.com", Path("/", "Prefix", "web"))}]"));
        var plan = road.Cluster.Plan.Routes.Hosts.Find("b.com")!.Routes[0];
        Assert.Equal("sticky_persistent", plan.Balance.Name);
        Assert.Null(plan.Rules.Balance.Cookie);
    }

    [Theory]
    [InlineData("", "canary", "canary")]
    [InlineData(", nginx.ingress.kubernetes.io/affinity-canary-behavior: legacy", "web", "web")]
    public void A_session_stays_at_its_canary_unless_that_is_legacy(string behavior, string withCanarys, string round)
    {
        var canary = Service("canary") + Routes("canary", $"rules: [{Rule("a.com", Path("/", "Prefix", "canary"))}]", $", annotations: {{ nginx.ingress.kubernetes.io/canary: \"true\", nginx.ingress.kubernetes.io/canary-weight: '0'{behavior} }}");
        var road = new Road(Balanced, canary);
        Assert.Equal(withCanarys, Asked($"k|{SessionCookie.BackendKey("shop-canary-80")}"));
        Assert.Equal("web", Asked($"k|{SessionCookie.BackendKey("shop-web-80")}"));
        Assert.Equal("web", Asked("k|other"));

        // All to the canary: a session of the other stays there.
        var all = new Road(Balanced, canary.Replace("'0'", "'100'", StringComparison.Ordinal));
        Assert.Equal("web", all.Ask("/", default, $"Cookie: INGRESSCOOKIE=k|{SessionCookie.BackendKey("shop-web-80")}").Choice.Backend!.Front.Service.Name);
        Assert.Equal("canary", all.Ask("/").Choice.Backend!.Front.Service.Name);
        Assert.Equal(round == "canary", all.Ask("/").Choice.Balance.Cookie is not null);

        string Asked(string cookie) => road.Ask("/", default, $"Cookie: INGRESSCOOKIE={cookie}").Choice.Backend!.Front.Service.Name;
    }

    [Fact]
    public async Task A_browser_is_sent_the_cookie_beside_the_backends_own_and_comes_back_to_its_endpoint()
    {
        await using var running = await Running.StartAsync(Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated(Persistent.Split(", ").Select(a => a.Replace("nginx.ingress.kubernetes.io/", "", StringComparison.Ordinal)).ToArray())));
        var endpoints = running.Cluster.Fronts.Pods["web"] = Endpoints.In(running, 1, 2);
        await using var one = Backend.Answering("HTTP/1.1 200 OK\r\nSet-Cookie: own=1\r\nContent-Length: 3\r\n\r\none", endpoints.All[0].Bound);
        await using var two = Backend.Answering("HTTP/1.1 200 OK\r\nSet-Cookie: own=1\r\nContent-Length: 3\r\n\r\ntwo", endpoints.All[1].Bound);
        var first = await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n");
        Assert.Contains("\r\nSet-Cookie: own=1\r\n", first, StringComparison.Ordinal);
        var value = System.Text.RegularExpressions.Regex.Match(first, "Set-Cookie: (INGRESSCOOKIE=[0-9a-f]{32}\\|[0-9a-f]{32}); Path=/; HttpOnly\r\n").Groups[1].Value;
        for (var i = 0; i < 5; i++)
        {
            var next = await running.AskAsync($"GET / HTTP/1.1\r\nHost: a.com\r\nCookie: {value}\r\n\r\n");
            Assert.Equal(first[^3..], next[^3..]);
            Assert.DoesNotContain("INGRESSCOOKIE", next, StringComparison.Ordinal);
        }

        // Its endpoint goes: another, and another cookie.
        running.Cluster.Fronts.Pods["web"] = Endpoints.In(running, first.EndsWith("one", StringComparison.Ordinal) ? 2 : 1);
        var moved = await running.AskAsync($"GET / HTTP/1.1\r\nHost: a.com\r\nCookie: {value}\r\n\r\n");
        Assert.NotEqual(first[^3..], moved[^3..]);
        Assert.Contains("\r\nSet-Cookie: INGRESSCOOKIE=", moved, StringComparison.Ordinal);
    }
}
