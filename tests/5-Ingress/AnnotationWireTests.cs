using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>Annotations and the ConfigMap on real sockets: what a backend and a client see of them.</summary>
public sealed class AnnotationWireTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task A_rewritten_request_reaches_the_backend()
    {
        await using var running = await OneAsync("/api(/|$)(.*)", "rewrite-target: /v2/$2, nginx.ingress.kubernetes.io/x-forwarded-prefix: /api, nginx.ingress.kubernetes.io/upstream-vhost: $service_name.$namespace.svc");
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        await running.AskAsync("GET /api/a%20b?x=1 HTTP/1.1\r\nHost: a.com\r\nX_Under: dropped\r\n\r\n");
        var seen = await web.RequestAsync();
        Assert.StartsWith("GET /v2/a%20b?x=1 HTTP/1.1\r\nHost: web.shop.svc\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Forwarded-Prefix: /api\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Forwarded-Host: a.com\r\n", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("X_Under", seen, StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync();
        var facts = record.Decision!.Tell().Single().Facts;
        Assert.Equal(("/v2/$2", "/v2/a%20b?x=1"), (facts["rewriteTarget"]!.ToString(), facts["rewrittenTo"]!.ToString()));
        Assert.Equal("rewrite-target upstream-vhost x-forwarded-prefix", string.Join(' ', facts["annotations"]!.AsArray()));
    }

    [Theory]
    [InlineData("/$1", "/api/x", "/api")]
    [InlineData("/$1/$2$3", "/API/x", "/API/x")]
    [InlineData("$scheme:/$1", "/api/x", "http:/api")]
    // Decoded, and without control characters, which no header can have.
    [InlineData("/$2", "/api/a%20b%2Fc%C3%BC%0D%01", "/a b/c\u00C3\u00BC%0D%01")]
    // The path as it is rewritten.
    [InlineData("$uri", "/api/x", "/v2/x")]
    // A variable without a value is no header.
    [InlineData("$2", "/api/", null)]
    [InlineData("/api", "/api/x", "/api")]
    [InlineData("/\u00FC/$2", "/api/%C3%BC", "/\u00C3\u00BC/\u00C3\u00BC")]
    public async Task The_prefix_that_a_backend_is_told_may_have_captures(string prefix, string path, string? wanted)
    {
        await using var running = await OneAsync("/(api)/(.*)", $"rewrite-target: /v2/$2, nginx.ingress.kubernetes.io/x-forwarded-prefix: \"{prefix}\"", validates: prefix.All(char.IsAscii));
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        await running.AskAsync($"GET {path} HTTP/1.1\r\nHost: a.com\r\nX-Forwarded-Prefix: /client\r\n\r\n");
        var seen = await web.RequestAsync();
        if (wanted is null) Assert.DoesNotContain("X-Forwarded-Prefix", seen, StringComparison.Ordinal);
        else Assert.Contains($"\r\nX-Forwarded-Prefix: {wanted}\r\n", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/caf\u00e9", "/caf%C3%A9/x", "/caf%C3%A9/x")]
    [InlineData("/caf\u00e9/(.*)", "/caf%c3%a9/%C3%BC", "/th\u00e9/%C3%BC", "rewrite-target: \"/th\u00e9/$1\"")]
    public async Task A_path_beyond_ASCII_is_what_clients_escape(string path, string sent, string wanted, string annotations = "proxy-body-size: 1m")
    {
        await using var running = await OneAsync(path, annotations, validates: false);
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        await running.AskAsync($"GET {sent} HTTP/1.1\r\nHost: a.com\r\n\r\n");
        Assert.StartsWith($"GET {wanted.Replace("\u00e9", "%C3%A9", StringComparison.Ordinal)} HTTP/1.1\r\n", await web.RequestAsync(), StringComparison.Ordinal);
        Assert.Equal(path, (await running.Seam.Journal.RequestAsync()).Decision!.Tell().Single().Facts["rulePath"]!.ToString());
    }

    [Fact]
    public async Task A_redirect_is_nginxs_page()
    {
        await using var running = await OneAsync("/", "temporal-redirect: https://b.com/x?y");
        var answer = await running.AskAsync("GET /x?y HTTP/1.1\r\nHost: a.com\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 302 Moved Temporarily\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nLocation: https://b.com/x?y\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("<center><h1>302 Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n", answer, StringComparison.Ordinal);
        Assert.Null((await running.Seam.Journal.RequestAsync()).Outcome);
    }

    [Fact]
    public async Task Cross_origin_headers_are_in_every_response_to_an_allowed_origin()
    {
        await using var running = await OneAsync("/", "enable-cors: \"true\", nginx.ingress.kubernetes.io/cors-allow-origin: https://b.com, nginx.ingress.kubernetes.io/cors-expose-headers: X-Total");
        await using var web = Backend.Answering("HTTP/1.1 200 OK\r\nServer: kestrel\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nok", running.Cluster.ServiceAt("web"));
        Assert.Equal(
            "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: https://b.com\r\nContent-Length: 2\r\nAccess-Control-Allow-Credentials: true\r\nAccess-Control-Allow-Methods: GET, PUT, POST, DELETE, PATCH, OPTIONS\r\n"
            + "Access-Control-Allow-Headers: DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization\r\n"
            + "Access-Control-Expose-Headers: X-Total\r\nAccess-Control-Max-Age: 1728000\r\n\r\nok",
            await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\nOrigin: https://b.com\r\n\r\n"));
        Assert.Equal(
            "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nok", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\nOrigin: https://c.com\r\n\r\n"));
        using var client = await RawPeer.ConnectAsync(running.At);
        await client.SendAsync("OPTIONS / HTTP/1.1\r\nHost: a.com\r\nOrigin: https://b.com\r\nConnection: close\r\n\r\n");
        var preflight = await client.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 204 No Content\r\n", preflight, StringComparison.Ordinal);
        Assert.Contains("\r\nAccess-Control-Allow-Origin: https://b.com\r\n", preflight, StringComparison.Ordinal);
        Assert.Equal(2, web.Requests.Count);
    }

    [Fact]
    public async Task A_request_without_a_user_is_asked_for_one_and_a_password_stays_here()
    {
        await using var running = await Running.StartAsync(
            Service("web") + Secrets.Yaml("users", "Opaque", ("auth", "ann:{PLAIN}x"))
            + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("auth-type: basic, nginx.ingress.kubernetes.io/auth-secret: users, nginx.ingress.kubernetes.io/auth-realm: Staff")));
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        var asked = await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 401 Unauthorized\r\n", asked, StringComparison.Ordinal);
        Assert.Contains("\r\nWWW-Authenticate: Basic realm=\"Staff\"\r\n", asked, StringComparison.Ordinal);
        Assert.Contains("<h1>401 Authorization Required</h1>", asked, StringComparison.Ordinal);
        Assert.Equal(Ok, await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\nAuthorization: Basic YW5uOng=\r\n\r\n"));
        Assert.DoesNotContain("Authorization", await web.RequestAsync(), StringComparison.Ordinal);
        // Each came over a connection of its own: the second's record may be there before the first's.
        await running.Seam.Journal.RequestAsync(2);
        Assert.Equal(["ingress.401.basic-auth", null], running.Seam.Journal.Requests.Select(r => r.Outcome));
    }

    [Fact]
    public async Task A_body_that_is_too_long_never_reaches_the_backend()
    {
        await using var running = await OneAsync("/", "proxy-body-size: 1k");
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        Assert.StartsWith("HTTP/1.1 413 Request Entity Too Large\r\n", await running.AskAsync($"POST / HTTP/1.1\r\nHost: a.com\r\nContent-Length: 1025\r\n\r\n{new string('x', 1025)}"), StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync();
        Assert.Equal((413, "ingress.413.body-too-large", 0), (record.Status, record.Outcome, web.Requests.Count));
        Assert.Contains("1k here", record.Problem, StringComparison.Ordinal);
        Assert.Equal(Ok, await running.AskAsync($"POST / HTTP/1.1\r\nHost: a.com\r\nContent-Length: 1024\r\n\r\n{new string('x', 1024)}"));
    }

    [Fact]
    public async Task A_body_that_grows_too_long_is_cut()
    {
        await using var running = await OneAsync("/", "proxy-body-size: 1k");
        await using var web = new Backend((peer, _, _) => peer.ReadErrorAsync(), running.Cluster.ServiceAt("web"));
        Assert.StartsWith(
            "HTTP/1.1 413 ", await running.AskAsync($"POST / HTTP/1.1\r\nHost: a.com\r\nTransfer-Encoding: chunked\r\n\r\n600\r\n{new string('x', 0x600)}\r\n0\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal("ingress.413.body-too-large", (await running.Seam.Journal.RequestAsync()).Outcome);
    }

    [Fact]
    public async Task A_response_head_beyond_the_buffer_is_502()
    {
        await using var running = await OneAsync("/", "ssl-redirect: \"false\"");
        await using var web = Backend.Answering($"HTTP/1.1 200 OK\r\nSet-Cookie: {new string('x', 4096)}\r\nContent-Length: 2\r\n\r\nok", running.Cluster.ServiceAt("web"));
        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync();
        Assert.Equal("ingress.502.response-head-too-large", record.Outcome);
        Assert.Contains("larger than proxy-buffer-size, 4k here", record.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backend_that_is_silent_for_longer_than_the_annotation_says_is_504()
    {
        await using var running = await OneAsync("/", "proxy-read-timeout: '1', nginx.ingress.kubernetes.io/proxy-next-upstream: 'off'");
        await using var web = new Backend((peer, _, _) => peer.ReadErrorAsync(), running.Cluster.ServiceAt("web"));
        Assert.StartsWith("HTTP/1.1 504 Gateway Time-out\r\n", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync();
        Assert.Equal(("ingress.504.read-timeout", "web-1 10.96.0.1:80 of Service shop/web:http did not answer within 1 s (proxy-read-timeout)"), (record.Outcome, record.Problem));
    }

    [Theory]
    [InlineData("X-Accel-Expires: 10")]
    [InlineData("X-Accel-Redirect: /inner")]
    [InlineData("X-Accel-Limit-Rate: 1")]
    [InlineData("x-accel-buffering: no")]
    [InlineData("X-Accel-Charset: utf-8")]
    [InlineData("X-Pad: 1\r\nX-Pad: 2")]
    public async Task What_a_backend_tells_nginx_alone_reaches_no_client(string header)
    {
        await using var running = await OneAsync("/", "proxy-body-size: 1k");
        await using var web = Backend.Answering($"HTTP/1.1 200 OK\r\n{header}\r\nX-Padding: 1\r\nX-Accel-Other: 1\r\nContent-Length: 2\r\n\r\nok", running.Cluster.ServiceAt("web"));
        Assert.Equal("HTTP/1.1 200 OK\r\nX-Padding: 1\r\nX-Accel-Other: 1\r\nContent-Length: 2\r\n\r\nok", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"));
    }

    [Fact]
    public async Task The_config_map_sets_and_hides_headers_and_believes_what_came()
    {
        await using var running = await Running.StartAsync(
            ConfigMap("use-forwarded-headers: \"true\"", "compute-full-forwarded-for: \"true\"", "proxy-set-headers: ingress-nginx/to-backends", "add-headers: ingress-nginx/to-clients", "hide-headers: X-Powered-By",
                "allow-backend-server-header: \"true\"", "enable-underscores-in-headers: \"true\"", "proxy-add-original-uri-header: \"true\"")
            + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: to-backends, namespace: ingress-nginx }\ndata: { X-Cluster: eu-1 }\n"
            + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: to-clients, namespace: ingress-nginx }\ndata: { X-Frame-Options: DENY }\n"
            + Service("web") + Routes("web", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]"),
            standard: false);
        await using var web = Backend.Answering("HTTP/1.1 200 OK\r\nServer: kestrel\r\nX-Powered-By: us\r\nX-Accel-Buffering: no\r\nContent-Length: 2\r\n\r\nok", running.Cluster.ServiceAt("web"));
        Assert.Equal(
            "HTTP/1.1 200 OK\r\nServer: kestrel\r\nContent-Length: 2\r\nX-Frame-Options: DENY\r\n\r\nok",
            await running.AskAsync("GET /x?y HTTP/1.1\r\nHost: a.com\r\nX-Forwarded-For: 198.51.100.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\nX-Forwarded-Host: b.com\r\nX_Under: kept\r\n\r\n"));
        var seen = await web.RequestAsync();
        foreach (var header in new[]
        {
            "X-Forwarded-For: 198.51.100.1, 127.0.0.1", "X-Real-IP: 198.51.100.1", "X-Forwarded-Proto: https", "X-Forwarded-Scheme: https", "X-Scheme: https", "X-Forwarded-Port: 443", "X-Forwarded-Host: b.com",
            "X-Original-Forwarded-For: 198.51.100.1", "X-Original-URI: /x?y", "X-Cluster: eu-1", "X_Under: kept", "Host: a.com",
        }) Assert.Contains($"\r\n{header}\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Frame-Options: DENY\r\n", await running.AskAsync("GET / HTTP/1.1\r\nHost: nobody.com\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("number: 80", "80")]
    [InlineData("name: http", "http")]
    public async Task A_default_backend_is_told_whom_it_stands_for(string port, string told)
    {
        await using var running = await Running.StartAsync(
            Service("web") + Service("sorry") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]".Replace("number: 80", port, StringComparison.Ordinal), Annotated("default-backend: sorry")));
        running.Cluster.Fronts.Empty.Add("web");
        await using var sorry = Backend.Saying("ok", running.Cluster.ServiceAt("sorry"));
        await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\nAccept: text/html\r\n\r\n");
        Assert.Contains("X-Code: 503\r\nX-Format: text/html\r\nX-Namespace: shop\r\nX-Ingress-Name: api\r\nX-Service-Name: web\r\nX-Service-Port: " + told + "\r\n", await sorry.RequestAsync(), StringComparison.Ordinal);
        Assert.StartsWith("shop/api: a.com / (Prefix) → Service shop/web:http has no ready endpoint → default-backend shop/sorry:http", (await running.Seam.Journal.RequestAsync()).Decision!.Tell().Single().Decision, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /{0} HTTP/1.1\r\nHost: a.com\r\n\r\n", "414 Request-URI Too Large", "ingress.414.malformed")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.com\r\nCookie: {0}\r\n\r\n", "400 Bad Request", "ingress.400.header-too-large")]
    public async Task Lines_of_more_than_8_kB_are_turned_away(string request, string status, string outcome)
    {
        await using var running = await OneAsync("/", "ssl-redirect: \"false\"");
        var answer = await running.AskAsync(request.Replace("{0}", new string('x', 8192), StringComparison.Ordinal));
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer, StringComparison.Ordinal);
        if (outcome.Contains("header", StringComparison.Ordinal)) Assert.Contains("<center>Request Header Or Cookie Too Large</center>", answer, StringComparison.Ordinal);
        Assert.Equal(outcome, (await running.Seam.Journal.RequestAsync()).Outcome);
    }

    private static Task<Running> OneAsync(string path, string annotations, bool validates = true) => Running.StartAsync(
        (validates ? "" : Unvalidated) + Service("web") + Routes("api", $"rules: [{Rule("a.com", Path(path, "ImplementationSpecific", "web"))}]", Annotated(annotations)), standard: validates);
}
