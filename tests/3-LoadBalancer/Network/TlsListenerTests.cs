using System.Net;
using System.Net.Sockets;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Usher.Model.Journeys;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>TLS listeners of a Network Load Balancer on real sockets, with openssl and curl.</summary>
public sealed class TlsListenerTests
{
    [Fact]
    public async Task What_was_decrypted_is_carried_both_ways_and_its_end_too()
    {
        await using var rig = await RunAsync();
        await using var target = new EchoTarget(rig.Node(1), "one");
        await using var client = await TlsClient.ConnectAsync(Listener(rig));

        Assert.Equal("one\n", await client.ReadTextAsync(4));
        await client.SendAsync("hello");
        Assert.Equal("hello", await client.ReadTextAsync(5));
        await client.EndSendingAsync();
        Assert.True(await client.IsClosedAsync());
        client.Peer.Dispose();

        var record = await rig.Journal.EndedAsync();
        Assert.Equal((Hop.LoadBalancer, 5L, 9L, "closed by the client"), (record.Hop, record.BytesUp, record.BytesDown, record.CloseReason));
        Assert.Equal((rig.Node(1), null), (record.Upstream!.To, record.UpstreamTls));
        var handshake = record.Handshake!;
        Assert.Same(handshake, await rig.Journal.HandshakeAsync());
        Assert.Equal((Hop.Tls, "TLSv1.3", "a.example.com", record.Downstream), (handshake.Hop, handshake.Version, handshake.ServerName, handshake.Connection));
        Assert.Equal((NetworkEdge.ListenerArn(5000), "a.example.com"), rig.Certificates.Asked);
        Assert.True(record.AcceptedAt <= handshake.AcceptedAt && handshake.DoneAt <= record.ConnectedAt);
    }

    [Fact]
    public async Task Megabytes_arrive_unchanged()
    {
        await using var rig = await RunAsync();
        await using var target = new EchoTarget(rig.Node(1), "one");
        await using var client = await TlsClient.ConnectAsync(Listener(rig));
        await client.ReadAsync(4);
        var data = new byte[4 << 20];
        new Random(1).NextBytes(data);

        var sending = client.SendAsync(data);
        var back = await client.ReadAsync(data.Length);
        await sending;

        Assert.True(data.AsSpan().SequenceEqual(back));
    }

    [Fact]
    public async Task A_target_that_resets_resets_its_client()
    {
        await using var rig = await RunAsync();
        await using var target = new EchoTarget(rig.Node(1), "one");
        await using var client = await TlsClient.ConnectAsync(Listener(rig));
        await client.ReadAsync(4);

        await client.SendAsync("reset");

        Assert.Equal(SocketError.ConnectionReset, await client.ReadErrorAsync());
        Assert.Equal("reset by the endpoint", (await rig.Journal.EndedAsync()).CloseReason);
    }

    [Fact]
    public async Task Nobody_behind_the_target_is_a_reset_after_the_handshake()
    {
        await using var rig = await RunAsync();
        await using var client = await TlsClient.ConnectAsync(Listener(rig));

        Assert.Equal(SocketError.ConnectionReset, await client.ReadErrorAsync());
        var record = await rig.Journal.EndedAsync();
        Assert.Equal((true, "TLSv1.3"), (record.Refused, record.Handshake!.Version));
    }

    // The listener's order counts. None in common is no ALPN, and the connection goes on (NLB user guide, ALPN policies).
    [Theory]
    [InlineData("None", "h2,http/1.1", null)]
    [InlineData("HTTP1Only", "h2,http/1.0,http/1.1", "http/1.1")]
    [InlineData("HTTP1Only", "h2,http/1.0", "http/1.0")]
    [InlineData("HTTP1Only", "h2", null)]
    [InlineData("HTTP1Only", "", null)]
    [InlineData("HTTP2Only", "http/1.1,h2", "h2")]
    [InlineData("HTTP2Only", "http/1.1", null)]
    [InlineData("HTTP2Optional", "h2,http/1.1", "http/1.1")]
    [InlineData("HTTP2Optional", "h2", "h2")]
    [InlineData("HTTP2Preferred", "http/1.1,h2", "h2")]
    [InlineData("HTTP2Preferred", "http/1.0,http/1.1", "http/1.1")]
    [InlineData("HTTP2Preferred", "acme-tls/1", null)]
    public async Task Openssl_negotiates_by_the_listeners_policy(string policy, string offered, string? negotiated)
    {
        await using var rig = await RunAsync(policy);
        await using var target = new EchoTarget(rig.Node(1), "one");

        var (code, output) = await Run.ProgramAsync(
            "openssl", ["s_client", "-connect", Listener(rig).ToString(), "-servername", "b.example.com", .. offered.Length == 0 ? (string[])[] : ["-alpn", offered]]);

        Assert.Equal(0, code);
        Assert.Contains(negotiated is null ? "No ALPN negotiated" : $"ALPN protocol: {negotiated}", output, StringComparison.Ordinal);
        var handshake = await rig.Journal.HandshakeAsync();
        Assert.Equal((negotiated, offered, "b.example.com"), (handshake.Alpn, string.Join(',', handshake.AlpnOffered), handshake.ServerName));
    }

