using System.Text.RegularExpressions;
using CsCheck;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Conditions with regular expressions: what holds, what is refused and how, and that nothing takes long.</summary>
public sealed class RegexTests
{
    private const string Allowed =
        "allowed are literals, classes, groups, alternation, anchors and quantifiers, without look-arounds, back-references, atomic groups, possessive quantifiers, "
        + @"recursion and \p{…}";

    /// <summary>Any pattern of what rules have.</summary>
    private static readonly Gen<string> Patterns = Gen.Recursive<string>((depth, inner) =>
    {
        var atom = Gen.OneOf("a", "b", "A", "[ab]", "[^a]", ".", @"\d", @"\.", "1", "(?:ab|b1)", @"[]a+]", "[(?=]");
        if (depth > 3) return atom;
        // What is repeated begins with something: over rounds that are empty, engines differ.
        var quantified = Gen.Select(atom, inner, Gen.OneOf("?", "*", "+", "{2}", "{1,3}", "*?", "+?"), (first, p, q) => $"(?:{first}{p}){q}");
        var group = inner.Select(p => $"({p})");
        var either = Gen.Select(inner, inner, (p, q) => $"(?:{p}|{q})");
        var sequence = Gen.Select(inner, inner, (p, q) => p + q);
        var anchored = inner.Select(p => $"^{p}$");
        return Gen.OneOf<string>(atom, atom, quantified, group, either, sequence, anchored);
    });

    private static readonly Gen<string> Inputs = Gen.Char["aAb1.+/"].Array[0, 6].Select(c => new string(c));

