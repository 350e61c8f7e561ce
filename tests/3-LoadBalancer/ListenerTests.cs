using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Usher.Model.Aws;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Listeners on real sockets: what goes through, and what the load balancer answers itself.</summary>
public sealed class ListenerTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a.example.com\r\nConnection: close\r\n\r\n";

    [Fact]
    public async Task The_target_sees_the_request_with_the_forwarded_headers_and_the_load_balancers_address()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        IPEndPoint? from = null;
        await using var target = new Backend(
            async (peer, _, _) =>
            {
                from = (IPEndPoint)peer.Socket.RemoteEndPoint!;
                await peer.SendAsync("HTTP/1.1 201 Created\r\nX-From: target\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            },
            rig.Node(1));
        using var client = await rig.ConnectAsync();
        await client.SendAsync("POST /a/../b%41?x=1&y HTTP/1.1\r\nHost: Api.Example.com:8080\r\nX-Forwarded-For: 198.51.100.1\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nContent-Length: 3\r\n\r\nabc");
        var answer = await client.ReadToEndAsync();

        var seen = await target.RequestAsync();
        var trace = Regex.Match(seen, "X-Amzn-Trace-Id: Root=(1-[0-9a-f]{8}-[0-9a-f]{24})\r\n").Groups[1].Value;
        Assert.Equal(
            "POST /a/../b%41?x=1&y HTTP/1.1\r\nHost: api.example.com\r\nX-Forwarded-For: 198.51.100.1, 127.0.0.1\r\nContent-Length: 3\r\n"
            + $"X-Forwarded-Proto: http\r\nX-Forwarded-Port: 80\r\nX-Amzn-Trace-Id: Root={trace}\r\n\r\nabc", seen);
        Assert.Equal("HTTP/1.1 201 Created\r\nX-From: target\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", answer);

        var record = await rig.Journal.RequestAsync();
        Assert.Equal(new ConnectionId(from!, rig.Node(1)), record.Upstream);
        Assert.Equal(rig.Address, from!.Address);
        Assert.Equal((trace, trace[2..].Replace("-", "", StringComparison.Ordinal), 201, 201, null),
            (record.JourneyId, record.TraceId, record.Status, record.UpstreamStatus, record.Outcome));
        Assert.Equal("http://Api.Example.com:8080/a/../b%41?x=1&y", record.Url);
        Assert.Equal(["X-Amzn-Trace-Id", "X-Forwarded-Port", "X-Forwarded-Proto"], record.RequestChanges.Added.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["Host", "X-Forwarded-For"], record.RequestChanges.Rewritten.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("api.example.com", record.RequestChanges.Rewritten["Host"]);
        Assert.Equal("i-0a1:30080", Assert.IsType<LoadBalancerDecision>(record.Decision).Target!.Label);
    }

    [Fact]
    public async Task The_trace_id_follows_a_traceparent_but_the_journeys_id_is_the_load_balancers()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80));
        await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678\r\n\r\n");
        var record = await rig.Journal.RequestAsync();
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", record.TraceId);
        Assert.Matches("^1-[0-9a-f]{8}-[0-9a-f]{24}$", record.JourneyId);
        Assert.NotEqual("1-67891233-abcdef012345678912345678", record.JourneyId);
    }

    [Fact]
    public async Task HTTP2_over_TLS_with_curl()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(443, Forward("web"), "HTTPS"));
        await using var target = Backend.Saying("from the target", rig.Node(1));
        var (code, output) = await Run.ProgramAsync("curl", "-skv", "--http2", "--resolve", $"api.example.com:8443:{rig.Address}",
            "-H", "X-Custom: 1", "-b", "a=1; b=2", "--path-as-is", "https://api.example.com:8443/v1/./x?y=1");

        Assert.Equal(0, code);
        Assert.Contains("< HTTP/2 200", output, StringComparison.Ordinal);
        Assert.Contains("from the target", output, StringComparison.Ordinal);
        var seen = await target.RequestAsync();
        Assert.StartsWith("GET /v1/./x?y=1 HTTP/1.1\r\n", seen, StringComparison.Ordinal);
        foreach (var line in (string[])["host: api.example.com", "x-custom: 1", "cookie: a=1; b=2", "X-Forwarded-For: 127.0.0.1",
            "X-Forwarded-Proto: https", "X-Forwarded-Port: 443"])
            Assert.Contains($"\r\n{line}\r\n", seen, StringComparison.OrdinalIgnoreCase);

        var record = await rig.Journal.RequestAsync();
        var handshake = await rig.Journal.HandshakeAsync();
        Assert.Equal(("HTTP/2.0", "https", "https://api.example.com:8443/v1/./x?y=1", 200), (record.Protocol, record.Scheme, record.Url, record.Status));
        Assert.Equal(("TLSv1.3", "h2", null), (handshake.Version, handshake.Alpn, handshake.Failure));
        Assert.StartsWith("TLS_AES_", handshake.Cipher, StringComparison.Ordinal);
        Assert.Equal(handshake.Connection, record.Downstream);
        Assert.Equal(new Told("api.example.com"), handshake.Decision);
        Assert.Equal((ListenerArn(443), "api.example.com"), rig.Certificates.Asked);
        Assert.True(handshake.AcceptedAt <= handshake.DoneAt && handshake.DoneAt <= record.StartedAt);
    }

    [Theory]
    [InlineData(1, "HTTP/1.1")]
    [InlineData(2, "HTTP/2.0")]
    public async Task HTTPS_with_both_versions_and_a_body_each_way(int version, string protocol)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(443, Forward("web"), "HTTPS"));
        var body = new string('x', 300_000);
        await using var target = Backend.Answering($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}", rig.Node(1));
        using var client = rig.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://api.example.com/up")
        {
            Version = new Version(version, version == 1 ? 1 : 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new StringContent(body),
        };
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(body, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.EndsWith(body, await target.RequestAsync(), StringComparison.Ordinal);
        var record = await rig.Journal.RequestAsync();
        Assert.Equal(protocol, record.Protocol);
        Assert.InRange(record.RequestBytes, body.Length, body.Length + 1_000);
        Assert.InRange(record.ResponseBytes, body.Length, body.Length + 1_000);
    }

    [Fact]
    public async Task Plain_HTTP_at_an_HTTPS_listener_is_400_in_an_albs_words_and_explain_knows_it()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(200), "HTTPS"));
        var (code, output) = await Run.ProgramAsync("curl", "-s", "-i", "--resolve", $"a.example.com:8443:{rig.Address}", "http://a.example.com:8443/");
        Assert.Equal(0, code);
        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", output, StringComparison.Ordinal);
        Assert.Contains("\r\nServer: awselb/2.0\r\n", output, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", output, StringComparison.Ordinal);
        Assert.EndsWith(
            "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n"
            + "<center>The plain HTTP request was sent to HTTPS port</center>\r\n</body>\r\n</html>\r\n", output, StringComparison.Ordinal);
        var record = await rig.Journal.RequestAsync();
        Assert.Equal((400, "load-balancer.400.plain-http", "http", "http://a.example.com:8443/"), (record.Status, record.Outcome, record.Scheme, record.Url));
        Assert.Empty(rig.Journal.Handshakes);

        // TLS is served as ever, and so is a request that comes in pieces.
        using var client = rig.Client();
        Assert.Equal(200, (int)(await client.GetAsync("https://a.example.com/", TestContext.Current.CancellationToken)).StatusCode);
        using var slow = await RawPeer.ConnectAsync(rig.Https);
        await slow.SendAsync("GE");
        await slow.SendAsync("T / HTTP/1.1\r\nHost: a.example.com\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", await slow.ReadToEndAsync(), StringComparison.Ordinal);

        var step = new LoadBalancerStep(new TargetTable()).Take(rig.Seam.Generations.Current, new() { Request = Ask.For("GET http://a.example.com/"), Address = rig.Https })!;
        Assert.Equal((400, "load-balancer.400.plain-http"), (step.Status, step.Decisions.Single().Tell().Single().Outcome));
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task The_target_is_told_of_the_handshake_when_the_attribute_says_so(string version)
    {
        await using var rig = await Rig.RunAsync(
            r => r.Edge(("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "true")).Group("web", ["i-0a1"]).Listener(443, Forward("web"), "HTTPS"));
        await using var target = Backend.Saying("ok", rig.Node(1));
        var (code, output) = await Run.ProgramAsync("curl", "-sk", version, "--tls-max", "1.2", "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256",
            "--resolve", $"a.example.com:8443:{rig.Address}", "https://a.example.com:8443/");
        Assert.Equal((0, "ok"), (code, output));
        var seen = await target.RequestAsync();
        Assert.Contains("\r\nX-Amzn-Tls-Version: TLSv1.2\r\nX-Amzn-Tls-Cipher-Suite: ECDHE-ECDSA-AES128-GCM-SHA256\r\n", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_HTTP2_the_load_balancer_offers_HTTP1_alone()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge(("routing.http2.enabled", "false")).Listener(443, Fixed(200), "HTTPS"));
        var (_, output) = await Run.ProgramAsync("curl", "-skv", "--http2", "--resolve", $"a.example.com:8443:{rig.Address}", "https://a.example.com:8443/");
        Assert.Contains("< HTTP/1.1 200 OK", output, StringComparison.Ordinal);
        Assert.Equal("http/1.1", (await rig.Journal.HandshakeAsync()).Alpn);
    }

    [Theory]
    [InlineData("http/1.0")]
    [InlineData("acme-tls/1,spdy/3")]
    public async Task A_client_that_offers_only_unknown_protocols_speaks_HTTP1(string offered)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(200), "HTTPS"));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(rig.Https, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "a.example.com", ApplicationProtocols = [.. offered.Split(',').Select(p => new SslApplicationProtocol(p))], RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            },
            TestContext.Current.CancellationToken);
        await tls.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(tls);
        Assert.StartsWith("HTTP/1.1 200 OK", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var handshake = await rig.Journal.HandshakeAsync();
        Assert.Equal((null, null), (handshake.Alpn, handshake.Failure));
    }

    [Fact]
    public async Task A_handshake_that_fails_is_recorded_with_its_decision()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(200), "HTTPS", "ELBSecurityPolicy-TLS13-1-3-2021-06"));
        var (code, output) = await Run.ProgramAsync("openssl", "s_client", "-connect", rig.Https.ToString(), "-servername", "a.example.com", "-tls1_2");
        Assert.NotEqual(0, code);
        Assert.Contains("alert", output, StringComparison.Ordinal);
        var handshake = await rig.Journal.HandshakeAsync();
        Assert.Equal((0L, null, new Told("a.example.com")), (handshake.DoneAt, handshake.Version, handshake.Decision));
        Assert.Contains("TLS version", handshake.Failure, StringComparison.Ordinal);
        Assert.Empty(rig.Journal.Requests);

        var (allowed, _) = await Run.ProgramAsync("openssl", "s_client", "-connect", rig.Https.ToString(), "-servername", "a.example.com", "-tls1_3");
        Assert.Equal(0, allowed);
        Assert.Equal("TLSv1.3", (await rig.Journal.HandshakeAsync(2)).Version);
    }

    [Fact]
    public async Task A_redirect_names_the_port_and_maps_it_for_who_came_to_a_mapped_one()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, To(new RedirectAction("HTTP_301", "HTTPS", Port: "443"))).Listener(443, Fixed(204), "HTTPS"));
        var (_, output) = await Run.ProgramAsync("curl", "-skL", "-o", "/dev/null", "-w", "%{http_code} %{num_redirects} %{url_effective}",
            "--resolve", $"a.example.com:8080:{rig.Address}", "--resolve", $"a.example.com:8443:{rig.Address}", "http://a.example.com:8080/x?y=z");
        Assert.Equal("204 1 https://a.example.com:8443/x?y=z", output);
        var mapped = await rig.Journal.RequestAsync();
        Assert.Equal((301, true, null, "port 443 is bound at 8443 here, so the Location names that"), (mapped.Status, mapped.AnsweredHere, mapped.Outcome, mapped.Note));

        var answer = await rig.AskAsync("GET /x HTTP/1.1\r\nHost: a.example.com\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 301 Moved Permanently\r\nDate: [^\r]+ GMT\r\nServer: awselb/2.0\r\nContent-Type: text/html\r\nLocation: https://a.example.com:443/x\r\n"
            + "Content-Length: [0-9]+\r\nConnection: close\r\n\r\n<html>\r\n<head><title>301 Moved Permanently</title></head>", answer);
    }

    [Fact]
    public async Task A_fixed_response_is_given_as_written()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, Fixed(404)).Rule(80, 1, Fixed(200, "application/json", "{\"ü\":1}"), If("path-pattern", "/json")));
        var answer = await rig.AskAsync("GET /json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 200 OK\r\nDate: [^\r]+\r\nServer: awselb/2.0\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 8\r\nConnection: close\r\n\r\n", answer);
        Assert.EndsWith("{\"\u00c3\u00bc\":1}", answer, StringComparison.Ordinal); // UTF-8, read as bytes
        Assert.Null((await rig.Journal.RequestAsync()).Outcome);

        var empty = await rig.AskAsync(Get);
        Assert.StartsWith("HTTP/1.1 404 Not Found\r\n", empty, StringComparison.Ordinal);
        Assert.EndsWith("Content-Length: 0\r\nConnection: close\r\n\r\n", empty, StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Type", empty, StringComparison.Ordinal);
        Assert.Equal("load-balancer.404.fixed-response", (await rig.Journal.RequestAsync(2)).Outcome);
    }

    [Fact]
    public async Task Round_robin_alternates_and_requests_of_one_connection_go_to_both_nodes()
    {
        await using var rig = new Rig();
        await using var first = Backend.Saying("1", rig.Node(1));
        await using var second = Backend.Saying("2", rig.Node(2));
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1", "i-0a2"]).Listener(80, Forward("web")));
        await rig.UntilAsync("i-0a1:30080", "healthy");
        await rig.UntilAsync("i-0a2:30080", "healthy");
        using var client = await rig.ConnectAsync();
        var answers = "";
        for (var i = 0; i < 6; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            answers += (await client.ReadMessageAsync())[^1];
        }

        Assert.Equal("121212", answers);
        // Each node has one connection, kept.
        Assert.Equal((1, 1), (first.Connections, second.Connections));
        await rig.Journal.RequestAsync(6);
        Assert.Equal([1, 1, 2, 2, 3, 3], rig.Journal.Requests.Select(r => r.RequestOnUpstream));
    }

    [Fact]
    public async Task Least_outstanding_requests_spares_a_node_that_is_busy()
    {
        await using var rig = new Rig();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = new Backend(
            async (peer, _, _) =>
            {
                await release.Task;
                await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n1");
            },
            rig.Node(1));
        await using var quick = Backend.Saying("2", rig.Node(2));
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1", "i-0a2"], "least_outstanding_requests").Listener(80, Forward("web")));
        await rig.UntilAsync("i-0a1:30080", "healthy");
        await rig.UntilAsync("i-0a2:30080", "healthy");

        // While both are idle the draw decides, so the slow one gets a request soon.
        var held = new List<Task<string>>();
        for (var i = 0; i < 200 && slow.Connections == 0; i++)
        {
            await Limit.UntilAsync(() => rig.Report("i-0a2:30080").Outstanding == 0);
            held.Add(rig.AskAsync(Get));
            await Limit.UntilAsync(() => held[^1].IsCompleted || slow.Connections > 0);
        }

        Assert.Equal(1, slow.Connections);
        Assert.Equal(1, rig.Report("i-0a1:30080").Outstanding);
        for (var i = 0; i < 30; i++)
        {
            // An answer counts as outstanding until the load balancer has settled it, which the client doesn't see.
            await Limit.UntilAsync(() => rig.Report("i-0a2:30080").Outstanding == 0);
            Assert.EndsWith("2", await rig.AskAsync(Get), StringComparison.Ordinal);
        }

        Assert.Equal(1, slow.Connections);

        release.SetResult();
        Assert.EndsWith("1", await held[^1], StringComparison.Ordinal);
        await Limit.UntilAsync(() => rig.Report("i-0a1:30080").Outstanding == 0);
        for (var i = 0; i < 200 && slow.Connections == 1; i++) await rig.AskAsync(Get);
        Assert.Equal(2, slow.Connections);
    }

    [Fact]
    public async Task While_no_target_is_healthy_requests_go_to_all_of_them()
    {
        await using var rig = new Rig();
        await using var first = Backend.Saying("1", rig.Node(1));
        await using var second = Backend.Saying("2", rig.Node(2));
        first.Health = second.Health = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1", "i-0a2"], check: HealthTests.Quick).Listener(80, Forward("web")));
        await rig.UntilAsync("i-0a1:30080", "unhealthy");
        await rig.UntilAsync("i-0a2:30080", "unhealthy");
        Assert.EndsWith("1", await rig.AskAsync(Get), StringComparison.Ordinal);
        Assert.EndsWith("2", await rig.AskAsync(Get), StringComparison.Ordinal);
    }
}
