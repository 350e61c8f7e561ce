using System.Text.RegularExpressions;
using CsCheck;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Transforms of a rule: what they make of a request, what is refused, what a target sees, and what is told.</summary>
public sealed class TransformTests
{
    [Theory]
    // The examples of the ALB user guide, Transforms for listener rules.
    [InlineData("^mywebsite-(.+).com$", "internal.dev.$1.myweb.com", "mywebsite-example.com", "internal.dev.example.myweb.com")]
    // Without case, without the port, found anywhere unless it is anchored; the first match alone.
    [InlineData("^MY-(.+)$", "$1", "my-a.example.com", "a.example.com")]
    [InlineData("a", "b", "a.a.example.com", "b.a.example.com")]
    [InlineData("^(.+?)[.](.+)$", "$1-x.$2:9443", "a.example.com", "a-x.example.com:9443")]
    [InlineData("^none$", "x", "a.example.com", null)]
    [InlineData("^a[.]", "a.", "a.example.com", null)]
    [InlineData("^.*$", "[::1]:8080", "a.example.com", "[::1]:8080")]
    public void A_host_is_rewritten(string regex, string replace, string host, string? expected)
    {
        var decision = Decide(Host(regex, replace), $"GET http://{host}/x?y=1");
        var transformed = decision.Choice.Transformed!;
        Assert.Equal((expected, null, false), (transformed.Host is null ? null : transformed.HostPort is { } port ? $"{transformed.Host}:{port}" : transformed.Host, transformed.Target, transformed.Failed));
        Assert.Equal("i-0a1:30080", decision.Target!.Label);
    }

    [Theory]
    [InlineData("^/dp/([A-Za-z0-9]+)/?$", "/product.php?id=$1", "/dp/B09G3HRMW", "/product.php?id=B09G3HRMW")]
    // With case, path and query together, and the question mark only where there is a query.
    [InlineData("^/DP/", "/x", "/dp/1", null)]
    [InlineData("^(/[^?]*)[?](.*)$", "$1/v2?$2&from=$1", "/a?b=1", "/a/v2?b=1&from=/a")]
    [InlineData("[?]debug=1$", "", "/a?debug=1", "/a")]
    [InlineData("^/api(/.*)$", "$1", "/api/users?x=%2F", "/users?x=%2F")]
    [InlineData("^/(a)|(b)$", "/<$2>$1", "/a", "/<>a")]
    // A dollar without a digit after it stands for itself.
    [InlineData("(a)$", "$$1$", "/x/a", "/x/$a$")]
    [InlineData("^/a$", "/a", "/a", null)]
    [InlineData("^.*$", "$0$0", "/a", "/a/a")]
    public void A_url_is_rewritten(string regex, string replace, string url, string? expected)
    {
        var transformed = Decide(Url(regex, replace), $"GET http://a.example.com{url}").Choice.Transformed!;
        Assert.Equal((expected, null, false), (transformed.Target, transformed.Host, transformed.Failed));
    }

