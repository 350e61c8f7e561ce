using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Aws;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Sticky sessions: what a cookie keeps, how it ends, and what a client is sent.</summary>
public sealed class StickyTests
{
    private static readonly (string Key, string Value)[] ByLoadBalancer = [("stickiness.enabled", "true"), ("stickiness.lb_cookie.duration_seconds", "60")];

    private static readonly (string Key, string Value)[] ByApplication =
        [("stickiness.enabled", "true"), ("stickiness.type", "app_cookie"), ("stickiness.app_cookie.cookie_name", "SID"), ("stickiness.app_cookie.duration_seconds", "60")];

    [Fact]
    public void A_cookie_keeps_a_client_at_its_target_until_it_ends()
    {
        var time = new FakeTimeProvider();
        var desk = new Desk(new Edge().Group(Web(ByLoadBalancer)).Listener(80, Forward("web")), time);
        var cookie = Cookie(desk, "web", "i-0a1:3");
        for (var i = 0; i < 5; i++)
        {
            var kept = desk.Decide(Ask.For($"GET http://a/ | Cookie: x=1; AWSALB={cookie}"));
            Assert.Equal(("i-0a1:3", true), (kept.Target!.Label, kept.Choice.Stuck));
            Assert.EndsWith("kept there by cookie AWSALB", kept.Tell().Single().Decision, StringComparison.Ordinal);
            Assert.Contains(kept.Tell().Single().Reasons, r => r is { Candidate: "cookie AWSALB", Chosen: true });
        }

        // The CORS twin alone does as well.
        Assert.True(desk.Decide(Ask.For($"GET http://a/ | Cookie: AWSALBCORS={cookie}")).Choice.Stuck);
        time.Advance(TimeSpan.FromSeconds(60));
        Lost(desk, $"AWSALB={cookie}", "the client's ended at");
    }

    [Fact]
    public void What_a_cookie_can_not_keep()
    {
        var desk = new Desk(new Edge().Group(Web(ByLoadBalancer)).Group(Web(ByLoadBalancer) with { TargetGroupArn = AwsNames.TargetGroupArn(Scope, "api"), Name = "api" })
            .Listener(80, Forward("web")).Rule(80, 1, Forward("api"), If("path-pattern", "/api")));
        Lost(desk, "other=1", "the client brought none that can be read");
        Lost(desk, "AWSALB=forged", "the client brought none that can be read");
        Lost(desk, $"AWSALB={Convert.ToBase64String(new byte[90])}", "the client brought none that can be read");
        Lost(desk, $"AWSALB={Cookie(desk, "api", "i-0a1:3")}", "the client's says nothing about this");
        Lost(desk, $"AWSALB={Cookie(desk, "web", "i-0a1:9")}", "names i-0a1:9, which isn't registered any more");
        desk.Target("web", 2).Health = new TargetHealth(HealthState.Unhealthy, "Target.Timeout", "slow");
        Lost(desk, $"AWSALB={Cookie(desk, "web", "i-0a1:3")}", "names i-0a1:3, which is unhealthy; another is chosen");
    }

    [Fact]
    public void A_cookie_holds_what_it_says_of_other_groups_too()
    {
        var desk = new Desk(new Edge().Group(Web(ByLoadBalancer)).Listener(80, Forward("web")));
        var cookies = desk.Table.Cookies;
        var first = cookies.Set("AWSALB", null, "arn:a", "i-1:1", TimeSpan.FromMinutes(1)).First();
        var reading = cookies.Read([new("Cookie", first[..first.IndexOf(';', StringComparison.Ordinal)])]);
        var second = cookies.Set("AWSALB", reading.Targets, "arn:b", "i-2:2", TimeSpan.FromMinutes(1)).First();
        Assert.Equal(["arn:b i-2:2", "arn:a i-1:1"], cookies.Read([new("Cookie", second[..second.IndexOf(';', StringComparison.Ordinal)])]).Targets!.Value.Select(b => $"{b.Of} {b.To}"));
    }

