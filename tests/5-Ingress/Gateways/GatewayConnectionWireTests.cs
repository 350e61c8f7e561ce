using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Gateways.GatewayCluster;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>Connections and datagrams that a Gateway's pod carries without reading them: TLSRoute, TCPRoute and UDPRoute.</summary>
public sealed class GatewayConnectionWireTests : IDisposable
{
    private const string Passthrough = "{ name: tls, protocol: TLS, port: 443, tls: { mode: Passthrough } }";
    private const string Terminate = "{ name: tls, protocol: TLS, port: 443, hostname: \"*.a.com\", tls: { mode: Terminate, certificateRefs: [{ name: a }] } }";
    private readonly TestCertificates ours = new();

    [Fact]
    public async Task What_is_passed_through_is_the_backends_own_TLS()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Passthrough), Service("one"), Service("two"), Tls("one", "x.a.com"), Tls("two", "*.a.com"));
        var serving = new[] { ("one", "CN=one"), ("two", "CN=two") }.Select(s => ServeAsync(running.ServiceAt(s.Item1), s.Item2[3..])).ToList();

        foreach (var (name, subject) in new[] { ("x.a.com", "CN=one"), ("y.a.com", "CN=two") })
        {
            await using var stream = await running.HandshakeAsync(name);
            Assert.Equal(subject, stream.RemoteCertificate!.Subject);
            await stream.WriteAsync("ping"u8.ToArray(), TestContext.Current.CancellationToken);
            var heard = new byte[4];
            await stream.ReadExactlyAsync(heard, TestContext.Current.CancellationToken);
            Assert.Equal("ping", Encoding.ASCII.GetString(heard));
        }

        Assert.Equal(["x.a.com", "y.a.com"], await Task.WhenAll(serving));
        var record = await running.Seam.Journal.EndedAsync();
        var told = record.Decision!.Tell().Single();
        Assert.Equal((Hop.Ingress, "x.a.com", "shop/one", "TLSRoute"), (told.Hop, told.Facts["sni"]!.ToString(), told.Facts["route"]!.ToString(), told.Facts["routeKind"]!.ToString()));
        Assert.True(record is { Handshake: null, BytesUp: > 200, BytesDown: > 200 }, $"{record.BytesUp} {record.BytesDown}");
    }

    [Theory]
    [InlineData("b.com", "no route at listener tls of Gateway shop/edge is for server name b.com")]
    [InlineData("z.a.com", "Service shop/one:80 has no ready endpoint")]
    public async Task A_connection_that_leads_nowhere_is_reset_and_told(string serverName, string problem)
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Passthrough), Service("one"), Tls("one", "*.a.com"));
        running.Cluster.Fronts.Empty.Add("one");

        await Assert.ThrowsAnyAsync<IOException>(() => running.HandshakeAsync(serverName));

        var record = await running.Seam.Journal.EndedAsync();
        Assert.StartsWith(problem, ((IProblemTeller)record.Decision!).Problem, StringComparison.Ordinal);
        Assert.False(record.Decision!.Tell().Single().Ok);
    }

    [Fact]
    public async Task What_is_terminated_goes_on_in_the_plain()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Terminate), Secrets.Tls("a", ["*.a.com"]), Service("one"), Tls("one", "x.a.com"));
        await using var one = new Backend(async (peer, _, _) => await peer.SendAsync("heard"), running.ServiceAt("one"));

        await using var stream = await running.HandshakeAsync("x.a.com");
        Assert.Equal("CN=*.a.com", stream.RemoteCertificate!.Subject);
        await stream.WriteAsync("HELLO there\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var heard = new byte[5];
        await stream.ReadExactlyAsync(heard, TestContext.Current.CancellationToken);

        Assert.Equal(("HELLO there\r\n\r\n", "heard"), (await one.RequestAsync(), Encoding.ASCII.GetString(heard)));
        Assert.Equal("x.a.com", Assert.Single(running.Seam.Journal.Connections).Handshake!.ServerName);
    }

    [Fact]
    public async Task HTTPS_and_TLS_share_a_port_by_server_name()
    {
        await using var running = await RunningGateway.StartAsync(
            Gateway("{ name: web, protocol: HTTPS, port: 443, hostname: web.com, tls: { certificateRefs: [{ name: web }] } }", "{ name: db, protocol: TLS, port: 443, hostname: db.com, tls: { mode: Passthrough } }"),
            Secrets.Tls("web", ["web.com"]), Service("web"), Service("one"), Route("web", $"rules: [{Rule("web")}]"), Tls("one", "db.com"));
        await using var web = Backend.Saying("ok", running.ServiceAt("web"));
        var serving = ServeAsync(running.ServiceAt("one"), "one");

        Assert.StartsWith("HTTP/1.1 200 ", await running.AskSecurelyAsync("web.com", "GET / HTTP/1.1\r\nHost: web.com\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        await using var stream = await running.HandshakeAsync("db.com");
        Assert.Equal("CN=one", stream.RemoteCertificate!.Subject);
        await stream.WriteAsync("ping"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal("db.com", await serving);
    }

    [Fact]
    public async Task Two_ports_that_would_be_one_place_here_are_apart()
    {
        await using var running = await RunningGateway.StartAsync(
            Gateway("{ name: web, protocol: HTTPS, port: 443, tls: { certificateRefs: [{ name: a }] } }", "{ name: tls, protocol: TLS, port: 8443, tls: { mode: Terminate, certificateRefs: [{ name: b }] } }", "{ name: tcp, protocol: TCP, port: 10254 }"),
            Secrets.Tls("a", ["a.com"]), Secrets.Tls("b", ["b.com"]));

        foreach (var (port, subject) in new[] { (443, "CN=a.com"), (8443, "CN=b.com") })
        {
            await using var stream = await running.HandshakeAsync("a.com", port: port);
            Assert.Equal(subject, stream.RemoteCertificate!.Subject);
        }

        Assert.Equal((8443, 16443, 18254), (running.At(443).Port, running.At(8443).Port, running.At(10254).Port));
        Assert.Equal(["443 443", "8443 16443", "10254 18254"],
            running.Cluster.Generation.State.All<k8s.Models.V1Service>().Single(s => s.Key.Name == "edge-usher").Value.Spec.Ports.Select(p => $"{p.Port} {p.TargetPort.Value}"));
    }

    [Fact]
    public async Task A_TCPRoute_carries_bytes_and_one_without_an_endpoint_resets()
    {
        await using var running = await RunningGateway.StartAsync(Gateway("{ name: tcp, protocol: TCP, port: 5432 }"), Service("one"), Object("TCPRoute", "one", "parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: one, port: 80 }] }]"));
        await using var one = new Backend(async (peer, _, _) => await peer.SendAsync("heard"), running.ServiceAt("one"));

        using (var client = await RawPeer.ConnectAsync(running.At(5432)))
        {
            await client.SendAsync("anything\r\n\r\n");
            Assert.Equal("heard", await client.ReadToEndAsync());
        }

        Assert.Equal("anything\r\n\r\n", await one.RequestAsync());
        running.Cluster.Fronts.Empty.Add("one");
        using var refused = await RawPeer.ConnectAsync(running.At(5432));
        await refused.SendAsync("anything");
        Assert.Equal(SocketError.ConnectionReset, await refused.ReadErrorAsync());
        // Either may be the first whose end is recorded.
        await running.Seam.Journal.EndedAsync(2);
        Assert.StartsWith("Service shop/one:80 has no ready endpoint", ((IProblemTeller)running.Seam.Journal.Ended.Single(r => r.Upstream is null).Decision!).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_UDPRoute_carries_datagrams_both_ways()
    {
        await using var running = await RunningGateway.StartAsync(
            Gateway("{ name: dns, protocol: UDP, port: 5353 }"), Service("one", "{ port: 53, protocol: UDP }"), Object("UDPRoute", "one", "parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: one, port: 53 }] }]"));
        using var one = new UdpPeer(running.ServiceAt("one", 53));
        using var client = new UdpPeer();

        client.Send("ask", running.At(5353, udp: true));
        var (asked, from) = await one.ReceiveAsync();
        one.Send("answer", from);

        Assert.Equal(("ask", "answer"), (asked, (await client.ReceiveAsync()).Text));
    }

    public void Dispose() => ours.Dispose();

    private static string Tls(string name, string host) => Object("TLSRoute", name, $"parentRefs: [{{ name: edge }}], hostnames: [\"{host}\"], rules: [{{ backendRefs: [{{ name: {name}, port: 80 }}] }}]");

    /// <summary>Speaks TLS for one connection, and sends back the first that it hears; the server name that the client sent.</summary>
    private async Task<string> ServeAsync(IPEndPoint at, string name)
    {
        using var listener = new TcpListener(at);
        listener.Start();
        using var socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await using var stream = new SslStream(new NetworkStream(socket));
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = ours.Issue(name) }, TestContext.Current.CancellationToken);
        var heard = new byte[4];
        await stream.ReadExactlyAsync(heard, TestContext.Current.CancellationToken);
        await stream.WriteAsync(heard, TestContext.Current.CancellationToken);
        return stream.TargetHostName;
    }
}