    [Theory]
    [InlineData("host-header-rewrite", "^.*$", "", "isn't a host name")]
    [InlineData("host-header-rewrite", "^a", "a b", "isn't a host name")]
    [InlineData("host-header-rewrite", "$", ":0", "isn't a host name")]
    [InlineData("host-header-rewrite", "$", ":70000", "isn't a host name")]
    [InlineData("host-header-rewrite", "^.*$", "[::1", "isn't a host name")]
    [InlineData("host-header-rewrite", "^.*$", "a/b", "isn't a host name")]
    [InlineData("url-rewrite", "^/", "", "doesn't begin with a slash")]
    [InlineData("url-rewrite", "^/", "http://b/", "doesn't begin with a slash")]
    [InlineData("url-rewrite", "x", "a b", "has characters that a URL can't have")]
    [InlineData("url-rewrite", "x", "#", "has characters that a URL can't have")]
    public void A_result_that_can_not_be_sent_is_a_500_and_nothing_is_chosen(string type, string regex, string replace, string why)
    {
        var desk = new Desk(Rewriting(new RuleTransform(type, [new(regex, replace)])));
        var decision = desk.Decide(Ask.For("GET http://a.example.com/x?y=1"));
        Assert.Equal((true, null, -1), (decision.Choice.Transformed!.Failed, decision.Choice.Group, decision.Choice.Target));
        var told = decision.Tell().Single();
        Assert.Equal((false, "load-balancer.500.transform"), (told.Ok, told.Outcome));
        Assert.EndsWith(why, told.Reasons[^1].Why, StringComparison.Ordinal);
        Assert.Equal($"rule 1: its {type} failed: {told.Reasons[^1].Why}; change its regex or what replaces the match", decision.TransformProblem());
        var step = new LoadBalancerStep(desk.Table).Take(desk.Generation, new() { Request = decision.Facts, Address = desk.Listener.Bound })!;
        Assert.Equal((500, Hop.LoadBalancer, decision.TransformProblem(), null), (step.Status, step.AnsweredBy, step.Problem, step.Next));
    }

    [Fact]
    public void A_result_may_be_as_long_as_a_request_line_and_no_longer()
    {
        var doubled = Url("^/(.*)$", "/$1$1$1$1");
        Assert.False(Decide(doubled, $"GET http://a/{new string('x', 4_095)}").Choice.Transformed!.Failed);
        Assert.True(Decide(doubled, $"GET http://a/{new string('x', 4_096)}").Choice.Transformed!.Failed);
    }

    [Fact]
    public void The_journey_tells_what_was_matched_and_explain_goes_on_with_the_result()
    {
        var desk = new Desk(Rewriting(Host(@"^(\w+)\.example\.com$", "$1.internal"), Url("^/v1/([^?]*)", "/$1")));
        var request = Ask.For("GET http://api.example.com/v1/users?x=1");
        var told = desk.Decide(request).Tell().Single();
        Assert.Equal(
            [
                @"host-header-rewrite: ^(\w+)\.example\.com$ → $1.internal: api.example.com became api.internal",
                "url-rewrite: ^/v1/([^?]*) → /$1: /v1/users?x=1 became /users?x=1",
            ],
            told.Reasons.Where(r => r.Candidate.EndsWith("-rewrite", StringComparison.Ordinal)).Select(r => $"{r.Candidate}: {r.Why}"));
        Assert.Equal(("/v1/users", "api.example.com", "api.internal", "/users?x=1", "TransformSuccess"),
            (told.Facts["path"]!.ToString(), told.Facts["host"]!.ToString(), told.Facts["hostRewrittenTo"]!.ToString(), told.Facts["rewrittenTo"]!.ToString(), told.Facts["transformStatus"]!.ToString()));

        IAccessLogFacts logged = desk.Decide(request);
        Assert.Equal(("api.internal", "/users?x=1", "TransformSuccess"), (logged.TransformedHost, logged.TransformedUri, logged.TransformStatus));

        var next = new LoadBalancerStep(desk.Table).Take(desk.Generation, new() { Request = request, Address = desk.Listener.Bound })!.Next!.Request;
        Assert.Equal(("api.internal", "/users", "x=1"), (next.Host, next.Path, next.Query));

        var missed = desk.Decide(Ask.For("GET http://other.org/v2")).Tell().Single();
        Assert.Equal([(false, @"^(\w+)\.example\.com$ isn't found in other.org, which stays"), (false, "^/v1/([^?]*) isn't found in /v2, which stays")],
            missed.Reasons.Where(r => r.Candidate.EndsWith("-rewrite", StringComparison.Ordinal)).Select(r => (r.Chosen, r.Why)));
        Assert.Null(missed.Facts["transformStatus"]);
    }

