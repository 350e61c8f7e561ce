using System.Text.RegularExpressions;
using Usher.Tests;

namespace Usher.Repository.Tests;

/// <summary>docs/outcomes.md has a row for every outcome, and for nothing else. How the outcomes are found: <see cref="OutcomeCodes"/>.</summary>
public sealed partial class OutcomesTests
{
    private static readonly string[] Rows = [.. Row().Matches(File.ReadAllText(Checkout.At("docs/outcomes.md"))).Select(m => m.Groups["code"].Value)];

    [Fact]
    public void Every_outcome_has_a_row()
    {
        Assert.NotEmpty(Rows);
        var without = OutcomeCodes.All.Where(c => !Rows.Any(r => OutcomeCodes.IsFor(r, c.Key))).Select(c => $"{c.Key} of {c.Value}");

        Assert.Empty(without);
    }

    [Fact]
    public void Every_row_is_an_outcome_of_some_source()
    {
        var stale = Rows.Where(r => !OutcomeCodes.All.Keys.Any(c => OutcomeCodes.MayBeOf(r, c)));

        Assert.Empty(stale);
    }

    /// <summary>The search finds what is known to be there, of each way in which codes are made.</summary>
    [Theory]
    [InlineData("ingress.503.no-endpoints")]
    [InlineData("load-balancer.500.transform")]
    [InlineData("load-balancer.401.jwt-expired")]
    [InlineData("load-balancer.414.target-too-long")]
    [InlineData("load-balancer.400.nul-byte")]
    [InlineData("load-balancer.#.fixed-response")]
    [InlineData("load-balancer.dropped.no-weight")]
    [InlineData("load-balancer.reset.no-listener")]
    [InlineData("load-balancer.504.connect-timeout")]
    [InlineData("load-balancer.no-answer")]
    [InlineData("ingress.503.no-service-port")]
    [InlineData("ingress.external-name")]
    [InlineData("ingress.no-endpoints")]
    [InlineData("ingress.302.no-client-certificate")]
    [InlineData("ingress.tls.timeout")]
    [InlineData("ingress.no-proxy-header")]
    [InlineData("ingress.client-gone")]
    [InlineData("tls.client-refused")]
    [InlineData("endpoint.dropped.port-unreachable")]
    [InlineData("pod.#")]
    [InlineData("dns.*")]
    [InlineData("*.dropped")]
    public void The_search_finds(string code) => Assert.Contains(code, OutcomeCodes.All.Keys);

    [GeneratedRegex("(?m)^\\| `(?<code>[^`]+)` \\|")]
    private static partial Regex Row();
}
