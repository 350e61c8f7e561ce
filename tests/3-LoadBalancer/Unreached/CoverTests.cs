using System.Collections.Immutable;
using CsCheck;

namespace Usher.LoadBalancer.Tests;

/// <summary>Which patterns and rules take all that others would: never said where it isn't so, and said where people mean it.</summary>
public sealed class CoverTests
{
    [Theory]
    [InlineData("/x", "/x", true)]
    [InlineData("/x", "/X", false)]
    [InlineData("/*", "/x", true)]
    [InlineData("/*", "/x/*", true)]
    [InlineData("/*", "*.jpg", false)]
    [InlineData("*", "*.jpg", true)]
    [InlineData("/x/*", "/x/y", true)]
    [InlineData("/x/*", "/x", false)]
    [InlineData("/x*", "/x/*", true)]
    [InlineData("/x/*", "/x*", false)]
    [InlineData("/?", "/x", true)]
    [InlineData("/?", "/?", true)]
    [InlineData("/?", "/*", false)]
    [InlineData("/x", "/?", false)]
    [InlineData("*.jpg", "/a/*.jpg", true)]
    [InlineData("/a/*.jpg", "*.jpg", false)]
    [InlineData("/*/b", "/a/*/b", true)]
    [InlineData("/*/b", "/a/*/c", false)]
    [InlineData("/a**", "/a*", true)]
    public void A_pattern_covers_another(string first, string later, bool covers) =>
        Assert.Equal(covers, new WildcardPattern(first, ignoreCase: false).Covers(new WildcardPattern(later, ignoreCase: false)));

    [Fact]
    public void What_matches_a_covered_pattern_matches_the_one_that_covers_it()
    {
        var covered = 0;
        Gen.Select(Text("aB*?", 0, 5), Text("aB*?", 0, 5), Text("abB", 0, 5).Array[20]).Sample(
            (first, later, texts) =>
            {
                var (over, under) = (new WildcardPattern(first, ignoreCase: true), new WildcardPattern(later, ignoreCase: true));
                if (!over.Covers(under)) return;
                Interlocked.Increment(ref covered);
                Assert.All(texts.Where(t => under.Matches(t)), t => Assert.True(over.Matches(t), $"{t} matches {later} and not {first}"));
            },
            iter: 20_000);
        Assert.InRange(covered, 1_000, 20_000);
    }

    [Fact]
    public void A_rule_that_is_told_of_is_never_chosen_and_a_copy_is_told_of()
    {
        var told = 0;
        Gen.Select(RuleIndexTests.Conditions.Array[1, 30], Gen.Int[0, 29], RuleIndexTests.Requests.Array[40]).Sample(
            (conditions, copied, requests) =>
            {
                copied %= conditions.Length;
                var rules = conditions.Append(conditions[copied]).Select((c, i) => Rule(i + 1, c)).ToImmutableArray();
                var unreached = CoverIndex.Unreached(rules);
                Interlocked.Add(ref told, unreached.Count - 1);
                Assert.Contains(rules[^1], unreached.Select(u => u.Later));
                foreach (var request in requests)
                {
                    Assert.All(unreached.Where(u => u.Later.Holds(request)), u => Assert.True(u.First.Holds(request)));
                    Assert.DoesNotContain(rules.FirstOrDefault(r => r.Holds(request)), unreached.Select(u => u.Later));
                }
            },
            iter: 3_000);
        Assert.InRange(told, 1_000, int.MaxValue);
    }

    // Patterns are compared as text; ten thousand engines would only take their time.
    private static readonly RuleRegex AnyRegex = RuleRegex.Compile("^/", ignoreCase: false, out _)!;

    /// <summary>Listeners of many rules that are near each other.</summary>
    private static readonly Dictionary<string, Func<int, ConditionPlan[]>> Crowds = new()
    {
        ["hosts apart"] = i => [Host($"h{i}.example.com"), Path("/v1/*")],
        ["paths apart"] = i => [Host("a.example.com"), Path($"/p{i}/*")],
        ["paths that begin alike"] = i => [Host("a.example.com"), Path($"/*/p{i}")],
        ["headers apart"] = i => [Host("a.example.com"), Path("/x"), new HeaderCondition("X-Tenant", [new WildcardPattern($"t{i}", ignoreCase: true)])],
        ["wildcard hosts of one end"] = i => [Host($"h{i:D5}*.example.com"), Path("/x")],
        ["regular expressions"] = i => [new PathCondition([new RegexPattern(AnyRegex with { Pattern = $"^/p{i}$" })])],
        ["neither host nor path"] = i => [new MethodCondition([$"M{i}"])],
    };

    public static TheoryData<string> CrowdNames => [.. Crowds.Keys];

    [Theory]
    [MemberData(nameof(CrowdNames))]
    public void Ten_thousand_rules_are_compared_with_a_bounded_number_of_others_each(string crowd)
    {
        const int Many = 10_000;
        var rules = Enumerable.Range(1, Many).Select(i => Rule(i, [.. Crowds[crowd](i)]))
            // The last two are under all others, and found so: the pattern that takes all paths, and a rule that it covers.
            .Append(Rule(Many + 1, [Path("/*")])).Append(Rule(Many + 2, [Host("last.example.com"), Path("/last")])).ToImmutableArray();

        var unreached = CoverIndex.Unreached(rules, out var comparisons);

        Assert.Equal([("rule 10001", "rule 10002")], unreached.Select(u => (u.First.Label, u.Later.Label)));
        Assert.InRange(comparisons, 1, Many * CoverIndex.Compared);
    }

    private static RulePlan Rule(int priority, ImmutableArray<ConditionPlan> conditions) => new($"{priority}", $"{priority}", priority, conditions, new FixedResponsePlan(200, null, ""));

    private static HostCondition Host(string value) => new([new WildcardPattern(value, ignoreCase: true)]);

    private static PathCondition Path(string value) => new([new WildcardPattern(value, ignoreCase: false)]);

    private static Gen<string> Text(string letters, int least, int most) => Gen.Char[letters].Array[least, most].Select(c => new string(c));
}