    [Fact]
    public void An_action_that_sends_nothing_to_a_target_is_taken_as_the_request_came()
    {
        var desk = new Desk(new Edge().Listener(80).Rule("r", ListenerArn(80), 1, [To(new("HTTP_302", Path: "/new/#{path}"))], [If("path-pattern", "/*")], Url("^/(.*)$", "$1")));
        var told = desk.Decide(Ask.For("GET http://a/x")).Tell().Single();
        Assert.Equal((true, "not applied: redirect sends nothing to a target"), (told.Ok, told.Reasons[^1].Why));
    }

    [Fact]
    public void What_is_wrong_is_told_all_at_once()
    {
        var edge = new Edge().Listener(80).Rule("r", ListenerArn(80), 1, [NotFound], [If("path-pattern", "/*")],
            Url("^/(?=b)", "/"), Url("a", "b"), Host("^(a)(b)$", "$3"), new("header-rewrite", []));
        edge.Rule("s", ListenerArn(80), 2, [NotFound], [If("path-pattern", "/*")], Url("", "x"), new RuleTransform("host-header-rewrite", []));
        edge.Rule("t", ListenerArn(80), 3, [NotFound], [If("path-pattern", "/*")], Url(new string('a', 1024), new string('b', 1025)), Host(new string('a', 1025), "ü"));
        edge.Compile();
        const string rule = "edge.yaml:1: Rule shop/";
        Assert.Equal(
            [
                $"{rule}r: spec.transforms[0].urlRewriteConfig.rewrites[0].regex: url-rewrite: found '^/(?=b)', which has a look-ahead (?=; {RuleRegex.Allowed}",
                $"{rule}r: spec.transforms[1].type: found url-rewrite a second time; one is allowed in a rule",
                $"{rule}r: spec.transforms[2].hostHeaderRewriteConfig.rewrites[0].replace: host-header-rewrite: found '$3', which names $3, and the regex has 2 groups",
                $"{rule}r: spec.transforms[3].type: found header-rewrite; allowed are host-header-rewrite and url-rewrite",
                $"{rule}s: spec.transforms[0].urlRewriteConfig.rewrites[0].regex: url-rewrite: found ''; 1 to 1024 visible ASCII characters are wanted",
                $"{rule}s: spec.transforms[1]: host-header-rewrite: found 0 rewrites; exactly one is wanted",
                $"{rule}t: spec.transforms[0].urlRewriteConfig.rewrites[0].replace: url-rewrite: found '{new string('b', 1025)}'; at most 1024 visible ASCII characters are wanted",
                $"{rule}t: spec.transforms[1].hostHeaderRewriteConfig.rewrites[0].regex: host-header-rewrite: found '{new string('a', 1025)}'; 1 to 1024 visible ASCII characters are wanted",
                $"{rule}t: spec.transforms[1].hostHeaderRewriteConfig.rewrites[0].replace: host-header-rewrite: found 'ü'; at most 1024 visible ASCII characters are wanted",
            ],
            edge.Errors.All.Select(e => e.ToString()));
    }

    [Fact]
    public void A_replacement_is_what_it_is_anywhere_else() =>
        Gen.Select(Gen.OneOf("(a)(b)?", "^(/[^/]*)(.*)$", "(.)(.)", "b|(a)(/)"), Gen.OneOf("x", "$1", "$2", "$0", "/", "-", "1").Array[0, 5], Gen.OneOf("a", "b", "/", "c").Array[0, 8])
            .Sample((pattern, replace, input) =>
            {
                // Apart, so that "$1" and "1" aren't "$11" to one and "$1" and a "1" to the other.
                var (text, path) = (string.Join("_", replace), string.Concat(input));
                var regex = RuleRegex.Compile(pattern, ignoreCase: false, out _)!;
                var plan = new RewritePlan(regex, Replacement.Parse(text, regex.Engine, out _)!);
                Assert.Equal(Regex.IsMatch(path, pattern) ? new Regex(pattern).Replace(path, text, 1) : null, plan.Apply(path));
            });

