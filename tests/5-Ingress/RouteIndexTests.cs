using CsCheck;
using Usher.Model.Journeys;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>The index of a server's routes finds the very route that trying them in order finds, however many there are.</summary>
public sealed class RouteIndexTests
{
    // Characters so few that what is asked for is often there; slashes at the end and in a row, both cases, and bytes beyond ASCII as nginx sees them.
    private static readonly Gen<string> Paths = Gen.Frequency((6, Gen.Char["ab/"]), (1, Gen.Char["A.-\u00e9\u00ff"])).Array[0, 5].Select(c => "/" + new string(c));
    private static readonly Gen<(string Kind, string Path)> Rows = Gen.Select(Gen.OneOf("Exact", "Prefix", "ImplementationSpecific"), Paths);
    private static readonly Gen<string> Requests = Gen.Frequency((8, Paths), (1, Gen.OneOf("/a%2Fb", "//a//b", "/a/../b/", "/%61b", "/a/./b", "/..", "/a%", "/b%C3%A9")));

    [Fact]
    public void It_finds_what_trying_in_order_finds() => Gen.Select(Gen.OneOf("a.example.com", "*.example.com", ""), Rows.Array[1, 40], Requests.Array[1, 30], Gen.Int[0, 7]).Sample(
        (host, rows, requests, some) =>
        {
            // Several Ingresses for the host, and one for another; at times one that makes all of its paths regular expressions.
            var ingresses = rows.Chunk(8).Select((chunk, i) => Routes($"i{i}", $"rules: [{Rule(host.Length == 0 ? null : host, [.. chunk.Select(r => Path(r.Path, r.Kind, "s"))])}]",
                some == i ? Annotated("use-regex: \"true\"") : ""));
            var cluster = new Cluster(
                ConfigMap("strict-validate-path-type: \"false\"") + Service("s") + Routes("other", $"rules: [{Rule("x.example.org", Path("/", "Prefix", "s"))}]") + string.Concat(ingresses), standard: false).Valid();
            var server = cluster.Plan.Routes.ServerOf(host)!;
            Assert.Equal(server.Routes.Length > RouteIndex.Few && server.RegexBy is null, server.Index is not null);
            foreach (var request in requests)
            {
                var decision = cluster.Decide("a.example.com", request);
                Assert.Equal(decision.Choice, decision.Replay(new ReasonList()));
                if (NormalPath.Of(request) is not { } path) continue;
                var expected = Location.InOrder(server.Routes, path, default(NoReasons));
                Assert.Same(expected, decision.Choice.Route);
                if (server.RegexBy is not null) continue;
                RoutePlan? found = null;
                foreach (var route in RouteIndex.Arrange(server.Routes).Find(path))
                {
                    found = route;
                    break;
                }

                Assert.Same(expected, found);
            }
        },
        iter: 400);

    [Theory]
    [InlineData("/p77/x", "/p77 (Prefix)")]
    [InlineData("/p77", "/p77 (Prefix)")]
    [InlineData("/e77", "/e77 (Exact)")]
    [InlineData("/e77/", "/e (ImplementationSpecific)")]
    [InlineData("/p1000", "/p1000 (Prefix)")]
    [InlineData("/p1001", null)]
    public void Of_many_paths_those_that_match_are_told_and_how_many_others_there_are(string path, string? taken)
    {
        var paths = Enumerable.Range(1, 1000).SelectMany(i => new[] { Path($"/p{i}", "Prefix", "s"), Path($"/e{i}", "Exact", "s") }).Append(Path("/e", "ImplementationSpecific", "s"));
        var cluster = new Cluster(Service("s") + Routes("api", $"rules: [{Rule("a.com", [.. paths])}]")).Valid();
        var decision = cluster.Decide("a.com", path);
        var reasons = decision.Tell().Single().Reasons.Where(r => r.Candidate.Contains("path", StringComparison.Ordinal) || r.Candidate.Contains("a.com /", StringComparison.Ordinal)).ToList();
        Assert.Equal(taken is null ? null : $"shop/api: a.com {taken}", reasons.SingleOrDefault(r => r.Chosen)?.Candidate);
        Assert.Equal(reasons.SingleOrDefault(r => r.Chosen)?.Candidate, decision.Choice.Route?.Label);
        var matching = reasons.Count - 1;
        Assert.InRange(matching, taken is null ? 0 : 1, 2);
        Assert.Equal(new Reason($"{2001 - matching:N0} other paths", false, $"path is {path}"), reasons[^1]);
    }
}