    [Theory]
    [InlineData("-tls1_3 -verify_return_error", "tls.client-refused", "usher ca trust")]
    [InlineData("-tls1_3 -sigalgs ed25519", "tls.no-shared-cipher", "no cipher suite")]
    [InlineData("-tls1_1 -cipher DEFAULT@SECLEVEL=0", "tls.no-shared-version", "(the client offers TLSv1.1")]
    public async Task A_handshake_that_fails_says_why_and_reaches_no_target(string flags, string outcome, string failure)
    {
        await using var rig = await RunAsync();
        var (code, _) = await Run.ProgramAsync("openssl", ["s_client", "-connect", Listener(rig).ToString(), "-servername", "a.example.com", .. flags.Split(' ')]);
        Assert.NotEqual(0, code);

        var handshake = await rig.Journal.HandshakeAsync();
        Assert.Equal((Hop.Tls, outcome), (handshake.Hop, handshake.Outcome));
        Assert.Contains(failure, handshake.Failure, StringComparison.Ordinal);
        var record = await rig.Journal.EndedAsync();
        Assert.Equal((null, null, "its TLS handshake failed"), (record.Decision, record.Upstream, record.CloseReason));
    }

    [Fact]
    public async Task Plain_HTTP_is_no_handshake()
    {
        await using var rig = await RunAsync();
        var (code, output) = await Run.ProgramAsync("curl", "-sS", $"http://{Listener(rig)}/");

        Assert.True(code != 0, output);
        Assert.Equal("tls.not-tls", (await rig.Journal.HandshakeAsync()).Outcome);
    }

    [Fact]
    public async Task Hostile_bytes_end_their_own_connection_alone()
    {
        await using var rig = await RunAsync();
        await using var target = new EchoTarget(rig.Node(1), "one");
        await using var other = await TlsClient.ConnectAsync(Listener(rig));
        await other.ReadAsync(4);
        byte[] begin = [22, 3, 1];
        var bytes = Gen.Select(Gen.Bool, Gen.Byte.Array[1, 300], (tls, rest) => tls ? [.. begin, .. rest] : rest);

        await bytes.SampleAsync(
            async sent =>
            {
                using var client = await RawPeer.ConnectAsync(Listener(rig));
                await client.SendAsync(sent);
                client.EndSending();
                try
                {
                    await client.ReadToEndAsync();
                }
                catch (SocketException)
                {
                    // Reset, with something unread.
                }
            },
            iter: 100);

        await other.SendAsync("still here");
        Assert.Equal("still here", await other.ReadTextAsync(10));
        await Limit.UntilAsync(() => rig.Journal.Ended.Count >= 100);
        Assert.All(rig.Journal.Ended, r => Assert.Null(r.Upstream));
    }

