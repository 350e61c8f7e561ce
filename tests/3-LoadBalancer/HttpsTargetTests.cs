using System.Security.Authentication;
using Usher.Wire;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>HTTPS target groups on real sockets: what came encrypted is encrypted again.</summary>
public sealed class HttpsTargetTests : IDisposable
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string Get = "GET / HTTP/1.1\r\nHost: a.example.com\r\nConnection: close\r\n\r\n";
    private readonly TestCertificates certificates = new();

    public void Dispose() => certificates.Dispose();

    [Fact]
    public async Task Any_certificate_is_taken_and_what_was_negotiated_is_recorded()
    {
        await using var rig = new Rig();
        var (seen, check) = (new TaskCompletionSource<string>(), "");
        await using var target = new TlsUpstream(
            certificates.Issue("expired.internal", expired: true),
            request =>
            {
                if (request.Contains("ELB-HealthChecker", StringComparison.Ordinal)) check = request;
                else seen.SetResult(request);
                return Ok;
            },
            at: rig.Node(1));
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], protocol: "HTTPS", check: HealthTests.Quick with { Protocol = "HTTPS" }).Listener(443, Forward("web"), "HTTPS"));
        await rig.UntilAsync("i-0a1:30080", "healthy");
        Assert.StartsWith("GET /health HTTP/1.1\r\nHost: 10.0.1.10:30080\r\n", check, StringComparison.Ordinal);

        using var client = rig.Client();
        Assert.Equal("ok", await client.GetStringAsync("https://a.example.com/", TestContext.Current.CancellationToken));
        Assert.Contains("\r\nX-Forwarded-Proto: https\r\n", await seen.Task, StringComparison.Ordinal);
        Assert.Equal("", target.ServerName);
        var record = await rig.Journal.RequestAsync();
        var tls = record.UpstreamTls!;
        Assert.Equal(("TLSv1.3", "CN=expired.internal", "CN=Test CA", false, null), (tls.Version, tls.Subject, tls.Issuer, tls.Verified, tls.ServerName));
        var told = Assert.Single(record.Decision!.Tell());
        Assert.EndsWith("encrypted again", told.Decision, StringComparison.Ordinal);
        Assert.Equal("ELBSecurityPolicy-TLS13-1-0-2021-06", told.Facts["targetTlsPolicy"]?.ToString());
    }

    [Fact]
    public async Task A_target_that_speaks_plain_HTTP_is_502_and_its_checks_say_why()
    {
        await using var rig = new Rig();
        await using var target = TcpListenerLoop.Start(rig.Node(1), async (socket, _, _) =>
        {
            using var peer = new RawPeer(socket);
            await peer.ReadCountAsync(1);
            await peer.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        });
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], protocol: "HTTPS", check: HealthTests.Quick with { Protocol = "HTTPS" }).Listener(80, Forward("web")));
        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", await rig.AskAsync(Get), StringComparison.Ordinal);
        var record = await rig.Journal.RequestAsync();
        Assert.Equal(("load-balancer.502.tls-handshake", true), (record.Outcome, record.AnsweredHere));
        Assert.StartsWith(
            "target i-0a1 10.0.1.10:30080 is in an HTTPS target group, but what answers there doesn't speak TLS. Does it speak TLS on this port? "
            + "If it speaks plain HTTP, let the target group's protocol be HTTP", record.Problem, StringComparison.Ordinal);
        // The connection was there, so the hops behind can be told.
        Assert.Equal(rig.Node(1), record.Upstream!.To);
        Assert.Equal((null, 1), (record.UpstreamTls!.Version, record.RequestOnUpstream));
        await rig.UntilAsync("i-0a1:30080", "unhealthy");
        Assert.Equal("Health checks failed: 10.0.1.10:30080: what answers there doesn't speak TLS", rig.Report("i-0a1:30080").Description);
    }

    [Theory]
    [InlineData("ELBSecurityPolicy-2016-08", 502)]
    [InlineData("ELBSecurityPolicy-TLS13-1-2-2021-06", 200)]
    public async Task The_policy_towards_targets_follows_the_listeners(string policy, int status)
    {
        await using var rig = new Rig();
        await using var target = new TlsUpstream(certificates.Issue("web.internal"), _ => Ok, o => o.EnabledSslProtocols = SslProtocols.Tls13, rig.Node(1));
        await rig.ApplyAsync(rig.Edge().Group("web", ["i-0a1"], protocol: "HTTPS").Listener(443, Forward("web"), "HTTPS", policy));
        using var client = rig.Client();
        using var answer = await client.GetAsync("https://a.example.com/", TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
    }
}
