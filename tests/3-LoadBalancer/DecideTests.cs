using Usher.Model.Aws;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>The decision as tables: rule, group, target.</summary>
public sealed class DecideTests
{
    [Theory]
    [InlineData("GET http://api.example.com/v1/users", "rule 20 → api i-0a1:30080")]
    [InlineData("GET http://api.example.com/v1/admin", "rule 5 → fixed-response")]
    [InlineData("GET http://api.example.com/v2/users", "rule 30 → redirect")]
    [InlineData("GET http://www.example.com/v1/users", "default rule → web i-0a2:30080")]
    [InlineData("GET http://www.example.com/v1/admin", "default rule → web i-0a2:30080")]
    public void The_lowest_priority_whose_conditions_all_hold_wins_and_the_default_rule_is_last(string request, string chosen)
    {
        var desk = new Desk(new Edge()
            .Group("web", ["i-0a2"]).Group("api", ["i-0a1"])
            .Listener(80, Forward("web"))
            // Written in no order: priorities decide.
            .Rule(80, 30, To(new RedirectAction("HTTP_301")), If("host-header", "api.example.com"))
            .Rule(80, 5, Fixed(403), If("host-header", "api.example.com"), If("path-pattern", "/v?/admin"))
            .Rule(80, 20, Forward("api"), If("host-header", "api.example.com"), If("path-pattern", "/v1/*")));
        Assert.Equal(chosen, desk.Chosen(request));
    }

    [Fact]
    public void Rules_that_hold_too_and_come_later_are_reasons_the_first_ten_of_them()
    {
        var edge = new Edge().Listener(80, Fixed(404));
        for (var i = 1; i <= 24; i++) edge.Rule(80, i, Fixed(200), If("path-pattern", i % 2 == 0 ? "/*" : "/odd"));

        var reasons = new Desk(edge).Decide(Ask.For("GET http://a/")).Tell().Single().Reasons;

        Assert.Equal(
            [
                "- rule 1: path is /, rule wants /odd",
                "+ rule 2: path is /, rule wants /*",
                .. Enumerable.Range(2, 10).Select(i => $"- rule {i * 2}: matches too, and comes later: priority {i * 2} after 2"),
                "- 1 other rule: matches too, and comes later",
            ],
            reasons.Select(r => $"{(r.Chosen ? '+' : '-')} {r.Candidate}: {r.Why}"));
    }

