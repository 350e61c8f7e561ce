using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Written rules that no request gets to are told of when they are loaded; what the controller makes stands in golden cases (<see cref="RuleOrderGoldenTests"/>).</summary>
public sealed class UnreachedRulesTests
{
    private const string Told = "edge.yaml:1: Rule shop/rule-20: spec.priority: gets no request at HTTP:80: Rule shop/rule-10 (edge.yaml:1) takes all that it would, and comes first: priority 20 after 10";
    private const string ButPathless = "edge.yaml:1: Rule shop/rule-20: spec.priority: gets no request at HTTP:80: Rule shop/rule-10 (edge.yaml:1) takes all that it would (but for CONNECT and OPTIONS *, which have no path), and comes first: priority 20 after 10";

    [Theory]
    // The same.
    [InlineData("path-pattern /x", "path-pattern /x", Told)]
    [InlineData("host-header A.com | path-pattern /x", "path-pattern /x | host-header a.com", Told)]
    [InlineData("~path-pattern ^/a", "~path-pattern ^/a", Told)]
    // Paths.
    [InlineData("path-pattern /*", "path-pattern /x", Told)]
    [InlineData("path-pattern /x/*", "path-pattern /x/y/*", Told)]
    [InlineData("path-pattern /x/*", "path-pattern /x", null)]
    [InlineData("path-pattern /x", "path-pattern /x/*", null)]
    [InlineData("path-pattern /x,/x/*", "path-pattern /x/*,/x", Told)]
    [InlineData("path-pattern /x", "path-pattern /x,/y", null)]
    [InlineData("path-pattern /*", "path-pattern *.jpg", ButPathless)]
    [InlineData("path-pattern /*", "~path-pattern ^a[0-9]+$", ButPathless)]
    [InlineData("path-pattern /*", "host-header a.com", ButPathless)]
    [InlineData("path-pattern *", "host-header a.com", Told)]
    [InlineData("path-pattern /a*", "~path-pattern ^/ab", null)]
    [InlineData("~path-pattern ^/", "path-pattern /x", null)]
    // Hosts.
    [InlineData("path-pattern /x", "host-header a.com | path-pattern /x", Told)]
    [InlineData("host-header a.com | path-pattern /x", "path-pattern /x", null)]
    [InlineData("host-header *.a.com", "host-header b.a.com | path-pattern /x", Told)]
    [InlineData("host-header *.a.com", "host-header *.b.a.com", Told)]
    [InlineData("host-header *.b.a.com", "host-header *.a.com", null)]
    [InlineData("host-header *.a.com", "host-header a.com", null)]
    [InlineData("host-header a.*.com", "host-header a.b.com", Told)]
    [InlineData("host-header a.com", "host-header a.com,b.com", null)]
    [InlineData("host-header a.com,b.com", "host-header b.com", Told)]
    [InlineData("host-header a.com | path-pattern /*", "~host-header ^a", null)]
    // The others.
    [InlineData("path-pattern /x | http-request-method GET", "path-pattern /x", null)]
    [InlineData("path-pattern /x | http-request-method GET,HEAD", "path-pattern /x | http-request-method HEAD", Told)]
    [InlineData("path-pattern /x | http-request-method GET", "path-pattern /x | http-request-method GET,HEAD", null)]
    [InlineData("http-header:X-A yes | path-pattern /x", "path-pattern /x | http-header:x-a YES", Told)]
    [InlineData("http-header:X-A yes", "http-header:X-B yes", null)]
    [InlineData("http-header:X-A *", "http-header:X-A yes", Told)]
    [InlineData("query-string a=1,b=*", "query-string b=2", Told)]
    [InlineData("query-string 1", "query-string a=1", Told)]
    [InlineData("query-string a=1", "query-string 1", null)]
    [InlineData(@"query-string a=\*", "query-string a=1", null)]
    [InlineData("source-ip 10.0.0.0/8", "source-ip 10.1.0.0/16 | path-pattern /x", Told)]
    [InlineData("source-ip 10.1.0.0/16", "source-ip 10.0.0.0/8", null)]
    [InlineData("source-ip 0.0.0.0/0", "source-ip 2001:db8::/32", null)]
    public void A_rule_is_told_of_where_one_before_it_takes_all_of_its_requests(string first, string later, string? told)
    {
        // Written in no order: priorities decide.
        var edge = new Edge().Listener(80).Rule(80, 20, NotFound, Conditions(later)).Rule(80, 10, Fixed(403), Conditions(first));
        edge.CompileValid();
        Assert.Equal(told is null ? [] : [told], edge.Warnings.All.Select(w => w.ToString()));
    }