    [Fact]
    public void Many_cookies_are_written_and_read_at_once()
    {
        using var cookies = new StickyCookies(TimeProvider.System);
        Parallel.For(0, 20_000, i =>
        {
            var set = cookies.Set("AWSALB", null, "arn:a", $"i-{i}:1", TimeSpan.FromMinutes(1)).First();
            Assert.Equal($"i-{i}:1", cookies.Read([new("Cookie", set[..set.IndexOf(';', StringComparison.Ordinal)])]).Targets!.Value[0].To);
        });
    }

    [Fact]
    public void A_group_is_kept_whatever_its_weight_is_by_now()
    {
        RuleAction Action(int old) => Weighted(("old", old), ("new", 100)) with { StickinessSeconds = 60 };
        var desk = new Desk(new Edge().Group("old", ["i-0a1:1"]).Group("new", ["i-0a1:2"]).Listener(80, Action(0)));
        var plan = desk.Listener.Rules[^1];
        var set = desk.Table.Cookies.Set("AWSALBTG", null, plan.Arn, AwsNames.TargetGroupArn(Scope, "old"), TimeSpan.FromSeconds(60)).First();
        var kept = desk.Decide(Ask.For($"GET http://a/ | Cookie: {set[..set.IndexOf(';', StringComparison.Ordinal)]}"), new Draw(ulong.MaxValue));
        Assert.Equal("old", kept.Choice.Group!.Name);
        Assert.Equal("new", desk.Decide(Ask.For("GET http://a/"), default).Choice.Group!.Name);
        Assert.Equal(kept.Choice, kept.Replay(new ReasonList()));
    }