    [Theory]
    // host-header: without case, wildcards over labels, several values, never the port.
    [InlineData("host-header", "api.example.com", "GET http://API.Example.COM/", true)]
    [InlineData("host-header", "API.example.com", "GET http://api.example.com:8080/", true)]
    [InlineData("host-header", "*.example.com", "GET http://a.b.example.com/", true)]
    [InlineData("host-header", "*.example.com", "GET http://example.com/", false)]
    [InlineData("host-header", "api?.example.com", "GET http://api2.example.com/", true)]
    [InlineData("host-header", "api?.example.com", "GET http://api.example.com/", false)]
    [InlineData("host-header", "a.example.com,b.example.com", "GET http://b.example.com/", true)]
    [InlineData("host-header", "a.example.com,b.example.com", "GET http://c.example.com/", false)]
    // path-pattern: with case, the path only, the whole of it.
    [InlineData("path-pattern", "/img/*", "GET http://a/img/x/y.png?z=1", true)]
    [InlineData("path-pattern", "/img/*", "GET http://a/Img/x", false)]
    [InlineData("path-pattern", "/img/*", "GET http://a/img", false)]
    [InlineData("path-pattern", "/img", "GET http://a/img/", false)]
    [InlineData("path-pattern", "/img/*/pics", "GET http://a/img/1/2/pics", true)]
    [InlineData("path-pattern", "/v?", "GET http://a/v1", true)]
    [InlineData("path-pattern", "*q*", "GET http://a/?q=1", false)]
    [InlineData("path-pattern", "/~me/$1.'a'&b:c@d+e", "GET http://a/~me/$1.'a'&b:c@d+e", true)]
    // http-request-method: with case, no wildcards, custom methods too.
    [InlineData("http-request-method", "GET,HEAD", "HEAD http://a/", true)]
    [InlineData("http-request-method", "GET", "get http://a/", false)]
    [InlineData("http-request-method", "PURGE-ALL", "PURGE-ALL http://a/", true)]
    // http-header: name and value without case; any of a repeated header's values.
    [InlineData("http-header:X-Canary", "yes", "GET http://a/ | x-canary: YES", true)]
    [InlineData("http-header:User-Agent", "*Chrome*,*Safari*", "GET http://a/ | User-Agent: Mozilla Safari/1", true)]
    [InlineData("http-header:X-Canary", "yes", "GET http://a/ | X-Canary: no | X-Canary: yes", true)]
    [InlineData("http-header:X-Canary", "yes", "GET http://a/ | X-Canary: yes, no", false)]
    [InlineData("http-header:X-Canary", "*", "GET http://a/", false)]
    // query-string: any pair satisfies; without case; a value alone matches any key; \ makes a wildcard a character.
    [InlineData("query-string", "version=v1", "GET http://a/?x=1&VERSION=V1", true)]
    [InlineData("query-string", "version=v1", "GET http://a/?version=v2", false)]
    [InlineData("query-string", "v1", "GET http://a/?any=v1", true)]
    [InlineData("query-string", "ver*=v?", "GET http://a/?version=v9", true)]
    [InlineData("query-string", "a=1,b=2", "GET http://a/?b=2", true)]
    [InlineData("query-string", @"q=\*", "GET http://a/?q=*", true)]
    [InlineData("query-string", @"q=\*", "GET http://a/?q=anything", false)]
    [InlineData("query-string", @"q=a\?", "GET http://a/?q=ab", false)]
    [InlineData("query-string", @"q=\\", @"GET http://a/?q=\", true)]
    [InlineData("query-string", "flag=", "GET http://a/?flag", true)]
    [InlineData("query-string", "q=1", "GET http://a/", false)]
    // source-ip: the peer's address, never X-Forwarded-For's.
    [InlineData("source-ip", "203.0.113.0/24", "GET http://a/ | from 203.0.113.200", true)]
    [InlineData("source-ip", "203.0.113.0/24,198.51.100.7/32", "GET http://a/ | from 198.51.100.7", true)]
    [InlineData("source-ip", "203.0.113.0/24", "GET http://a/ | from 198.51.100.7 | X-Forwarded-For: 203.0.113.9", false)]
    [InlineData("source-ip", "2001:db8::/32", "GET http://a/ | from 2001:db8::7", true)]
    public void Conditions(string field, string values, string request, bool holds)
    {
        var desk = new Desk(new Edge().Listener(80).Rule(80, 1, Fixed(200), If(field, values.Split(','))));
        Assert.Equal(holds ? "rule 1 → fixed-response" : "default rule → fixed-response", desk.Chosen(request));
        // The reason names what was found and what is wanted, whichever way it went.
        var reason = desk.Decide(Ask.For(request)).Tell().Single().Reasons[0];
        Assert.Equal(holds, reason.Chosen);
        Assert.Contains("rule wants ", reason.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "blue")]
    [InlineData(0.749, "blue")]
    [InlineData(0.751, "green")]
    [InlineData(0.999, "green")]
    public void A_weighted_forward_goes_by_the_draw(double draw, string group)
    {
        var desk = new Desk(new Edge().Group("blue", ["i-0a1"]).Group("green", ["i-0a2"]).Group("off", ["i-0a2"])
            .Listener(80, Weighted(("blue", 3), ("off", 0), ("green", 1))));
        Assert.StartsWith($"default rule → {group} ", desk.Chosen("GET http://a/", draw), StringComparison.Ordinal);
    }

    [Fact]
    public void A_weighted_forward_keeps_its_shares()
    {
        var desk = new Desk(new Edge().Group("blue", ["i-0a1"]).Group("green", ["i-0a2"]).Listener(80, Weighted(("blue", 90), ("green", 10))));
        var random = new Random(1);
        var blue = Enumerable.Range(0, 10_000)
            .Select(_ => new Usher.Model.Journeys.Draw((ulong)random.NextInt64(long.MinValue, long.MaxValue)))
            .Count(draw => desk.Decide(Ask.For("GET http://a/"), draw).Choice.Group!.Name == "blue");
        // 9,000 expected, standard deviation 30.
        Assert.InRange(blue, 8_850, 9_150);
    }

    [Fact]
    public void Weights_that_are_all_zero_leave_nothing_to_choose()
    {
        var desk = new Desk(new Edge().Group("blue", ["i-0a1"]).Listener(80, Weighted(("blue", 0))));
        Assert.Equal("default rule → none none", desk.Chosen("GET http://a/"));
        var told = desk.Decide(Ask.For("GET http://a/")).Tell().Single();
        Assert.Equal((false, "load-balancer.503.no-weight"), (told.Ok, told.Outcome));
    }

    [Fact]
    public void Round_robin_takes_turns_in_the_order_of_the_group()
    {
        var desk = new Desk(new Edge().Group("web", ["i-0a1:1", "i-0a1:2", "i-0a1:3"]).Listener(80, Forward("web")));
        Assert.Equal(["i-0a1:1", "i-0a1:2", "i-0a1:3", "i-0a1:1"], Turns(desk, 4));
        // Busy or not makes no difference to it; unhealthy does.
        for (var i = 0; i < 5; i++) desk.Target("web", 0).Begin();
        desk.Target("web", 1).Health = new TargetHealth(HealthState.Unhealthy, "Target.Timeout", "slow");
        Assert.Equal(["i-0a1:1", "i-0a1:3", "i-0a1:1", "i-0a1:3"], Turns(desk, 4));
    }

    [Fact]
    public void A_target_in_its_slow_start_gets_a_growing_part_of_its_share()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var desk = new Desk(new Edge().Group(new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(Scope, "web"), Name = "web", Targets = [.. Enumerable.Range(1, 3).Select(i => new TargetDescription("i-0a1", i))],
            Attributes = new Dictionary<string, string> { ["slow_start.duration_seconds"] = "100" },
        }).Listener(80, Forward("web")), time);
        var states = desk.Table.Of(desk.Snapshot.TargetGroups[0]);
        states.BecameHealthy(states.Targets[2]);
        var (random, at) = (new Random(1), 0);
        foreach (var (second, least, most) in ((int, int, int)[])[(0, 0, 0), (25, 200, 300), (50, 430, 570), (100, 1000, 1000)])
        {
            time.Advance(TimeSpan.FromSeconds(second - at));
            at = second;
            var mine = Enumerable.Range(0, 3000).Count(_ => desk.Decide(Ask.For("GET http://a/"), new((ulong)random.NextInt64(long.MinValue, long.MaxValue))).Target!.Port == 3);
            Assert.InRange(mine, least, most);
        }

        // Targets that become healthy while no other has its whole share begin with it.
        time.Advance(TimeSpan.FromSeconds(100));
        desk.Target("web", 0).Health = desk.Target("web", 1).Health = TargetHealth.Initial;
        states.BecameHealthy(states.Targets[2]);
        Assert.Equal(1, states.Read(ZoneScope.All, takeTurn: false).Targets[2].Share);
        desk.Target("web", 0).Health = TargetHealth.Healthy;
        states.BecameHealthy(states.Targets[0]);
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Contains(desk.Decide(Ask.For("GET http://a/"), default).Tell().Single().Reasons,
            r => r.Candidate == "i-0a1:1" && r.Why.Contains("in its slow start at 20 % of its share", StringComparison.Ordinal));
    }

