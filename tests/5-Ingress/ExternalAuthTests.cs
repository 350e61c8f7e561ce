using System.Net;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Seam.Tests.Peers;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>auth-url and its company: who is asked and how, what its answer means, and what a client and a backend see of it.</summary>
public sealed class ExternalAuthTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    // Services are 10.96.0.x in the order of their names: auth first, web second.
    private const string Url = "auth-url: \"http://10.96.0.1/check?v=1\"";

    [Theory]
    [InlineData("", 200, "web")]
    [InlineData("", 204, "web")]
    [InlineData("", 401, "401 ingress.401.external-auth")]
    [InlineData("", 403, "403 ingress.403.external-auth")]
    [InlineData("", 302, "500 ingress.500.external-auth")]
    [InlineData("", 500, "500 ingress.500.external-auth")]
    [InlineData("", 0, "500 ingress.500.external-auth")]
    [InlineData("auth-keepalive: '8'", 200, "web")]
    [InlineData("auth-keepalive: '8'", 204, "500 ingress.500.external-auth")]
    [InlineData("auth-signin: https://login.com/start", 401, "302 https://login.com/start?rd=http://a.com%2Fx%3Fy%3D1")]
    [InlineData("auth-signin: https://login.com/start?app=1", 401, "302 https://login.com/start?app=1&rd=http://a.com%2Fx%3Fy%3D1")]
    [InlineData("auth-signin: https://login.com/start?rd=$escaped_request_uri", 401, "302 https://login.com/start?rd=%2Fx%3Fy%3D1")]
    [InlineData("auth-signin: https://$host/start, nginx.ingress.kubernetes.io/auth-signin-redirect-param: back", 401, "302 https://a.com/start?back=http://a.com%2Fx%3Fy%3D1")]
    [InlineData("auth-signin: https://login.com/start", 403, "403 ingress.403.external-auth")]
    public void An_answer_decides(string annotations, int status, string expected)
    {
        var cluster = One(annotations.Length == 0 ? Url : $"{Url}, nginx.ingress.kubernetes.io/{annotations}").Valid();
        var decision = IngressDecision.Make(cluster.Plan, new LivingBackends(cluster.Fronts, cluster.Generation), Facts("a.com", "/x") with { Query = "y=1" });
        Assert.Equal(AuthAsk.Ask, decision.Choice.Ask);
        var rule = decision.Choice.Route!.Rules.External!;
        decision.Authorization = new AuthReading(rule, rule.Written, "127.18.16.1:8080", status) { Failure = status == 0 ? "10.96.0.1:80: refused" : null };
        Assert.Equal(expected, IngressAnswer.Of(decision) is { } answer ? $"{answer.Status} {answer.Outcome ?? answer.Location}" : decision.Choice.Backend!.Front.Service.Name);
        var told = decision.Tell().Single();
        Assert.Contains(told.Reasons, r => r.Candidate == "auth-url" && r.Chosen == (expected == "web"));
        Assert.Equal(status, (int)told.Facts["externalAuth"]!["status"]!);
        Assert.Equal(decision.Choice, decision.Replay(new Usher.Model.Journeys.ReasonList()));
    }

    [Fact]
    public void An_explanation_asks_nobody_and_says_so()
    {
        var told = One(Url).Valid().Decide("a.com", "/").Tell().Single();
        Assert.True(told.Ok);
        Assert.Contains(told.Reasons, r => r is { Candidate: "auth-url", Chosen: true } && r.Why.EndsWith("here nobody was asked, and that is assumed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_beyond_ASCII_goes_on_byte_by_byte()
    {
        // Jos\u00e9 in UTF-8, each byte a character.
        const string Name = "Jos\u00c3\u00a9";
        await using var running = await StartAsync($"{Url}, nginx.ingress.kubernetes.io/auth-response-headers: X-User, nginx.ingress.kubernetes.io/auth-proxy-set-headers: asked", "\n---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: asked, namespace: shop }, data: { X-By: \"Ren\u00e9 $http_x_by\" } }");
        await using var auth = Backend.Answering($"HTTP/1.1 200 OK\r\nX-User: {Name}\r\nSet-Cookie: s={Name}\r\nContent-Length: 0\r\n\r\n", running.Cluster.ServiceAt("auth"));
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        var answer = await running.AskAsync($"GET / HTTP/1.1\r\nHost: a.com\r\nX-By: {Name}\r\n\r\n");
        Assert.Contains($"\r\nX-By: Ren\u00c3\u00a9 {Name}\r\n", await auth.RequestAsync(), StringComparison.Ordinal);
        Assert.Contains($"\r\nX-User: {Name}\r\n", await web.RequestAsync(), StringComparison.Ordinal);
        Assert.Contains($"\r\nSet-Cookie: s={Name}\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_asked_gets_the_requests_head_and_what_it_answers_goes_on()
    {
        await using var running = await StartAsync($"{Url}, nginx.ingress.kubernetes.io/auth-response-headers: 'X-User, X-Groups'");
        await using var auth = Backend.Answering("HTTP/1.1 202 Accepted\r\nX-User: ann\r\nSet-Cookie: s=1\r\nSet-Cookie: t=2\r\nContent-Length: 3\r\n\r\nyes", running.Cluster.ServiceAt("auth"));
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        var answer = await running.AskAsync("POST /x?y=1 HTTP/1.1\r\nHost: a.com\r\nCookie: c=1\r\nX-User: forged\r\nX-Groups: forged\r\nX_Under: gone\r\nX-Forwarded-Proto: https\r\nContent-Length: 4\r\n\r\nbody");
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: s=1, t=2\r\n\r\nok", answer);
        var asked = await auth.RequestAsync();
        Assert.StartsWith("GET /check?v=1 HTTP/1.1\r\nHost: 10.96.0.1\r\n", asked, StringComparison.Ordinal);
        foreach (var header in new[]
        {
            "X-Original-URL: http://a.com/x?y=1", "X-Original-Method: POST", "X-Sent-From: nginx-ingress-controller", "X-Real-IP: 127.0.0.1", "X-Forwarded-For: 127.0.0.1", "X-Auth-Request-Redirect: /x?y=1", "Cookie: c=1", "X-User: forged", "Connection: close",
        }) Assert.Contains($"\r\n{header}\r\n", asked, StringComparison.Ordinal);
        foreach (var absent in new[] { "Content-Length", "X-Forwarded-Proto", "X_Under", "X-Scheme" }) Assert.DoesNotContain(absent, asked, StringComparison.Ordinal);
        var seen = await web.RequestAsync();
        Assert.Contains("\r\nX-User: ann\r\n", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Groups", seen, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nbody", seen, StringComparison.Ordinal);
        // One id for both.
        Assert.Equal(Line(asked, "X-Request-ID"), Line(seen, "X-Request-ID"));
        var told = (await running.Seam.Journal.RequestAsync()).Decision!.Tell().Single();
        Assert.Equal((202, "auth-url"), ((int)told.Facts["externalAuth"]!["status"]!, told.Facts["externalAuth"]!["by"]!.ToString()));
        Assert.Contains(told.Reasons, r => r is { Candidate: "auth-url", Chosen: true } && r.Why.StartsWith("http://10.96.0.1/check?v=1 answered 202 after", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_401_has_its_challenge_and_never_reaches_the_backend()
    {
        await using var running = await StartAsync(Url);
        await using var auth = Backend.Answering("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"x\"\r\nSet-Cookie: s=1\r\nContent-Length: 0\r\n\r\n", running.Cluster.ServiceAt("auth"));
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        var answer = await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 401 Unauthorized\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nWWW-Authenticate: Bearer realm=\"x\"\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Set-Cookie", answer, StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync();
        Assert.Equal(("ingress.401.external-auth", 0), (record.Outcome, web.Requests.Count));
        Assert.StartsWith("http://10.96.0.1/check?v=1 answered 401", record.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cookie_comes_with_an_error_only_where_it_always_does()
    {
        await using var running = await StartAsync($"{Url}, nginx.ingress.kubernetes.io/auth-always-set-cookie: \"true\"");
        await using var auth = Backend.Answering("HTTP/1.1 200 OK\r\nSet-Cookie: s=1\r\nContent-Length: 0\r\n\r\n", running.Cluster.ServiceAt("auth"));
        await using var web = Backend.Answering("HTTP/1.1 404 Not Found\r\nSet-Cookie: own=1\r\nContent-Length: 0\r\n\r\n", running.Cluster.ServiceAt("web"));
        Assert.Equal("HTTP/1.1 404 Not Found\r\nSet-Cookie: own=1\r\nContent-Length: 0\r\nSet-Cookie: s=1\r\n\r\n", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"));
    }

    [Theory]
    [InlineData("http://10.96.0.1/", "10.96.0.1:80: Connecting to 127.")]
    [InlineData("http://none.shop.svc.cluster.local/", "none.shop.svc.cluster.local has no address, in the cluster's DNS, the hosted zones or this machine's")]
    public async Task Who_cant_be_asked_is_500(string url, string why)
    {
        await using var running = await StartAsync($"auth-url: {url}");
        Assert.StartsWith("HTTP/1.1 500 Internal Server Error\r\n", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync();
        Assert.Equal("ingress.500.external-auth", record.Outcome);
        Assert.StartsWith($"{url} can't be asked: {why}", record.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_method_and_further_headers_are_as_the_annotations_say()
    {
        await using var running = await Running.StartAsync(
            Unvalidated + Yaml($"{Url}, nginx.ingress.kubernetes.io/auth-method: HEAD, nginx.ingress.kubernetes.io/auth-request-redirect: https://$host/back, nginx.ingress.kubernetes.io/auth-proxy-set-headers: shop/to-auth")
            + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: to-auth, namespace: shop }\ndata: { X-Method: $request_method, X-Token: $http_x_token, X-User: $cookie_user }\n", standard: false);
        await using var auth = Backend.Answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", running.Cluster.ServiceAt("auth"));
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        Assert.Equal(Ok, await running.AskAsync("GET /x HTTP/1.1\r\nHost: a.com\r\nX-Token: t\r\nCookie: user=ann\r\n\r\n"));
        var asked = await auth.RequestAsync();
        Assert.StartsWith("HEAD /check?v=1 HTTP/1.1\r\n", asked, StringComparison.Ordinal);
        foreach (var header in new[] { "X-Original-URI: /x", "X-Scheme: http", "X-Auth-Request-Redirect: https://a.com/back", "X-Method: GET", "X-Token: t", "X-User: ann" }) Assert.Contains($"\r\n{header}\r\n", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_is_remembered_under_its_key()
    {
        await using var running = await StartAsync($"{Url}, nginx.ingress.kubernetes.io/auth-cache-key: $cookie_user, nginx.ingress.kubernetes.io/auth-cache-duration: '200 10m, 401 1m'");
        await using var auth = Backend.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", running.Cluster.ServiceAt("auth"));
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        foreach (var (number, user) in new[] { "ann", "ann", "bob", "ann" }.Index())
        {
            Assert.Equal(Ok, await running.AskAsync($"GET / HTTP/1.1\r\nHost: a.com\r\nCookie: user={user}\r\n\r\n"));
            // Requests are recorded after their answers, each before the next is sent.
            await running.Seam.Journal.RequestAsync(number + 1);
        }

        Assert.Equal(2, auth.Requests.Count);
        Assert.True((bool)(await running.Seam.Journal.RequestAsync(2)).Decision!.Tell().Single().Facts["externalAuth"]!["cached"]!);
    }

    [Fact]
    public async Task The_config_map_asks_about_every_location_but_those_that_say_no()
    {
        await using var running = await Running.StartAsync(
            ConfigMap("global-auth-url: http://10.96.0.1/all", "no-auth-locations: '/open,/.well-known'") + Service("auth") + Service("web")
            + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"), Path("/open", "Prefix", "web"))}]") + Routes("free", $"rules: [{Rule("b.com", Path("/", "Prefix", "web"))}]", Annotated("enable-global-auth: \"false\"")),
            standard: false);
        await using var auth = Backend.Answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", running.Cluster.ServiceAt("auth"));
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        Assert.StartsWith("HTTP/1.1 403 ", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        // Before others: requests are recorded as they end, and that is after their answers.
        Assert.Contains("(global-auth-url of shop/api)", (await running.Seam.Journal.RequestAsync()).Problem, StringComparison.Ordinal);
        Assert.Equal(Ok, await running.AskAsync("GET /open HTTP/1.1\r\nHost: a.com\r\n\r\n"));
        Assert.Equal(Ok, await running.AskAsync("GET / HTTP/1.1\r\nHost: b.com\r\n\r\n"));
    }

    [Theory]
    [InlineData("200 10m")]
    [InlineData("200 68y")]
    [InlineData("200 2000000y", "200 2000000y")]
    public void A_duration_that_nobody_lives_to_see_is_no_fault(string text, string? told = null)
    {
        var cluster = new Cluster(Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("auth-url: http://10.96.0.1/", $"auth-cache-key: $host, nginx.ingress.kubernetes.io/auth-cache-duration: '{text}'")));
        Assert.Equal(told is not null, cluster.Told.Any(e => e.Message.Contains($"found '{told}'", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("auth-url: 'http://a.com:65536/'", "auth-url: found 'http://a.com:65536/'; a URL of http or https with a port from 1 to 65535, if any, is wanted")]
    [InlineData("auth-url: 'https://auth.$host:0'", "auth-url: found 'https://auth.$host:0'; a URL of http or https with a port from 1 to 65535, if any, is wanted")]
    [InlineData("auth-url: 'http://a.com:/'", "auth-url: found 'http://a.com:/'; a URL of http or https with a port from 1 to 65535, if any, is wanted")]
    [InlineData("auth-url: 'http://a.com:https/'", "auth-url: found 'http://a.com:https/'; a URL of http or https with a port from 1 to 65535, if any, is wanted")]
    [InlineData("auth-signin: 'https://$host:70000/start'", "auth-signin: found 'https://$host:70000/start'; a URL of http or https with a port from 1 to 65535, if any, is wanted")]
    [InlineData("auth-url: 'http://a.com:65535/'", null)]
    [InlineData("auth-url: 'http://a.com:$arg_port/'", null)]
    [InlineData("auth-url: 'http://[::1]/?to=b:0'", null)]
    [InlineData("auth-signin: '/start:0'", null)]
    public void A_port_that_is_none_is_told(string annotation, string? told)
    {
        Assert.Equal(told is null ? [] : [$"metadata.annotations.nginx.ingress.kubernetes.io/{told}"], new Cluster(Unvalidated + Yaml(annotation), standard: false).Told.Select(e => $"{e.Field}: {e.Message}".Split(". The Ingress isn't accepted")[0]));
        var (name, url) = (annotation[..annotation.IndexOf(':', StringComparison.Ordinal)], annotation[(annotation.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        Assert.Equal(told is not null, new Cluster(ConfigMap($"global-{name}: {url}") + Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]"), standard: false).Told.Any(e => e.Field == $"data.global-{name}"));
    }

    [Theory]
    [InlineData("http://a.com", "False a.com 80 ")]
    [InlineData("https://A.com:8443/x?y=1#z", "True a.com 8443 /x?y=1")]
    [InlineData("http://a.com?code=200", "False a.com 80 /?code=200")]
    [InlineData("http://[::1]:80/", "False ::1 80 /")]
    [InlineData("http://a.com:0/", "none")]
    [InlineData("ftp://a.com/", "none")]
    [InlineData("http:///x", "none")]
    public void A_url_is_taken_apart(string url, string expected) =>
        Assert.Equal(expected, AuthTarget.Of(url) is { } t ? $"{t.Secured} {t.Host} {t.Port} {t.Target}" : "none");

    // A Service with the ports 443 and 8443, of which the first is bound at 8443 and the second makes room.
    [Theory]
    [InlineData("http://10.96.0.1:8443/", "127.18.16.1:16443")]
    [InlineData("http://127.18.16.1:8443/", "127.18.16.1:16443")]
    [InlineData("https://127.18.16.1/", "127.18.16.1:8443")]
    [InlineData("http://127.0.0.1:8443/", "127.0.0.1:8443")]
    [InlineData("http://127.0.0.1/", "127.0.0.1:80")]
    public void An_address_of_the_road_is_asked_where_its_port_is_bound(string url, string bound)
    {
        var service = new ResourceKey("", "Service", "shop", "auth");
        var plan = AddressPlan.Empty.Next([new AddressClaim(service, AddressBlock.Service, IPAddress.Parse("10.96.0.1")) { Ports = [443, 8443] }]);

        Assert.Equal(bound, new HostAddresses().Find(new Generation(1, DesiredState.Empty, plan, []), AuthTarget.Of(url)!.Value)?.ToString());
    }

    private static string Line(string message, string header) => message.Split("\r\n").Single(l => l.StartsWith(header + ": ", StringComparison.Ordinal));

    private static string Yaml(string annotations) => Service("auth") + Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated(annotations));

    private static Cluster One(string annotations) => new(Yaml(annotations));

    private static Task<Running> StartAsync(string annotations, string more = "") => Running.StartAsync(Yaml(annotations) + more);
}
