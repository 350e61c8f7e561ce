using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>The error statuses that an ALB makes, as the client sees them and as the record tells them (ALB user guide, Troubleshoot).</summary>
public sealed class ErrorTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a.example.com\r\n\r\n";

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400, "Bad Request", "missing-host")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "Bad Request", "desync")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nNoColon\r\n\r\n", 400, "Bad Request", "invalid-header-name")]
    [InlineData("\u0016\u0003\u0001", 400, "Bad Request", "invalid-method")] // TLS to a plain listener
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: LONG\r\n\r\n", 400, "Bad Request", "header-too-large")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nMANY\r\n", 400, "Bad Request", "head-too-large")]
    [InlineData("GET /LONG HTTP/1.1\r\nHost: a\r\n\r\n", 414, "Request-URI Too Large", "target-too-long")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "Not Implemented", "unsupported-transfer-coding")]
    [InlineData("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "HTTP Version Not Supported", "unsupported-version")]
    public async Task What_never_became_a_request(string request, int status, string reason, string code)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80));
        var answer = await rig.AskAsync(request.Replace("LONG", new string('a', 17_000), StringComparison.Ordinal)
            .Replace("MANY", string.Concat(Enumerable.Range(1, 5).Select(n => $"X-{n}: {new string('a', 15_000)}\r\n")), StringComparison.Ordinal));
        AssertPage(answer, status, reason);
        AssertRecord(await rig.Journal.RequestAsync(), status, $"load-balancer.{status}.{code}", answeredHere: true);
    }

    [Fact]
    public async Task TRACE_is_405()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, Fixed(200)));
        using var client = await rig.ConnectAsync();
        await client.SendAsync("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n");
        AssertPage(await client.ReadMessageAsync(), 405, "Not Allowed");
        AssertRecord(await rig.Journal.RequestAsync(), 405, "load-balancer.405.trace", answeredHere: true);
        // The connection is none the worse for it.
        await client.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30, 200)]
    [InlineData(31, 463)]
    public async Task Over_thirty_forwarded_addresses_is_463_and_explain_knows_it(int addresses, int status)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, Fixed(200)));
        var forwarded = string.Join(", ", Enumerable.Repeat("198.51.100.1", addresses - 1));
        var answer = await rig.AskAsync($"GET / HTTP/1.1\r\nHost: a.example.com\r\nX-Forwarded-For: {forwarded}\r\nx-forwarded-for: 198.51.100.2\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        if (status == 463) AssertRecord(await rig.Journal.RequestAsync(), status, "load-balancer.463.forwarded-addresses", answeredHere: true);
        var step = Explain(rig, $"GET http://a.example.com/ | X-Forwarded-For: {forwarded} | X-Forwarded-For: 198.51.100.2");
        Assert.Equal(status, step.Status);
        Assert.Equal(status == 463 ? "load-balancer.463.forwarded-addresses" : null, step.Decisions.Single().Tell().Single().Outcome);
    }

    [Fact]
    public async Task Explain_knows_that_TRACE_is_405()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, Fixed(200)));
        var step = Explain(rig, "TRACE http://a.example.com/");
        var told = step.Decisions.Single().Tell().Single();
        Assert.Equal((405, null, false, "load-balancer.405.trace"), (step.Status, step.Next, told.Ok, told.Outcome));
    }

    [Fact]
    public async Task Explain_knows_that_a_request_without_a_host_is_400()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80, Fixed(200)));
        Assert.StartsWith("HTTP/1.1 400", await rig.AskAsync("GET / HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        var answered = await rig.Journal.RequestAsync();
        var step = Explain(rig, Ask.For("GET http://a.example.com/") with { Host = "" });
        var told = step.Decisions.Single().Tell().Single();
        Assert.Equal((answered.Status, answered.Outcome, answered.Problem), (step.Status!.Value, told.Outcome, told.Decision));
    }

    [Fact]
    public async Task A_target_that_fails_while_none_is_healthy_tells_what_its_check_found()
    {
        await using var rig = new Rig();
        await using var target = new Backend((peer, _, _) => Task.CompletedTask, rig.Node(1));
        target.Health = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], check: HealthTests.Quick).Listener(80, Forward("web")));
        await rig.UntilAsync("i-0a1:30080", "unhealthy");
        AssertPage(await rig.AskAsync(Get), 502, "Bad Gateway");
        var record = await rig.Journal.RequestAsync();
        AssertRecord(record, 502, "load-balancer.502.closed-before-response", answeredHere: true);
        Assert.EndsWith(
            "Besides, in target group web no target is healthy, so requests go to all of them (fail open); this one is unhealthy: "
            + "Health checks failed with these codes: [500]; 200 is wanted of GET /health", record.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_early_answer_while_the_body_is_still_sent_reaches_the_client()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        await using var target = Wire.TcpListenerLoop.Start(rig.Node(1), async (socket, _, _) =>
        {
            using var peer = new RawPeer(socket);
            if ((await peer.ReadUntilAsync("\r\n\r\n")).Contains("ELB-HealthChecker", StringComparison.Ordinal)) return;
            await peer.SendAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
            await peer.ReadErrorAsync();
        });
        using var client = await rig.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a.example.com\r\nContent-Length: 1000000\r\n\r\nabc");
        Assert.EndsWith("big", await client.ReadMessageAsync(), StringComparison.Ordinal);
        var record = await rig.Journal.RequestAsync();
        Assert.Equal((413, null, "closed: the response came before the request was sent"), (record.Status, record.Outcome, record.UpstreamFate));
    }

    [Theory]
    [InlineData(Wire.ForwardOutcome.ConnectTimedOut, Wire.ConnectFailure.TimedOut, 504, "connect-timeout", "did not accept the connection within 10 s")]
    [InlineData(Wire.ForwardOutcome.ConnectFailed, Wire.ConnectFailure.Unreachable, 502, "connection-failed", "there is no way to its address")]
    [InlineData(Wire.ForwardOutcome.TlsHandshakeFailed, Wire.ConnectFailure.TlsTimedOut, 502, "tls-handshake", "no TLS handshake within 10 s")]
    public void A_node_that_is_gone(Wire.ForwardOutcome outcome, Wire.ConnectFailure failure, int status, string code, string problem)
    {
        var desk = new Desk(new Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        var decision = desk.Decide(Ask.For("GET http://a/"));
        var told = TargetFailure.Of(new Wire.ForwardResult { Outcome = outcome, ConnectFailure = failure, Detail = "no TLS handshake within 10 s" }, decision.Target!, decision, hasBody: false)!;
        Assert.Equal((status, $"load-balancer.{status}.{code}"), (told.Status, told.Outcome));
        Assert.Contains(problem, told.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_that_never_ends_is_408_after_the_idle_timeout()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge(("idle_timeout.timeout_seconds", "1")).Listener(80));
        AssertPage(await rig.AskAsync("GET / HTTP/1.1\r\nHost:"), 408, "Request Time-out");
        AssertRecord(await rig.Journal.RequestAsync(), 408, "load-balancer.408.idle-timeout", answeredHere: true);
    }

    [Fact]
    public async Task A_body_that_never_ends_is_408()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge(("idle_timeout.timeout_seconds", "1")).Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        await using var target = Backend.Saying("never", rig.Node(1));
        AssertPage(await rig.AskAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"), 408, "Request Time-out");
        AssertRecord(await rig.Journal.RequestAsync(), 408, "load-balancer.408.client-timeout", answeredHere: true);
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nabc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")]
    public async Task A_client_that_leaves_inside_its_body_is_recorded_as_400(string body)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        await using var target = Backend.Saying("ok", rig.Node(1));
        using (var client = await rig.ConnectAsync())
        {
            // By then there is a connection to the target, so that nothing is left to wait for but the body.
            await client.SendAsync(Get);
            await client.ReadMessageAsync();
            await Limit.UntilAsync(() => rig.Report("i-0a1:30080").Outstanding == 0);
            await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\n{body}");
            await Limit.UntilAsync(() => rig.Report("i-0a1:30080").Outstanding == 1);
        }

        var record = await rig.Journal.RequestAsync(2);
        AssertRecord(record, 0, "load-balancer.400.client-closed-mid-body", answeredHere: false);
        Assert.Contains("before it had sent its whole body", record.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_shorter_than_its_Content_Length_is_504_in_the_journey()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge(("idle_timeout.timeout_seconds", "1")).Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        await using var target = new Backend(
            async (peer, _, _) =>
            {
                await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                await peer.ReadErrorAsync();
            },
            rig.Node(1));
        var (client, _) = await rig.OpenHeadAsync(Get);
        using var open = client;
        var record = await rig.Journal.RequestAsync();
        Assert.Equal((200, 200, "load-balancer.504.idle-timeout", "cut"), (record.Status, record.UpstreamStatus, record.Outcome, record.DownstreamFate));
        Assert.Contains("Is its Content-Length larger than its body", record.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7_900, true)]
    [InlineData(8_300, false)]
    public async Task An_HTTP2_header_over_8_KB_ends_the_connection(int length, bool answered)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(200), "HTTPS"));
        using var client = rig.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://a.example.com/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        // Eight bits each by RFC 7541's Huffman code, or as they are.
        request.Headers.Add("X-Long", new string('X', length));
        var asking = client.SendAsync(request, TestContext.Current.CancellationToken);
        if (answered)
        {
            using var response = await asking;
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return;
        }

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => asking);
        // The GOAWAY's, and no reset's: the connection lingers until the client has read it.
        Assert.IsType<HttpProtocolException>(refused.InnerException);
        Assert.Empty(rig.Journal.Requests);
    }

    [Fact]
    public async Task A_malformed_body_is_400()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        await using var target = Backend.Saying("never", rig.Node(1));
        AssertPage(await rig.AskAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n"), 400, "Bad Request");
        AssertRecord(await rig.Journal.RequestAsync(), 400, "load-balancer.400.malformed-body", answeredHere: true);
    }

    [Fact]
    public async Task A_client_that_leaves_inside_its_head_is_recorded_and_gets_nothing()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(80));
        using (var client = await rig.ConnectAsync())
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost:");
            client.EndSending();
            Assert.Equal("", await client.ReadToEndAsync());
        }

        AssertRecord(await rig.Journal.RequestAsync(), 0, "load-balancer.400.connection-closed", answeredHere: false);
    }

    [Fact]
    public async Task Without_registered_targets_it_is_503()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", []).Listener(80, Forward("web")));
        AssertPage(await rig.AskAsync(Get), 503, "Service Temporarily Unavailable");
        var record = await rig.Journal.RequestAsync();
        AssertRecord(record, 503, "load-balancer.503.no-registered-target", answeredHere: true);
        Assert.Contains("target group web has no registered targets", record.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_refuses_is_502()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        AssertPage(await rig.AskAsync(Get), 502, "Bad Gateway");
        var record = await rig.Journal.RequestAsync();
        AssertRecord(record, 502, "load-balancer.502.connection-refused", answeredHere: true);
        Assert.StartsWith("target i-0a1 10.0.1.10:30080 refused the connection", record.Problem, StringComparison.Ordinal);
        Assert.Equal((null, true), (record.Upstream, record.ConnectStartedAt > 0));
    }

    [Theory]
    [InlineData("close", 502, "closed-before-response", "closed the connection before it answered")]
    [InlineData("reset", 502, "reset", "reset the connection")]
    [InlineData("nonsense\r\n\r\n", 502, "malformed-response", "no valid HTTP response")]
    [InlineData("HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n", 502, "malformed-response", "no valid HTTP response")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Len", 502, "malformed-response", "no valid HTTP response")]
    [InlineData("HTTP/1.1 200 OK\r\nX: LONG\r\nY: LONG\r\nZ: LONG\r\nContent-Length: 0\r\n\r\n", 502, "response-headers-too-large", "over 32 kB")]
    [InlineData("silent", 504, "idle-timeout", "did not answer within the idle timeout (1 s)")]
    public async Task A_target_that_fails_before_its_response(string what, int status, string code, string problem)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge(("idle_timeout.timeout_seconds", what == "silent" ? "1" : "60")).Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        await using var target = new Backend(
            async (peer, _, _) =>
            {
                if (what == "reset") peer.Reset();
                else if (what == "silent") await peer.ReadToEndAsync();
                else if (what != "close") await peer.SendAsync(what.Replace("LONG", new string('a', 16_300), StringComparison.Ordinal));
            },
            rig.Node(1));
        AssertPage(await rig.AskAsync(Get), status, status == 502 ? "Bad Gateway" : "Gateway Time-out");
        var record = await rig.Journal.RequestAsync();
        AssertRecord(record, status, $"load-balancer.{status}.{code}", answeredHere: true);
        Assert.Contains(problem, record.Problem, StringComparison.Ordinal);
        Assert.Equal(("closed: the exchange failed", 0), (record.UpstreamFate, record.UpstreamStatus));
    }

    [Fact]
    public async Task A_kept_connection_that_the_target_closes_as_it_is_used_is_502_and_named()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        Backend target = null!;
        await using var disposed = target = new Backend(
            async (peer, _, _) =>
            {
                await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                await target.NextAsync(peer);
            },
            rig.Node(1));
        Assert.EndsWith("ok", await rig.AskAsync(Get), StringComparison.Ordinal);
        await rig.Journal.RequestAsync(); // the connection is kept by now
        AssertPage(await rig.AskAsync(Get), 502, "Bad Gateway");

        var record = await rig.Journal.RequestAsync(2);
        AssertRecord(record, 502, "load-balancer.502.keep-alive-race", answeredHere: true);
        Assert.Equal((2, 1), (record.RequestOnUpstream, target.Connections));
        Assert.Contains("longer than the load balancer's idle timeout (60 s)", record.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("close", "closed-mid-body")]
    [InlineData("reset", "reset")]
    public async Task A_response_that_breaks_off_cuts_the_client(string how, string code)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        using var client = await rig.ConnectAsync();
        await using var target = new Backend(
            async (peer, _, _) =>
            {
                await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                await client.ReadUntilAsync("abc");
                if (how == "reset") peer.Reset();
            },
            rig.Node(1));
        await client.SendAsync(Get);
        var record = await rig.Journal.RequestAsync();
        Assert.Equal((200, 200, $"load-balancer.502.{code}", false, "cut"), (record.Status, record.UpstreamStatus, record.Outcome, record.AnsweredHere, record.DownstreamFate));
    }

    [Fact]
    public async Task A_client_that_leaves_before_the_answer_is_recorded_as_460()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web")));
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = new Backend(
            async (peer, _, _) =>
            {
                await peer.ReadErrorAsync();
                gone.SetResult();
            },
            rig.Node(1));
        using (var client = await rig.ConnectAsync())
        {
            await client.SendAsync(Get);
            await target.RequestAsync();
        }

        var record = await rig.Journal.RequestAsync();
        AssertRecord(record, 0, "load-balancer.460.client-closed", answeredHere: false);
        // The target is let go of too, and counts as idle again.
        await gone.Task.WaitAsync(Limit.Wait, TestContext.Current.CancellationToken);
        await Limit.UntilAsync(() => rig.Report("i-0a1:30080").Outstanding == 0);
    }

    [Theory]
    [InlineData("HTTP")]
    [InlineData("HTTPS")]
    public async Task A_client_that_takes_no_more_of_an_answer_is_cut_at_the_idle_timeout_and_told_as_that(string protocol)
    {
        await using var rig = await Rig.RunAsync(r => r.Edge(("idle_timeout.timeout_seconds", "1")).Group("web", ["i-0a1"]).Listener(protocol == "HTTP" ? 80 : 443, Forward("web"), protocol));
        await using var target = new Backend(
            async (peer, _, _) =>
            {
                await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n");
                while (true) await peer.Socket.SendAsync(new byte[1 << 20]);
            },
            rig.Node(1));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8192 };
        await socket.ConnectAsync(protocol == "HTTP" ? rig.Http : rig.Https, TestContext.Current.CancellationToken);
        Stream stream = new NetworkStream(socket);
        if (protocol == "HTTPS")
        {
            var tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "a.example.com", RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null }, TestContext.Current.CancellationToken);
            stream = tls;
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(Get), TestContext.Current.CancellationToken);
        var record = await rig.Journal.RequestAsync();
        Assert.Equal((200, "load-balancer.408.client-timeout", "cut"), (record.Status, record.Outcome, record.DownstreamFate));
        Assert.Contains("idle timeout (1 s)", record.Problem, StringComparison.Ordinal);
        await stream.DisposeAsync();
    }

    [Fact]
    public async Task An_idle_connection_is_closed_without_a_word_and_leaves_no_record()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge(("idle_timeout.timeout_seconds", "1")).Listener(80, Fixed(200)));
        var (client, _) = await rig.OpenAsync(Get);
        using var closed = client;
        Assert.True(await client.IsClosedAsync());
        Assert.Single(rig.Journal.Requests);
    }

    [Fact]
    public async Task Over_HTTP2_the_same_pages_are_given()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(443, Forward("web"), "HTTPS"));
        var (code, output) = await Run.ProgramAsync("curl", "-sk", "--http2", "-w", "%{http_version} %{http_code} %header{server}",
            "--resolve", $"a.example.com:8443:{rig.Address}", "https://a.example.com:8443/");
        Assert.Equal(0, code);
        Assert.EndsWith("</html>\r\n2 502 awselb/2.0", output, StringComparison.Ordinal);
        Assert.Equal("load-balancer.502.connection-refused", (await rig.Journal.RequestAsync()).Outcome);
    }

    private static StepTaken Explain(Rig rig, string request) => Explain(rig, Ask.For(request));

    private static StepTaken Explain(Rig rig, RequestFacts facts) =>
        new LoadBalancerStep(new TargetTable()).Take(rig.Seam.Generations.Current, new() { Request = facts, Address = rig.Http })!;

    private static void AssertPage(string answer, int status, string reason)
    {
        Assert.StartsWith($"HTTP/1.1 {status} {reason}\r\nDate: ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nServer: awselb/2.0\r\nContent-Type: text/html\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith($"\r\n\r\n<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1></center>\r\n</body>\r\n</html>\r\n", answer, StringComparison.Ordinal);
    }

    private static void AssertRecord(RequestRecord record, int status, string outcome, bool answeredHere)
    {
        Assert.Equal((status, outcome, answeredHere), (record.Status, record.Outcome, record.AnsweredHere));
        Assert.NotNull(record.Problem);
        Assert.NotNull(record.JourneyId);
    }
}
