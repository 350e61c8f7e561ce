using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Usher.Tests;
using Usher.Wire.Tests.Peers;

namespace Usher.Wire.Tests.Upstream;

/// <summary>TLS towards an upstream, on real sockets: what is negotiated, what is trusted, and how it fails.</summary>
public sealed class UpstreamTlsTests : IDisposable
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task Requests_share_a_connection_and_its_session_is_told()
    {
        await using var upstream = new TlsUpstream(_certificates.Issue("web.internal"), _ => Ok);
        await using var proxy = new Proxy(upstream.Key());
        using var client = await proxy.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(Get);
            Assert.Equal(Ok, await client.ReadMessageAsync());
            var result = await proxy.ResultAsync();
            Assert.Equal((ForwardOutcome.Completed, UpstreamFate.Kept, i > 0), (result.Outcome, result.UpstreamFate, result.UpstreamReused));
            var session = result.UpstreamSession!;
            Assert.Equal(("TLSv1.3", "http/1.1", "CN=web.internal", "CN=Test CA", false),
                (session.Version, session.Alpn, session.PeerSubject, session.PeerIssuer, session.Verified));
            Assert.StartsWith("TLS_AES_", session.Cipher, StringComparison.Ordinal);
            Assert.InRange(session.Done, session.Started, long.MaxValue);
            Assert.Equal((Get.Length, Ok.Length), (result.SentBytes, result.ReceivedBytes));
        }

        Assert.Equal(1, upstream.Connections);
        Assert.Equal("", upstream.ServerName);
    }

    [Fact]
    public async Task Without_trust_an_expired_certificate_for_another_name_is_taken()
    {
        await using var upstream = new TlsUpstream(_certificates.Issue("other.internal", expired: true), _ => Ok);
        Assert.Equal(ForwardOutcome.Completed, (await AskAsync(upstream.Key(new UpstreamTls { ServerName = "web.internal" }))).Outcome);
        Assert.Equal("web.internal", upstream.ServerName);
    }

    [Fact]
    public async Task A_trusted_certificate_for_the_name_is_verified()
    {
        await using var upstream = new TlsUpstream(_certificates.Issue("web.internal"), _ => Ok);
        var result = await AskAsync(upstream.Key(new UpstreamTls { ServerName = "web.internal", Trust = _certificates.Trust("web.internal") }));
        Assert.Equal((ForwardOutcome.Completed, true), (result.Outcome, result.UpstreamSession!.Verified));
    }

    [Fact]
    public async Task A_name_may_be_verified_without_being_sent()
    {
        await using var upstream = new TlsUpstream(_certificates.Issue("127.0.0.1"), _ => Ok);
        Assert.Equal(ForwardOutcome.Completed, (await AskAsync(upstream.Key(new UpstreamTls { Trust = _certificates.Trust("127.0.0.1") }))).Outcome);
        Assert.Equal("", upstream.ServerName);
    }

    [Theory]
    [InlineData("web.internal", false, "api.internal", "it isn't for api.internal")]
    [InlineData("web.internal", true, "web.internal", "expired")]
    public async Task A_certificate_that_is_not_trusted_is_refused(string issued, bool expired, string wanted, string why)
    {
        await using var upstream = new TlsUpstream(_certificates.Issue(issued, expired), _ => Ok);
        var result = await AskAsync(upstream.Key(new UpstreamTls { Trust = _certificates.Trust(wanted) }));
        Refused(result, ConnectFailure.TlsUntrusted, why);
        Assert.Equal(($"CN={issued}", null, false, 0),
            (result.UpstreamSession!.PeerSubject, result.UpstreamSession.Version, result.UpstreamSession.Verified, result.UpstreamSession.Done));
        Assert.Equal(upstream.EndPoint, result.UpstreamRemote);
        Assert.NotNull(result.UpstreamLocal);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        using var others = new TestCertificates("CN=Other CA");
        await using var upstream = new TlsUpstream(others.Issue("web.internal"), _ => Ok);
        Refused(await AskAsync(upstream.Key(new UpstreamTls { Trust = _certificates.Trust("web.internal") })), ConnectFailure.TlsUntrusted, "no trusted root");
    }

    [Fact]
    public async Task What_does_not_speak_tls_is_told_as_such()
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) => await peer.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
        Refused(await AskAsync(upstream.Key with { Tls = UpstreamTls.Unverified }), ConnectFailure.TlsFailed, "doesn't speak TLS");
    }

    [Theory]
    [InlineData(false, "closed during the TLS handshake")]
    [InlineData(true, "reset during the TLS handshake")]
    public async Task An_upstream_that_hangs_up_during_the_handshake(bool reset, string why)
    {
        await using var upstream = new ScriptedUpstream(async (peer, _) =>
        {
            await peer.ReadCountAsync(1);
            if (reset) peer.Reset();
        });
        Refused(await AskAsync(upstream.Key with { Tls = UpstreamTls.Unverified }), ConnectFailure.TlsFailed, why);
    }

    [Fact]
    public async Task A_silent_upstream_is_given_up_after_the_limit()
    {
        await using var upstream = new ScriptedUpstream((peer, _) => peer.ReadErrorAsync());
        var tls = new UpstreamTls { HandshakeTimeout = TimeSpan.FromMilliseconds(100) };
        Refused(await AskAsync(upstream.Key with { Tls = tls }), ConnectFailure.TlsTimedOut, "no TLS handshake within 0.1 s");
    }

    [Fact]
    public async Task No_version_in_common()
    {
        await using var upstream = new TlsUpstream(_certificates.Issue("web.internal"), _ => Ok, o => o.EnabledSslProtocols = SslProtocols.Tls13);
        Refused(await AskAsync(upstream.Key(new UpstreamTls { Protocols = SslProtocols.Tls12 })), ConnectFailure.TlsFailed, "handshake");
    }

    [Fact]
    public async Task A_client_certificate_is_shown_when_asked_for()
    {
        await using var upstream = new TlsUpstream(_certificates.Issue("web.internal"), _ => Ok, o =>
        {
            o.ClientCertificateRequired = true;
            o.RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null;
        });
        Assert.Equal(ForwardOutcome.Completed, (await AskAsync(upstream.Key(new UpstreamTls { ClientCertificate = _certificates.Issue("proxy.internal") }))).Outcome);
        Assert.Equal("CN=proxy.internal", upstream.ClientSubject);
    }

    [Fact]
    public async Task Connections_are_kept_apart_by_the_value_of_their_settings()
    {
        await using var upstream = new TlsUpstream(_certificates.Issue("web.internal"), _ => Ok);
        using var pool = new UpstreamPool();
        var verified = await pool.RentAsync(upstream.Key(new UpstreamTls { Trust = _certificates.Trust("web.internal") }));
        pool.Return(verified, reusable: true);
        Assert.Equal(1, pool.IdleCount(upstream.Key(new UpstreamTls { Trust = _certificates.Trust("web.internal") })));
        Assert.Equal(0, pool.IdleCount(upstream.Key()));
        Assert.Equal(0, pool.IdleCount(upstream.Key(new UpstreamTls { Trust = _certificates.Trust("api.internal") })));
    }

    [Fact]
    public async Task Large_bodies_pass_both_ways()
    {
        var body = string.Concat(Enumerable.Range(0, 40_000).Select(i => i.ToString("D5", CultureInfo.InvariantCulture)));
        await using var upstream = new TlsUpstream(_certificates.Issue("web.internal"), request =>
            $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]}");
        await using var proxy = new Proxy(upstream.Key());
        using var client = await proxy.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Assert.EndsWith($"\r\n\r\n{body}", await client.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.Equal(ForwardOutcome.Completed, (await proxy.ResultAsync()).Outcome);
    }

    [Fact]
    public async Task An_upstream_that_closes_between_requests_is_not_used_again()
    {
        var requests = 0;
        await using var upstream = new TlsUpstream(_certificates.Issue("web.internal"), _ => Interlocked.Increment(ref requests) == 2 ? null : Ok);
        await using var proxy = new Proxy(upstream.Key());
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        Assert.Equal(UpstreamFate.Kept, (await proxy.ResultAsync()).UpstreamFate);
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        var race = await proxy.ResultAsync();
        Assert.Equal((ForwardOutcome.UpstreamClosedBeforeResponse, true), (race.Outcome, race.UpstreamReused));
    }

    [Fact]
    public async Task A_silent_answer_is_cut_by_the_response_timeout()
    {
        var silent = new TaskCompletionSource();
        await using var upstream = new TlsUpstream(_certificates.Issue("web.internal"), _ =>
        {
            silent.Task.Wait(Limit.Wait);
            return null;
        });
        await using var proxy = new Proxy(upstream.Key(), new ForwardOptions { ResponseTimeout = TimeSpan.FromMilliseconds(100) });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        Assert.Equal(ForwardOutcome.ResponseTimedOut, (await proxy.ResultAsync()).Outcome);
        silent.SetResult();
    }

    [Theory]
    [InlineData("-tls1_2", "TLSv1.2")]
    [InlineData("-tls1_3", "TLSv1.3")]
    public async Task OpenSSLs_server_is_spoken_to(string version, string told)
    {
        var folder = Directory.CreateTempSubdirectory("usher-upstream-tls-").FullName;
        var port = FreePort.Next();
        using var leaf = _certificates.Leaf("web.internal");
        await File.WriteAllTextAsync(Path.Combine(folder, "cert.pem"), leaf.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        using var server = Process.Start(new ProcessStartInfo("openssl",
            ["s_server", "-accept", $"127.0.0.1:{port}", "-cert", "cert.pem", "-key", "key.pem", version, "-www", "-quiet"])
        { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        try
        {
            ForwardResult? result = null;
            await Limit.UntilAsync(() => (result = AskAsync(new UpstreamKey(new IPEndPoint(IPAddress.Loopback, port), null,
                new UpstreamTls { Trust = _certificates.Trust("web.internal") })).GetAwaiter().GetResult()).Outcome != ForwardOutcome.ConnectRefused);
            Assert.Equal((ForwardOutcome.Completed, told, true), (result!.Outcome, result.UpstreamSession!.Version, result.UpstreamSession.Verified));
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Refused(ForwardResult result, ConnectFailure failure, string why)
    {
        Assert.Equal((ForwardOutcome.TlsHandshakeFailed, failure, UpstreamFate.None), (result.Outcome, result.ConnectFailure, result.UpstreamFate));
        Assert.Contains(why, result.Detail, StringComparison.Ordinal);
        Assert.NotNull(result.UpstreamSession);
    }

    private static async Task<ForwardResult> AskAsync(UpstreamKey key)
    {
        await using var proxy = new Proxy(key);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadUntilAsync("\r\n\r\n");
        return await proxy.ResultAsync();
    }
}