    [Fact]
    public void A_listener_of_its_own_is_told_of_by_itself_and_its_zones_once()
    {
        var edge = new Edge().Zones("us-east-1a", "us-east-1b").Listener(80).Listener(81);
        foreach (var port in (int[])[80, 81]) edge.Rule($"all-{port}", ListenerArn(port), 1, [NotFound], If("path-pattern", "/*"));
        edge.Rule("x", ListenerArn(81), 2, [NotFound], If("path-pattern", "/x"));
        edge.CompileValid();
        Assert.Equal(
            ["edge.yaml:1: Rule shop/x: spec.priority: gets no request at HTTP:81: Rule shop/all-81 (edge.yaml:1) takes all that it would, and comes first: priority 2 after 1"],
            edge.Warnings.All.Select(w => w.ToString()));
    }

    [Fact]
    public void Of_very_many_the_number_is_told()
    {
        var edge = new Edge().Listener(80).Rule(80, 1, NotFound, If("path-pattern", "/*"));
        for (var i = 2; i <= UnreachedRules.Told + 6; i++) edge.Rule(80, i, NotFound, If("path-pattern", $"/{i}"));
        edge.CompileValid();
        Assert.Equal(UnreachedRules.Told, edge.Warnings.All.Count(w => w.Message.StartsWith("gets no request at HTTP:80: ", StringComparison.Ordinal)));
        Assert.Contains("edge.yaml:1: LoadBalancer shop/edge: spec: 5 more of its rules get no request, since others take all that they would", edge.Warnings.All.Select(w => w.ToString()));
    }

    [Fact]
    public void What_was_found_is_taken_over_while_the_rules_stay_and_told_again()
    {
        var edge = new Edge().Group("web", ["i-0a1"]).Listener(80).Rule(80, 10, Forward("web"), If("path-pattern", "/*")).Rule(80, 20, NotFound, If("path-pattern", "/x"));
        var first = edge.CompileValid();
        var group = first.State.All<TargetGroup>().Single();
        var rule = first.State.All<ListenerRule>().Single(r => r.Value.Priority == 20);

        var (same, warned) = Compile(first, group.Untyped with { Value = group.Value with { Targets = [new("i-0a2")] } });
        var (other, cleared) = Compile(first, rule.Untyped with { Value = rule.Value with { Priority = 5 } });

        Assert.Same(first.Get<LoadBalancerSnapshot>().Unreached, same.Unreached);
        Assert.Equal([Told], warned);
        Assert.NotSame(first.Get<LoadBalancerSnapshot>().Unreached, other.Unreached);
        Assert.Empty(cleared);
    }

    private static (LoadBalancerSnapshot Snapshot, IEnumerable<string> Warnings) Compile(Generation running, Resource changed)
    {
        var context = new CompileContext(running.State.With([changed]), running.Addresses, Scope, new ErrorList()) { Running = running };
        var next = new Generation(2, context.State, context.Addresses, [new LoadBalancerCompiler().Compile(context)]);
        Assert.Empty(context.Errors.All);
        return (next.Get<LoadBalancerSnapshot>(), context.Warnings.All.Select(w => w.ToString()));
    }

    /// <summary><c>host-header a.com,b.com | ~path-pattern ^/x</c>.</summary>
    private static RuleCondition[] Conditions(string text) =>
    [
        .. text.Split(" | ").Select(c => c.Split(' ', 2)).Select(c => c[0][0] == '~' ? Like(c[0][1..], c[1]) : If(c[0], c[1].Split(','))),
    ];
}