    [Fact]
    public void Looking_takes_no_turn()
    {
        var desk = new Desk(new Edge().Group("web", ["i-0a1:1", "i-0a1:2"]).Listener(80, Forward("web")));
        for (var i = 0; i < 3; i++) Assert.Equal("i-0a1:1", desk.Decide(Ask.For("GET http://a/"), sends: false).Target!.Label);
        Assert.Equal(["i-0a1:1", "i-0a1:2"], Turns(desk, 2));
    }

    [Theory]
    [InlineData(3, 2, "i-0a2")]
    [InlineData(1, 7, "i-0a1")]
    [InlineData(0, 1, "i-0a1")]
    [InlineData(1, 0, "i-0a2")]
    public void Least_outstanding_requests_goes_to_the_idlest(int first, int second, string target)
    {
        var desk = new Desk(new Edge().Group("web", ["i-0a1", "i-0a2"], "least_outstanding_requests").Listener(80, Forward("web")));
        for (var i = 0; i < first; i++) desk.Target("web", 0).Begin();
        for (var i = 0; i < second; i++) desk.Target("web", 1).Begin();
        Assert.All<ulong>([0, ulong.MaxValue], draw => Assert.Equal(target, desk.Decide(Ask.For("GET http://a/"), new(draw)).Target!.Id));
    }