    [Theory]
    [InlineData("GET /v1/users?x=%2F HTTP/1.1\r\nHost: Api.Example.com:8080", "GET /users?x=%2F HTTP/1.1", "api.internal")]
    [InlineData("GET /v2 HTTP/1.1\r\nHost: other.org", "GET /v2 HTTP/1.1", "other.org")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: api.example.com", "OPTIONS * HTTP/1.1", "api.internal")]
    public async Task The_target_gets_the_rewritten_request(string request, string line, string host)
    {
        await using var rig = await Rig.RunAsync(r => Rewriting(r.Edge(), Host(@"^(\w+)\.example\.com$", "$1.internal"), Url("^/v1/([^?]*)", "/$1")));
        await using var target = Backend.Saying("ok", rig.Node(1));
        Assert.StartsWith("HTTP/1.1 200", await rig.AskAsync($"{request}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);

        var seen = await target.RequestAsync();
        Assert.StartsWith($"{line}\r\nHost: {host}\r\n", seen, StringComparison.Ordinal);
        var record = await rig.Journal.RequestAsync();
        Assert.Equal(request.Split(' ')[1], record.Target);
        Assert.Equal(host == "other.org" ? null : host, record.RequestChanges.Rewritten.GetValueOrDefault("Host"));
    }

    [Fact]
    public async Task Over_HTTP2_too_and_with_the_port_that_a_preserved_host_brought()
    {
        await using var rig = await Rig.RunAsync(r => Rewriting(
            r.Edge(("routing.http.preserve_host_header.enabled", "true")), 443, Host(@"^(\w+)\.example\.com$", "$1.internal"), Url("^/v1/(.*)$", "/$1")));
        await using var target = Backend.Saying("ok", rig.Node(1));
        var (code, output) = await Run.ProgramAsync("curl", "-sk", "--http2", "--resolve", $"api.example.com:8443:{rig.Address}", "https://api.example.com:8443/v1/users?x=1");
        Assert.Equal((0, "ok"), (code, output));
        var seen = await target.RequestAsync();
        Assert.StartsWith("GET /users?x=1 HTTP/1.1\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nhost: api.internal:8443\r\n", seen, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("/v1/users?x=1", (await rig.Journal.RequestAsync()).Target);
    }

    [Fact]
    public async Task A_failed_transform_is_a_500_by_the_load_balancer()
    {
        await using var rig = await Rig.RunAsync(r => Rewriting(r.Edge(), Url("^/", "")));
        var answer = await rig.AskAsync("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 500 Internal Server Error\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nServer: awselb/2.0\r\n", answer, StringComparison.Ordinal);
        var record = await rig.Journal.RequestAsync();
        Assert.Equal((500, 0, "load-balancer.500.transform", "rule 1: its url-rewrite failed: ^/ → : /x would become 'x', which doesn't begin with a slash; change its regex or what replaces the match"),
            (record.Status, record.UpstreamStatus, record.Outcome, record.Problem));
    }

    private static RuleTransform Host(string regex, string replace) => new("host-header-rewrite", [new(regex, replace)]);

    private static RuleTransform Url(string regex, string replace) => new("url-rewrite", [new(regex, replace)]);

    private static Edge Rewriting(params RuleTransform[] transforms) => Rewriting(new Edge(), transforms);

    private static Edge Rewriting(Edge edge, params RuleTransform[] transforms) => Rewriting(edge, 80, transforms);

    private static Edge Rewriting(Edge edge, int port, params RuleTransform[] transforms) => edge.Group("web", ["i-0a1"]).Listener(port, protocol: port == 443 ? "HTTPS" : "HTTP")
        .Rule("rule-1", ListenerArn(port), 1, [Forward("web")], [If("path-pattern", "*")], transforms);

    private static LoadBalancerDecision Decide(RuleTransform transform, string request) => new Desk(Rewriting(transform)).Decide(Ask.For(request));
}