    [Fact]
    public async Task A_browser_stays_at_its_target_and_is_sent_both_cookies_each_time()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group(Web(ByLoadBalancer, "i-0a1", "i-0a2")).Listener(80, Forward("web")));
        await using var first = Backend.Saying("one", rig.Node(1));
        await using var second = Backend.Saying("two", rig.Node(2));
        await rig.UntilAsync("i-0a1:30080", "healthy");
        await rig.UntilAsync("i-0a2:30080", "healthy");
        var answer = await rig.AskAsync("GET / HTTP/1.1\r\nHost: a.example.com\r\n\r\n");
        var set = Regex.Matches(answer, "\r\nSet-Cookie: (AWSALB(?:CORS)?)=([A-Za-z0-9+/=]+); Expires=([^;]+ GMT); Path=/(; SameSite=None; Secure)?(?=\r\n)");
        Assert.Equal([("AWSALB", ""), ("AWSALBCORS", "; SameSite=None; Secure")], set.Select(m => (m.Groups[1].Value, m.Groups[4].Value)));
        Assert.Equal(set[0].Groups[2].Value, set[1].Groups[2].Value);
        Assert.InRange(DateTimeOffset.Parse(set[0].Groups[3].Value, null) - TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(6.9), TimeSpan.FromDays(7));
        for (var i = 0; i < 6; i++)
        {
            var again = await rig.AskAsync($"GET / HTTP/1.1\r\nHost: a.example.com\r\nCookie: AWSALB={set[0].Groups[2].Value}\r\n\r\n");
            Assert.Equal(answer[^3..], again[^3..]);
            Assert.Contains("\r\nSet-Cookie: AWSALB=", again, StringComparison.Ordinal);
        }

        // The target it was kept at is taken away: another serves it, and from then on that one.
        var stays = answer.EndsWith("one", StringComparison.Ordinal) ? "i-0a2" : "i-0a1";
        await rig.ApplyAsync(rig.Edge().Group(Web(ByLoadBalancer, stays)).Listener(80, Forward("web")));
        var moved = await rig.AskAsync($"GET / HTTP/1.1\r\nHost: a.example.com\r\nCookie: AWSALB={set[0].Groups[2].Value}\r\n\r\n");
        Assert.Equal(stays == "i-0a2" ? "two" : "one", moved[^3..]);
    }

    [Fact]
    public async Task An_applications_session_begins_with_its_cookie_and_needs_both()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group(Web(ByApplication, "i-0a1", "i-0a2")).Listener(80, Forward("web")));
        await using var first = Answering(rig, 1);
        await using var second = Answering(rig, 2);
        await rig.UntilAsync("i-0a1:30080", "healthy");
        await rig.UntilAsync("i-0a2:30080", "healthy");
        Assert.DoesNotContain("AWSALB", await rig.AskAsync("GET / HTTP/1.1\r\nHost: a.example.com\r\n\r\n"), StringComparison.Ordinal);
        var login = await rig.AskAsync("GET /login HTTP/1.1\r\nHost: a.example.com\r\n\r\n");
        var cookie = Regex.Match(login, "\r\nSet-Cookie: AWSALBAPP-0=([A-Za-z0-9+/=]+); Expires=[^;]+ GMT; Path=/\r\n").Groups[1].Value;
        Assert.Contains("\r\nSet-Cookie: SID=s1; HttpOnly\r\n", login, StringComparison.Ordinal);
        for (var i = 0; i < 6; i++)
        {
            var again = await rig.AskAsync($"GET / HTTP/1.1\r\nHost: a.example.com\r\nCookie: SID=s1; AWSALBAPP-0={cookie}\r\n\r\n");
            Assert.Equal(login[^3..], again[^3..]);
            Assert.Contains("\r\nSet-Cookie: AWSALBAPP-0=", again, StringComparison.Ordinal);
        }

        // Without the application's cookie there is no session: both targets take turns.
        var answers = new HashSet<string>();
        for (var i = 0; i < 4; i++) answers.Add((await rig.AskAsync($"GET / HTTP/1.1\r\nHost: a.example.com\r\nCookie: AWSALBAPP-0={cookie}\r\n\r\n"))[^3..]);
        Assert.Equal(2, answers.Count);
    }

    private static Backend Answering(Rig rig, int node)
    {
        Backend? self = null;
        return self = new Backend(
            async (peer, request, _) =>
            {
                for (; ; request = await self!.NextAsync(peer))
                {
                    var cookie = request.StartsWith("GET /login", StringComparison.Ordinal) ? "Set-Cookie: SID=s1; HttpOnly\r\n" : "";
                    await peer.SendAsync($"HTTP/1.1 200 OK\r\n{cookie}Content-Length: 3\r\n\r\n{(node == 1 ? "one" : "two")}");
                }
            },
            rig.Node(node));
    }

    private static void Lost(Desk desk, string cookies, string why)
    {
        var decision = desk.Decide(Ask.For($"GET http://a/ | Cookie: {cookies}"));
        Assert.False(decision.Choice.Stuck);
        Assert.NotNull(decision.Target);
        var reason = decision.Tell().Single().Reasons.Single(r => r.Candidate == "cookie AWSALB");
        Assert.False(reason.Chosen);
        Assert.Contains(why, reason.Why, StringComparison.Ordinal);
    }

    private static string Cookie(Desk desk, string group, string target)
    {
        var set = desk.Table.Cookies.Set("AWSALB", null, AwsNames.TargetGroupArn(Scope, group), target, TimeSpan.FromSeconds(60)).First();
        return set[7..set.IndexOf(';', StringComparison.Ordinal)];
    }

    private static TargetGroup Web((string Key, string Value)[] attributes, params string[] targets) => new()
    {
        TargetGroupArn = AwsNames.TargetGroupArn(Scope, "web"), Name = "web", Port = 30080, HealthCheck = HealthTests.Quick,
        Targets = targets.Length > 0 ? [.. targets.Select(t => new TargetDescription(t))] : [.. Enumerable.Range(1, 4).Select(i => new TargetDescription("i-0a1", i))],
        Attributes = attributes.ToDictionary(a => a.Key, a => a.Value),
    };
}