    [Theory]
    [InlineData("HTTP2Only")]
    [InlineData("HTTP2Preferred")]
    public async Task Curl_speaks_HTTP2_to_a_target_in_the_plain(string policy)
    {
        await using var rig = new Rig();
        await using var target = await Http2Server.StartAsync(c => c.Response.WriteAsync("two"), at: rig.Node(1));
        await rig.ApplyAsync(Net(rig, policy));

        var (code, output) = await CurlAsync(rig, "--http2");

        Assert.True(code == 0, output);
        Assert.StartsWith("HTTP/2 200", output, StringComparison.Ordinal);
        Assert.EndsWith("two", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--http2", "HTTP2Preferred", "HTTP/2 200", "h2")]
    [InlineData("--http1.1", "HTTP2Preferred", "HTTP/1.1 200", "http/1.1")]
    [InlineData("--http2", "HTTP2Optional", "HTTP/1.1 200", "http/1.1")]
    [InlineData("--http2", "None", "HTTP/1.1 200", null)]
    public async Task Curl_s_protocol_is_offered_to_a_TLS_target(string version, string policy, string status, string? alpn)
    {
        using var certificates = new TestCertificates();
        await using var rig = new Rig();
        await using var target = await Http2Server.StartAsync(
            c => c.Response.WriteAsync(c.Request.Protocol), certificates.Leaf("expired.internal", expired: true), protocols: HttpProtocols.Http1AndHttp2, at: rig.Node(1));
        await rig.ApplyAsync(Net(rig, policy, "TLS"));

        var (code, output) = await CurlAsync(rig, version);

        Assert.True(code == 0, output);
        Assert.StartsWith(status, output, StringComparison.Ordinal);
        var record = await rig.Journal.EndedAsync();
        Assert.Equal((alpn, alpn), (record.Handshake!.Alpn, record.UpstreamTls!.Alpn));
        Assert.Equal(("CN=expired.internal", false, null, "TLSv1.3"), (record.UpstreamTls.Subject, record.UpstreamTls.Verified, record.UpstreamTls.ServerName, record.UpstreamTls.Version));
    }

    [Theory]
    [InlineData("ELBSecurityPolicy-2016-08", "TLSv1.2")]
    [InlineData("ELBSecurityPolicy-TLS13-1-2-2021-06", "TLSv1.3")]
    public async Task The_policy_towards_targets_follows_the_listeners(string policy, string version)
    {
        using var certificates = new TestCertificates();
        await using var rig = new Rig();
        await using var target = await Http2Server.StartAsync(c => c.Response.WriteAsync("ok"), certificates.Leaf("a"), protocols: HttpProtocols.Http1, at: rig.Node(1));
        await rig.ApplyAsync(Net(rig, "None", "TLS", policy));

        var (code, output) = await CurlAsync(rig, "--http1.1");

        Assert.True(code == 0, output);
        var record = await rig.Journal.EndedAsync();
        Assert.Equal((version, version), (record.Handshake!.Version, record.UpstreamTls!.Version));
    }

    [Fact]
    public async Task A_TLS_target_that_speaks_none_is_a_reset_that_says_so()
    {
        await using var rig = await Rig.RunAsync(r => Net(r, "None", "TLS"));
        await using var target = new EchoTarget(rig.Node(1), "one");
        await using var client = await TlsClient.ConnectAsync(Listener(rig));

        Assert.Equal(SocketError.ConnectionReset, await client.ReadErrorAsync());
        var record = await rig.Journal.EndedAsync();
        Assert.Equal(("10.0.1.10:30080: what answers there doesn't speak TLS", null), (record.CloseReason, record.UpstreamTls!.Version));
        Assert.Equal(rig.Node(1), record.Upstream!.To);
        Assert.Equal(0, rig.Report("i-0a1:30080").Outstanding);
    }

    [Fact]
    public async Task A_listener_that_becomes_one_of_TLS_keeps_its_port_and_its_connections()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Network().NetworkGroup("web", ["i-0a1"]).NetworkListener(5000, Forward("web")));
        await using var target = new EchoTarget(rig.Node(1), "one");
        using var plain = await RawPeer.ConnectAsync(Listener(rig));
        await plain.ReadUntilAsync("\n");

        await rig.ApplyAsync(Net(rig, "None"));

        await using var client = await TlsClient.ConnectAsync(Listener(rig));
        Assert.Equal("one\n", await client.ReadTextAsync(4));
        await plain.SendAsync("a");
        Assert.Equal("a", await plain.ReadCountAsync(1));
    }

    [Fact]
    public async Task A_client_that_never_ends_its_handshake_is_cut_when_the_road_ends()
    {
        await using var rig = await RunAsync();
        using var client = await RawPeer.ConnectAsync(Listener(rig));
        await client.SendAsync("\u0016\u0003\u0001");
        await Limit.UntilAsync(() => rig.Journal.Connections.Count == 1);

        await rig.StopAsync(TimeSpan.FromMilliseconds(100));

        Assert.Equal(SocketError.ConnectionReset, await client.ReadErrorAsync());
    }

    private static IPEndPoint Listener(Rig rig) => new(IPAddress.Parse($"127.{rig.Network}.0.2"), 5000);

    private static Task<(int Code, string Output)> CurlAsync(Rig rig, string version) =>
        Run.ProgramAsync("curl", "-sS", "-i", "-k", version, "--resolve", $"a.example.com:5000:{Listener(rig).Address}", "https://a.example.com:5000/");

    private static Task<Rig> RunAsync(string alpn = "None") => Rig.RunAsync(r => Net(r, alpn));

    private static Edge Net(Rig rig, string alpn, string group = "TCP", string policy = "ELBSecurityPolicy-TLS13-1-2-2021-06") =>
        rig.Edge().Network().NetworkGroup("web", ["i-0a1"], group).TlsListener(5000, Forward("web"), alpn, policy);
}
