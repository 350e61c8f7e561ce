using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>What annotations do to requests and responses on their way through: others' error pages, headers, copies, pace.</summary>
public sealed class PassingTests
{
    private const string NotFound = "HTTP/1.1 404 Not Found\r\nX-From: web\r\nContent-Length: 4\r\n\r\nlost";
    private const string Sorry = "HTTP/1.1 404 Not Found\r\nX-From: sorry\r\nServer: x\r\nContent-Length: 5\r\n\r\nsorry";

    [Fact]
    public async Task An_error_of_a_backend_gets_the_page_of_the_default_backend()
    {
        await using var running = await StartAsync("custom-http-errors: '404,503'", "default-backend: sorry");
        await using var web = Backend.Answering(NotFound, running.Cluster.ServiceAt("web"));
        await using var sorry = Backend.Answering(Sorry, running.Cluster.ServiceAt("sorry"));
        Assert.Equal("HTTP/1.1 404 Not Found\r\nX-From: sorry\r\nContent-Length: 5\r\n\r\nsorry", await running.AskAsync("POST /x?y=1 HTTP/1.1\r\nHost: a.com\r\nAccept: text/html\r\nX-Request-ID: r1\r\nContent-Length: 4\r\n\r\nbody"));
        var asked = await sorry.RequestAsync();
        Assert.StartsWith("POST /?y=1 HTTP/1.1\r\nHost: a.com\r\n", asked, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Request-ID: r1\r\n", asked, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Code: 404\r\nX-Format: text/html\r\nX-Original-URI: /x?y=1\r\nX-Namespace: shop\r\nX-Ingress-Name: api\r\nX-Service-Name: web\r\nX-Service-Port: 80\r\n", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Length", asked, StringComparison.Ordinal);
        var told = (await running.Seam.Journal.RequestAsync()).Decision!.Tell().Single();
        Assert.Equal(("404", "backend", "shop/sorry:http"), (told.Facts["errorPage"]!["status"]!.ToString(), told.Facts["errorPage"]!["from"]!.ToString(), told.Facts["errorPage"]!["service"]!.ToString()));
        Assert.Contains(told.Reasons, r => r is { Candidate: "custom-http-errors", Chosen: true, Why: "the backend answered 404, one of 404, 503: Service shop/sorry:http is asked for the page" });
    }

    [Fact]
    public async Task An_error_of_the_controllers_own_gets_it_too()
    {
        await using var running = await StartAsync("custom-http-errors: '403'", "default-backend: sorry", "whitelist-source-range: 10.0.0.0/8");
        await using var sorry = Backend.Answering(Sorry, running.Cluster.ServiceAt("sorry"));
        Assert.EndsWith("\r\n\r\nsorry", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        Assert.Contains("\r\nX-Code: 403\r\n", await sorry.RequestAsync(), StringComparison.Ordinal);
        Assert.Equal("ingress.403.source-range", (await running.Seam.Journal.RequestAsync()).Outcome);
    }

    [Theory]
    [InlineData("", "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nwww-authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n", "WWW-Authenticate: Bearer\r\nWWW-Authenticate: Basic realm=\"x\"")]
    [InlineData("auth-type: basic, nginx.ingress.kubernetes.io/auth-secret: users, nginx.ingress.kubernetes.io/auth-realm: own", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "WWW-Authenticate: Basic realm=\"own\"")]
    public async Task In_the_place_of_a_401_it_asks_for_the_same(string annotation, string answer, string expected)
    {
        string[] annotations = ["custom-http-errors: '401'", "default-backend: sorry", .. annotation.Length == 0 ? Array.Empty<string>() : [annotation]];
        await using var running = await StartAsync(annotations);
        await using var web = Backend.Answering(answer, running.Cluster.ServiceAt("web"));
        await using var sorry = Backend.Answering("HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\nsorry", running.Cluster.ServiceAt("sorry"));
        Assert.Equal($"HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n{expected}\r\n\r\nsorry", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"));
    }

    [Fact]
    public async Task Where_there_is_no_default_backend_nginxs_404_takes_its_place()
    {
        await using var running = await StartAsync("custom-http-errors: '500'");
        await using var web = Backend.Answering("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", running.Cluster.ServiceAt("web"));
        Assert.StartsWith("HTTP/1.1 404 Not Found\r\n", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("custom-http-errors: '503'")]
    [InlineData("custom-http-errors: '404', nginx.ingress.kubernetes.io/disable-proxy-intercept-errors: \"true\"")]
    public async Task Other_errors_and_those_that_arent_intercepted_go_through(string annotations)
    {
        await using var running = await StartAsync(annotations, "default-backend: sorry");
        await using var web = Backend.Answering(NotFound, running.Cluster.ServiceAt("web"));
        Assert.Equal(NotFound, await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"));
    }

    [Fact]
    public async Task The_config_map_has_pages_for_every_ingress_and_headers_that_may_be_set()
    {
        await using var running = await Running.StartAsync(
            Pod("controller", "10.0.1.20", "/nginx-ingress-controller, --configmap=ingress-nginx/controller, --default-backend-service=shop/sorry")
            + "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: nginx }\nspec: { controller: k8s.io/ingress-nginx }\n"
            + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: controller, namespace: ingress-nginx }\ndata: { custom-http-errors: '404', global-allowed-response-headers: 'X-Team,X-Frame-Options' }\n"
            + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: own, namespace: shop }\ndata: { X-Team: 'a$b' }\n"
            + Service("sorry") + Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("custom-headers: shop/own")),
            standard: false);
        await using var sorry = Backend.Answering(Sorry, running.Cluster.ServiceAt("sorry"));
        await using (Backend.Answering(NotFound, running.Cluster.ServiceAt("web"))) Assert.EndsWith("sorry", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Team: a$b\r\n\r\nok", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"));
    }

    [Theory]
    [InlineData("custom-http-errors: '404,200'", "custom-http-errors: found '200'; statuses from 400 to 599 between commas are wanted")]
    [InlineData("custom-headers: shop/none", "custom-headers: found 'shop/none'; there is no ConfigMap of that namespace/name")]
    [InlineData("custom-headers: shop/own", "custom-headers: found 'shop/own'; its key 'X-Team' isn't one of global-allowed-response-headers in the controller's ConfigMap, which has none")]
    [InlineData("proxy-cookie-path: /a", "proxy-cookie-path: found '/a'; off, or what is looked for and what takes its place, with a space between and without patterns, is wanted")]
    [InlineData("mirror-target: web", "mirror-target: found 'web'; a URL of http or https is wanted, with its host written out")]
    [InlineData("mirror-target: http://a.com:65536/", "mirror-target: found 'http://a.com:65536/'; a URL of http or https is wanted, with its host written out")]
    [InlineData("mirror-request-body: maybe", "mirror-request-body: found 'maybe'; on or off is wanted")]
    [InlineData("limit-rate: fast", "limit-rate: found 'fast'; a number from 0 to 2147483647 is wanted")]
    public void A_value_that_is_wrong_is_told(string annotation, string told)
    {
        var cluster = new Cluster(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: own, namespace: shop }\ndata: { X-Team: a }\n" + Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated(annotation)));
        Assert.Equal([$"metadata.annotations.nginx.ingress.kubernetes.io/{told}"], cluster.Told.Select(e => $"{e.Field}: {e.Message}".Split(". The Ingress isn't accepted")[0]));
    }

    [Fact]
    public async Task A_copy_of_the_request_goes_to_the_mirror_and_its_answer_nowhere()
    {
        // Services are 10.96.0.x in the order of their names: sorry, the copy's, is the first.
        await using var running = await StartAsync("mirror-target: http://10.96.0.1$request_uri", "mirror-host: copy.com");
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        await using var copy = Backend.Answering("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 3\r\n\r\nbad", running.Cluster.ServiceAt("sorry"));
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", await running.AskAsync("POST /x?y=1 HTTP/1.1\r\nHost: a.com\r\nX-Mine: 1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"));
        var asked = await copy.RequestAsync();
        Assert.StartsWith("POST /x?y=1 HTTP/1.1\r\nHost: copy.com\r\nX-Mine: 1\r\n", asked, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", asked, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n4\r\nbody\r\n0\r\n\r\n", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Real-IP", asked, StringComparison.Ordinal);
        var decision = (IngressDecision)(await running.Seam.Journal.RequestAsync()).Decision!;
        await Limit.UntilAsync(() => decision.Mirrored!.Status > 0);
        Assert.Equal("answered 500, which was thrown away", decision.Tell().Single().Facts["mirror"]!["told"]!.ToString());
    }

    [Fact]
    public async Task A_copy_that_nobody_takes_changes_nothing()
    {
        await using var running = await StartAsync("mirror-target: http://10.96.0.1/", "mirror-request-body: \"off\"");
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        Assert.EndsWith("ok", await running.AskAsync("POST / HTTP/1.1\r\nHost: a.com\r\nContent-Length: 4\r\n\r\nbody"), StringComparison.Ordinal);
        var decision = (IngressDecision)(await running.Seam.Journal.RequestAsync()).Decision!;
        await Limit.UntilAsync(() => decision.Mirrored!.Failed);
        var told = decision.Tell().Single();
        Assert.True(told.Ok);
        Assert.Contains(told.Reasons, r => r is { Candidate: "mirror-target", Chosen: false } && r.Why.StartsWith("the copy to http://10.96.0.1/ failed (ConnectRefused)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mirror_that_takes_nothing_is_given_up_and_holds_up_nobody()
    {
        await using var running = await StartAsync("mirror-target: http://10.96.0.1/", "proxy-body-size: 32m");
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        // It accepts, and reads nothing.
        using var deaf = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        deaf.Bind(running.Cluster.ServiceAt("sorry"));
        deaf.Listen();
        var size = 16 * 1024 * 1024;
        Assert.EndsWith("ok", await running.AskAsync($"POST / HTTP/1.1\r\nHost: a.com\r\nContent-Length: {size}\r\n\r\n{new string('x', size)}"), StringComparison.Ordinal);
        var decision = (IngressDecision)(await running.Seam.Journal.RequestAsync()).Decision!;
        deaf.Dispose();
        await Limit.UntilAsync(() => decision.Mirrored!.Failed);
        Assert.Equal("was given up: more than 1048576 bytes of the request's body waited for it", decision.Mirrored!.Told);
    }

    private static Task<Running> StartAsync(params string[] annotations) =>
        Running.StartAsync(Service("web") + Service("sorry") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated(annotations)) + Secrets.Yaml("users", "Opaque", ("auth", "ann:{PLAIN}secret")));
}