    [Theory]
    // Found anywhere unless it is anchored; the path with case and without the query.
    [InlineData("path-pattern", "^/v[0-9]+/", "GET http://a/v12/users", true)]
    [InlineData("path-pattern", "^/v[0-9]+/", "GET http://a/V12/users", false)]
    [InlineData("path-pattern", "(?i)^/v[0-9]+/", "GET http://a/V12/users", true)]
    [InlineData("path-pattern", "^/v[0-9]+/$", "GET http://a/v12/users", false)]
    [InlineData("path-pattern", "users", "GET http://a/v12/users/7", true)]
    [InlineData("path-pattern", "q=1", "GET http://a/?q=1", false)]
    [InlineData("path-pattern", @"\.(?:png|jpe?g)$", "GET http://a/x.jpg?z", true)]
    [InlineData("path-pattern", "^/a$,^/b$", "GET http://a/b", true)]
    // The host without case; with a port only where the client named one.
    [InlineData("host-header", @"^(api|www)\.example\.com$", "GET http://WWW.example.com/", true)]
    [InlineData("host-header", @"^(API|www)\.example\.com$", "GET http://api.example.com:8080/", true)]
    [InlineData("host-header", @"^api\.example\.com:9443$", "GET http://api.example.com:9443/", true)]
    [InlineData("host-header", @"^api\.example\.com:9443$", "GET http://api.example.com/", false)]
    [InlineData("host-header", @"^[^.]+\.example\.com$", "GET http://a.b.example.com/", false)]
    // A header's value without case; any of a repeated header's.
    [InlineData("http-header:X-Canary", "^(yes|on)$", "GET http://a/ | x-canary: ON", true)]
    [InlineData("http-header:X-Canary", "^(yes|on)$", "GET http://a/ | X-Canary: no | X-Canary: yes", true)]
    [InlineData("http-header:X-Canary", "^(yes|on)$", "GET http://a/ | X-Canary: yes, no", false)]
    [InlineData("http-header:X-Canary", ".*", "GET http://a/", false)]
    public void Conditions(string field, string regexes, string request, bool holds)
    {
        var desk = new Desk(new Edge().Listener(80).Rule(80, 1, Fixed(200), Like(field, regexes.Split(','))));
        Assert.Equal(holds ? "rule 1 → fixed-response" : "default rule → fixed-response", desk.Chosen(request));
        var reason = desk.Decide(Ask.For(request)).Tell().Single().Reasons[0];
        Assert.Equal(holds, reason.Chosen);
        Assert.Contains($"rule wants regex {regexes.Replace(",", " or regex ", StringComparison.Ordinal)}", reason.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("^/a(?=b)", "has a look-ahead (?=")]
    [InlineData("^/a(?!b)", "has a look-ahead (?!")]
    [InlineData("(?<=/)a", "has a look-behind (?<=")]
    [InlineData("(?<!/)a", "has a look-behind (?<!")]
    [InlineData("(?>a+)b", "has an atomic group (?>")]
    [InlineData("(a)?(?(1)b|c)", "has a condition (?(")]
    [InlineData(@"(a)\1", @"has a back-reference (\1)")]
    [InlineData(@"(?<x>a)\k<x>", @"has a back-reference (\k)")]
    [InlineData("(?P=x)", "has a back-reference (?P=")]
    [InlineData("(a|(?R))", "has recursion or a subroutine (?R")]
    [InlineData("(a)(?1)", "has recursion or a subroutine (?1")]
    [InlineData("a++", "has a possessive quantifier (++)")]
    [InlineData("a{2,3}+", "has a possessive quantifier (}+)")]
    [InlineData(@"^\p{L}+$", @"has a Unicode class (\p)")]
    [InlineData(@"[\P{L}]", @"has a Unicode class (\P)")]
    [InlineData("(a", "isn't a regular expression (InsufficientClosingParentheses at offset 2)")]
    [InlineData("[a", "isn't a regular expression (UnterminatedBracket at offset 2)")]
    [InlineData("*a", "isn't a regular expression (QuantifierAfterNothing at offset 1)")]
    [InlineData("(?:a{999}){999}", "is too large, or has a construct that can't be matched in linear time")]
    public void What_rules_do_not_have_is_refused_by_name(string regex, string problem)
    {
        var edge = new Edge().Listener(80).Rule(80, 1, NotFound, Like("path-pattern", "^/ok$", regex));
        edge.Compile();
        Assert.Equal(
            [$"edge.yaml:1: Rule shop/rule-1: spec.conditions[0].pathPatternConfig.regexValues[1]: path-pattern: found '{regex}', which {problem}; {Allowed}"],
            edge.Errors.All.Select(e => e.ToString()));
    }

    [Theory]
    [InlineData("host-header", "hostHeaderConfig", "")]
    [InlineData("http-header:X-A", "httpHeaderConfig", "müller")]
    [InlineData("path-pattern", "pathPatternConfig", null)]
    public void Its_length_and_characters_are_those_of_a_value(string field, string config, string? regex)
    {
        regex ??= new string('a', 129);
        var edge = new Edge().Listener(80).Rule(80, 1, NotFound, Like(field, regex));
        edge.Compile();
        Assert.Equal(
            [$"edge.yaml:1: Rule shop/rule-1: spec.conditions[0].{config}.regexValues[0]: {field.Split(':')[0]}: found '{regex}'; 1 to 128 visible ASCII characters are wanted"],
            edge.Errors.All.Select(e => e.ToString()));
    }

    [Fact]
    public void Values_and_regexes_count_together_and_do_not_go_together()
    {
        var edge = new Edge().Listener(80)
            .Rule(80, 1, NotFound, Like("path-pattern", "a", "b", "c"), Like("host-header", "a", "b"), If("query-string", "a=1"))
            .Rule(80, 2, NotFound, If("path-pattern", "/a") with { RegexValues = ["b"] });
        edge.Compile();
        Assert.Equal(
            [
                "edge.yaml:1: Rule shop/rule-1: spec.conditions: found 6 values; a rule has at most 5 (TooManyRules quota)",
                "edge.yaml:1: Rule shop/rule-2: spec.conditions[0]: path-pattern: found values and regexValues; give one of them",
            ],
            edge.Errors.All.Select(e => e.ToString()));
    }

    [Fact]
    public void A_pattern_matches_what_it_matches_anywhere_else() =>
        Gen.Select(Patterns, Inputs, Gen.Bool).Sample(
            (pattern, input, ignoreCase) =>
            {
                var regex = RuleRegex.Compile(pattern, ignoreCase, out var problem);
                Assert.True(regex is not null, $"{pattern} {problem}");
                var options = RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
                return regex.Engine.IsMatch(input) == Regex.IsMatch(input, pattern, options);
            },
            iter: 3_000);

    [Fact]
    public void What_is_refused_is_named_wherever_it_stands() =>
        Gen.Select(Patterns, Gen.OneOf(("(?=a)", "look-ahead"), ("(?<!a)", "look-behind"), ("(?>a)", "atomic"), (@"(a)\1", "back-reference"), (@"\p{L}", "Unicode"), ("a*+", "possessive")), Patterns)
            .Sample(
                (before, refused, after) => RuleRegex.Compile(before + refused.Item1 + after, ignoreCase: false, out var problem) is null
                    && problem!.Contains(refused.Item2, StringComparison.Ordinal),
                iter: 3_000);

    [Theory]
    [InlineData("^(a+)+$")]
    [InlineData("^(a|a)*$")]
    [InlineData("(.*a){10}b")]
    [InlineData("^(([a-z])+.)+[A-Z]([a-z])+$")]
    public void A_hostile_pattern_stays_fast(string pattern)
    {
        // A backtracking engine would need longer than the universe is old.
        var regex = RuleRegex.Compile(pattern, ignoreCase: false, out _);
        var found = regex!.Engine.IsMatch(new string('a', 16_000) + "!");
        Assert.False(found);
    }
}
