using CsCheck;
using Usher.Ingress.Gateways;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>The look-up by path finds what trying every match in order finds.</summary>
public sealed class GatewayIndexTests
{
    private static readonly RulePlan Rule = new() { Field = "spec.rules[0]" };
    private static readonly Gen<string> Paths = Words("a", "b", "aa", "a b", "%").Array[0, 4].Select(Gen.Bool, (parts, slash) => "/" + string.Join('/', parts) + (slash && parts.Length > 0 ? "/" : ""));

    private static readonly Gen<RuleMatch> Matches = Gen.Select(
        Gen.Enum<PathMatchKind>(), Paths, Gen.Int[0, 2].Select(i => i == 0 ? null : i == 1 ? "GET" : "POST"), Words("x", "y", "z").Array[0, 2], Words("q", "r").Array[0, 1], Gen.Int[0, 3], Gen.Int[0, 2])
        .Select((kind, path, method, headers, queries, route, rule) => Match(kind, path, method, [.. headers.Distinct()], queries, route, rule));

    private static readonly Gen<RequestFacts> Requests = Gen.Select(Paths, Words("GET", "POST", "PUT"), Words("x", "y", "z").Array[0, 3], Words("", "q=1", "r=1&q=1", "q=2"))
        .Select((path, method, headers, query) => new RequestFacts
        {
            Method = method, Scheme = "http", Host = "a.com", Path = path, Query = query, Source = System.Net.IPAddress.Loopback, Headers = [.. headers.Select(h => KeyValuePair.Create(h, "1"))],
        });

    [Fact]
    public void It_finds_the_first_in_order() => Gen.Select(Matches.Array[0, 40], Requests.Array[1, 20]).Sample((matches, requests) =>
    {
        var table = MatchTable.Of(matches);
        foreach (var request in requests)
        {
            var wanted = table.Ordered.FirstOrDefault(m => RequestMatch.Lacks(m, request, request.Path) is null);
            Assert.Same(wanted, table.Find(request, request.Path, default(NoReasons)));
            Assert.Same(wanted, table.Find(request, request.Path, new ReasonList()));
        }
    });

    [Fact]
    public void Hosts_are_found_in_order() => Gen.Select(Words("", "*.com", "*.a.com", "a.com", "b.a.com", "*.b.a.com").Array[0, 6], Words("a.com", "b.a.com", "c.b.a.com", "com", "", "x.org", ".com", "a..com")).Sample((written, host) =>
    {
        var all = written.Distinct().ToList();
        var found = new List<string>();
        foreach (var one in HostMatches<string>.Of([.. all.Select(w => KeyValuePair.Create(w, w))]).For(host)) found.Add(one);
        Assert.Equal(all.Where(w => HostMatches<string>.Takes(w, host)).OrderBy(w => w.Length == 0 ? 2 : w[0] == '*' ? 1 : 0).ThenByDescending(w => w.Length), found);
    });

    private static Gen<string> Words(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    private static RuleMatch Match(PathMatchKind kind, string path, string? method, string[] headers, string[] queries, int route, int rule)
    {
        var value = kind == PathMatchKind.PathPrefix ? path.TrimEnd('/') : path;
        var problem = "";
        var match = new PathMatch(kind, value) { Expression = kind == PathMatchKind.RegularExpression ? Patterns.Of(System.Text.RegularExpressions.Regex.Escape(path) + "[a/]*", out problem!) : null };
        return new RuleMatch(new ResourceKey("g", "HTTPRoute", "shop", $"r{route}"), rule, 0, "", match, Rule)
        {
            Method = method,
            Headers = [.. headers.Select(h => new ValueMatch(h, "1", null))],
            Queries = [.. queries.Select(q => new ValueMatch(q, "1", null))],
            Precedence = new Precedence((int)kind, value.Length, method is null ? 0 : 1, headers.Length, queries.Length, Age.Unknown),
        };
    }
}