    [Fact]
    public void Equally_idle_targets_share_by_the_draw()
    {
        var desk = new Desk(new Edge().Group("web", ["i-0a1", "i-0a2"], "least_outstanding_requests").Listener(80, Forward("web")));
        Assert.Equal("i-0a1", desk.Decide(Ask.For("GET http://a/"), new(0x00000000_7fffffff)).Target!.Id);
        Assert.Equal("i-0a2", desk.Decide(Ask.For("GET http://a/"), new(0x00000000_80000000)).Target!.Id);
    }

    [Theory]
    [InlineData(0x00000000_00000000, "i-0a1:1")]
    [InlineData(0x00000000_55555556, "i-0a1:3")]
    [InlineData(0x00000000_ffffffff, "i-0a1:3")]
    public void Weighted_random_goes_by_the_draw_among_the_healthy(ulong draw, string target)
    {
        var desk = new Desk(new Edge().Group("web", ["i-0a1:1", "i-0a1:2", "i-0a1:3"], "weighted_random").Listener(80, Forward("web")));
        desk.Target("web", 1).Health = TargetHealth.Initial;
        if (draw == 0x00000000_55555556) desk.Target("web", 1).Health = new TargetHealth(HealthState.Unhealthy, "Target.Timeout", "slow");
        var decision = desk.Decide(Ask.For("GET http://a/"), new(draw == 0x00000000_55555556 ? 0x00000000_80000000 : draw));
        Assert.Equal(target, decision.Target!.Label);
        Assert.EndsWith("at random of 2", decision.Tell().Single().Decision, StringComparison.Ordinal);
    }

