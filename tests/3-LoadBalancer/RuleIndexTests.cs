using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using CsCheck;
using Usher.Model.Road;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>The index of a listener's rules finds the very rule that trying them in order finds, however many there are and whatever they want.</summary>
public sealed class RuleIndexTests
{
    // Letters so few that what is asked for is often there.
    private static readonly Gen<string> Hosts = Text("ab.", 1, 5);
    private static readonly Gen<string> Paths = Text("ab/", 0, 4).Select(p => $"/{p}");

    private static readonly Gen<ValuePattern> HostValues = Gen.Frequency(
        (4, Hosts.Select(ValuePattern (h) => new WildcardPattern(h, ignoreCase: true))),
        (3, Hosts.Select(ValuePattern (h) => new WildcardPattern($"*.{h}", ignoreCase: true))),
        (3, Text("aB.*?", 1, 5).Select(ValuePattern (p) => new WildcardPattern(p, ignoreCase: true))),
        (1, Gen.OneOf("^a", @"b\.a$", "^(a|b)+$").Select(ValuePattern (p) => new RegexPattern(RuleRegex.Compile(p, ignoreCase: true, out _)!))));

    private static readonly Gen<ValuePattern> PathValues = Gen.Frequency(
        (4, Paths.Select(ValuePattern (p) => new WildcardPattern(p, ignoreCase: false))),
        (3, Paths.Select(ValuePattern (p) => new WildcardPattern($"{p}*", ignoreCase: false))),
        (3, Text("ab/*?", 1, 5).Select(ValuePattern (p) => new WildcardPattern(p, ignoreCase: false))),
        (1, Gen.OneOf("^/a", "b$", "^/(a|b)+$").Select(ValuePattern (p) => new RegexPattern(RuleRegex.Compile(p, ignoreCase: false, out _)!))));

    internal static readonly Gen<ImmutableArray<ConditionPlan>> Conditions = Gen.Select(
        Maybe(HostValues.Array[1, 3].Select(ConditionPlan (v) => new HostCondition([.. v]))),
        Maybe(PathValues.Array[1, 3].Select(ConditionPlan (v) => new PathCondition([.. v]))),
        Gen.Frequency((4, Gen.Const((ConditionPlan?)null)), (1, Gen.OneOf("GET", "POST").Select(ConditionPlan? (m) => new MethodCondition([m])))),
        ImmutableArray<ConditionPlan> (host, path, method) => [.. new[] { host, path, method }.OfType<ConditionPlan>()]);

    internal static readonly Gen<RequestFacts> Requests = Gen.Select(Gen.OneOf("GET", "POST"), Hosts, Paths, (method, host, path) => new RequestFacts
    {
        Method = method, Scheme = "http", Host = host, Path = path, Source = IPAddress.Loopback,
    });

    [Fact]
    public void It_finds_the_rule_that_a_search_in_order_finds() => Gen.Select(Conditions.Array[0, 60], Requests.Array[1, 10]).Sample(
        (conditions, requests) =>
        {
            var rules = conditions.Select((c, i) => new RulePlan($"{i}", $"{i}", i + 1, c, new FixedResponsePlan(200, null, ""))).ToImmutableArray();
            var index = new RuleIndex(rules);
            Assert.All(requests, request => Assert.Same(rules.FirstOrDefault(r => r.Conditions.All(c => c.Holds(request))), index.First(request)));
        },
        iter: 5_000);

    [Theory]
    [InlineData("h77.example.com", "/v1/x", "rule 77")]
    [InlineData("H77.Example.COM", "/v1/x", "rule 77")]
    [InlineData("h77.example.com", "/v2/x", "default rule")]
    [InlineData("a.t33.example.com", "/v1/x", "rule 1033")]
    [InlineData("t33.example.com", "/v1/x", "default rule")]
    [InlineData("paths.example.com", "/p9/x/y", "rule 2009")]
    [InlineData("paths.example.com", "/e9", "rule 3009")]
    [InlineData("paths.example.com", "/e9/x", "default rule")]
    [InlineData("h77.example.com", "/regex7", "rule 4007")]
    public void Many_rules_of_every_kind(string host, string path, string expected)
    {
        var edge = new Edge().Listener(80);
        for (var i = 1; i <= 500; i++)
        {
            edge.Rule(80, i, NotFound, If("host-header", $"h{i}.example.com"), If("path-pattern", "/v1/*"))
                .Rule(80, 1000 + i, NotFound, If("host-header", $"*.t{i}.example.com"), If("path-pattern", "/v1/*"))
                .Rule(80, 2000 + i, NotFound, If("host-header", "paths.example.com"), If("path-pattern", $"/p{i}/*"))
                .Rule(80, 3000 + i, NotFound, If("host-header", "paths.example.com"), If("path-pattern", $"/e{i}"));
            if (i <= 10) edge.Rule(80, 4000 + i, NotFound, Like("path-pattern", $"^/regex{i}$"));
        }

        var desk = new Desk(edge);
        var decision = desk.Decide(Ask.For($"GET http://{host}{path}"));
        Assert.Equal(expected, decision.Choice.Rule.Label);

        // What is told is found by trying them in order. Of so many rules those are told that came near, and how many others there are.
        var reasons = decision.Tell().Single().Reasons;
        Assert.Equal(expected, reasons[^1].Candidate);
        Assert.Equal(expected, Assert.Single(reasons, r => r.Chosen).Candidate);
        var others = reasons.SingleOrDefault(r => r.Candidate.EndsWith(" other rules", StringComparison.Ordinal) && r.Why == "no condition of any of them holds");
        var untold = others is null ? 0 : int.Parse(others.Candidate.Split(' ')[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        Assert.Equal(desk.Listener.Rules.IndexOf(decision.Choice.Rule) + 1, untold + reasons.Count - (others is null ? 0 : 1));
        Assert.InRange(reasons.Count, 2, 1_100);
    }

    [Fact]
    public void Up_to_the_quota_each_rule_is_told()
    {
        var edge = new Edge().Listener(80);
        for (var i = 1; i <= 99; i++) edge.Rule(80, i, NotFound, If("host-header", $"h{i}.example.com"));
        Assert.Equal(100, new Desk(edge).Decide(Ask.For("GET http://other.org/")).Tell().Single().Reasons.Count);
    }

    [Fact]
    public void A_host_of_dots_alone_is_looked_up_no_oftener_than_a_pattern_is_long()
    {
        var edge = new Edge().Listener(80);
        for (var i = 1; i <= 20; i++) edge.Rule(80, i, NotFound, If("host-header", $"*.h{i}.example.com"));
        Assert.Equal("default rule", new Desk(edge).Decide(Ask.For($"GET http://{new string('.', 60_000)}/")).Choice.Rule.Label);
    }

    private static Gen<string> Text(string letters, int least, int most) => Gen.Char[letters].Array[least, most].Select(c => new string(c));

    private static Gen<ConditionPlan?> Maybe(Gen<ConditionPlan> condition) => Gen.Frequency((3, condition.Select(ConditionPlan? (c) => c)), (1, Gen.Const((ConditionPlan?)null)));
}
