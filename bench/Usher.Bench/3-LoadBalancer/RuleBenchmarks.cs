using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using BenchmarkDotNet.Attributes;
using Usher.LoadBalancer;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Bench.LoadBalancer;

/// <summary>Which of a listener's rules takes a request, looked up and searched for in order; the one in the middle is asked for.</summary>
[WarmupCount(2)]
[IterationCount(5)]
[IterationTime(100)]
public class RuleBenchmarks
{
    private ImmutableArray<RulePlan> rules;
    private RuleIndex index = null!;
    private RequestFacts facts = null!;

    /// <summary>How many rules there are.</summary>
    [Params(10, 100, 1_000, 10_000)]
    public int Rules { get; set; }

    /// <summary>What tells them apart: each a host of its own and the same path, or one host and each a path of its own.</summary>
    [Params("hosts", "wildcard hosts", "paths")]
    public string Apart { get; set; } = "hosts";

    /// <summary>Makes the rules.</summary>
    [GlobalSetup]
    public void Arrange()
    {
        rules = [.. Enumerable.Range(1, Rules).Select(Rule), new RulePlan("default", "default", 0, [], new FixedResponsePlan(404, null, ""))];
        index = new RuleIndex(rules);
        var (host, path) = Wanted(Rules / 2);
        facts = new RequestFacts { Method = "GET", Scheme = "https", Host = host.Replace("*", "a", StringComparison.Ordinal), Path = path.Replace("*", "users", StringComparison.Ordinal), Source = IPAddress.Loopback };
        if (LookedUp() != InOrder() || ((RulePlan)LookedUp()).Priority != Rules / 2) throw new InvalidOperationException("another rule was found than was asked for");
    }

    /// <summary>As live traffic does.</summary>
    [Benchmark]
    public object LookedUp() => index.First(facts)!;

    /// <summary>One after the other.</summary>
    [Benchmark(Baseline = true)]
    public object InOrder() => RuleSearch.InOrder(rules, facts, default(NoReasons))!;

    /// <summary>What a new generation pays.</summary>
    [Benchmark]
    public object Index() => new RuleIndex(rules);

    private RulePlan Rule(int number)
    {
        var (host, path) = Wanted(number);
        return new RulePlan(
            host, host, number, [new HostCondition([new WildcardPattern(host, ignoreCase: true)]), new PathCondition([new WildcardPattern(path, ignoreCase: false)])], new FixedResponsePlan(200, null, ""));
    }

    private (string Host, string Path) Wanted(int number) => Apart switch
    {
        "paths" => ("api.example.com", string.Create(CultureInfo.InvariantCulture, $"/v{number}/*")),
        "hosts" => (string.Create(CultureInfo.InvariantCulture, $"h{number}.example.com"), "/v1/*"),
        _ => (string.Create(CultureInfo.InvariantCulture, $"*.h{number}.example.com"), "/v1/*"),
    };
}