    [Theory]
    // healthy of 4, count, percentage: enough?
    [InlineData(1, "1", "off", true)]
    [InlineData(0, "1", "off", false)]
    [InlineData(1, "2", "off", false)]
    [InlineData(2, "2", "off", true)]
    [InlineData(1, "1", "50", false)]
    [InlineData(2, "1", "50", true)]
    [InlineData(3, "1", "76", false)]
    public void A_group_may_want_more_healthy_targets_before_it_sends_to_them_alone(int healthy, string count, string percentage, bool enough)
    {
        const string key = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.";
        var desk = new Desk(new Edge().Group(new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(Scope, "web"), Name = "web", Targets = [.. Enumerable.Range(1, 4).Select(i => new TargetDescription("i-0a1", i))],
            Attributes = new Dictionary<string, string> { [key + "count"] = count, [key + "percentage"] = percentage },
        }).Listener(80, Forward("web")));
        for (var i = healthy; i < 4; i++) desk.Target("web", i).Health = new TargetHealth(HealthState.Unhealthy, "Target.Timeout", "Request timed out");
        var used = Turns(desk, 8).Distinct().Count();
        Assert.Equal(enough ? healthy : 4, used);
        if (enough) return;
        var told = desk.Decide(Ask.For("GET http://a/"));
        Assert.Contains("fail open", told.Tell().Single().Decision, StringComparison.Ordinal);
        Assert.Contains(healthy == 0 ? "no target is healthy" : $"{healthy} of 4 targets are healthy and the group wants {count}", told.FailedOpen(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_default_rule_took_names_the_rules_that_were_missed_by_little()
    {
        var desk = new Desk(new Edge().Listener(80)
            .Rule(80, 10, Fixed(200), If("host-header", "api.example.com"), If("path-pattern", "/v1/*"))
            .Rule(80, 20, Fixed(200), If("host-header", "api.example.com"), If("path-pattern", "/v2/*"), If("http-request-method", "POST"))
            .Rule(80, 30, Fixed(200), If("host-header", "www.example.com")));
        var decision = desk.Decide(Ask.For("GET http://api.example.com/v3"));
        Assert.Equal(
            "no rule's conditions held, so the default rule answers with a fixed response; nearest: rule 10: path is /v3, rule wants /v1/*. "
            + "rule 20: path is /v3, rule wants /v2/*; method is GET, rule wants POST", decision.AnsweredBy());
        Assert.Equal(2, decision.Tell().Single().Facts["nearestRules"]!.AsArray().Count);
        Assert.EndsWith("none came near: no condition of any held", desk.Decide(Ask.For("GET http://other.org/")).AnsweredBy(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unhealthy_target_gets_nothing_while_another_is_healthy_however_busy()
    {
        var desk = new Desk(new Edge().Group("web", ["i-0a1", "i-0a2"], "least_outstanding_requests").Listener(80, Forward("web")));
        desk.Target("web", 0).Health = TargetHealth.Initial;
        for (var i = 0; i < 50; i++) desk.Target("web", 1).Begin();
        var decision = desk.Decide(Ask.For("GET http://a/"));
        Assert.Equal(("i-0a2", false), (decision.Target!.Id, decision.Choice.FailOpen));
    }

    [Theory]
    [InlineData("round_robin")]
    [InlineData("least_outstanding_requests")]
    public void With_no_healthy_target_all_are_used(string algorithm)
    {
        var desk = new Desk(new Edge().Group("web", ["i-0a1", "i-0a2"], algorithm).Listener(80, Forward("web")));
        desk.Target("web", 0).Health = desk.Target("web", 1).Health = new TargetHealth(HealthState.Unhealthy, "Target.Timeout", "Request timed out");
        desk.Target("web", 0).Begin();
        desk.Decide(Ask.For("GET http://a/"), sends: algorithm == "round_robin");
        var decision = desk.Decide(Ask.For("GET http://a/"));
        Assert.Equal(("i-0a2", true), (decision.Target!.Id, decision.Choice.FailOpen));
        var told = decision.Tell().Single();
        Assert.True(told.Ok);
        Assert.EndsWith("(none is healthy: fail open)", told.Decision, StringComparison.Ordinal);
        Assert.Equal((0, true), ((int)told.Facts["healthy"]!, (bool)told.Facts["failOpen"]!));
    }

    [Fact]
    public void With_no_registered_target_it_is_a_503()
    {
        var desk = new Desk(new Edge().Group("web", []).Listener(80, Forward("web")));
        Assert.Equal("default rule → web none", desk.Chosen("GET http://a/"));
        var told = desk.Decide(Ask.For("GET http://a/")).Tell().Single();
        Assert.Equal((false, "load-balancer.503.no-registered-target"), (told.Ok, told.Outcome));
        var step = new LoadBalancerStep(desk.Table).Take(desk.Generation, new() { Request = Ask.For("GET http://a/"), Address = desk.Listener.Bound });
        Assert.Equal(503, step!.Status);
    }

    private static List<string> Turns(Desk desk, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => desk.Decide(Ask.For("GET http://a/")).Target!.Label)];
}
