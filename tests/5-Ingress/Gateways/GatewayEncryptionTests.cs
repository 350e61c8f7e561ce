using System.Net.Sockets;
using System.Text;
using Usher.Ingress.Gateways;
using Usher.Model.Journeys;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Gateways.GatewayCluster;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>Connections whose backend is the target of a BackendTLSPolicy: TLS begins at the Gateway, for what came in the plain (TCPRoute) and for what it decrypted (TLSRoute).</summary>
public sealed class GatewayEncryptionTests : IDisposable
{
    private const string Tcp = "{ name: tcp, protocol: TCP, port: 5432 }";
    private const string Tls = "{ name: tls, protocol: TLS, port: 443, tls: { mode: Terminate, certificateRefs: [{ name: a }] } }";
    private const string Rules = "parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: web, port: 80 }] }]";
    private readonly TestCertificates ours = new();
    private readonly TestCertificates others = new("CN=Others");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_comes_in_the_plain_is_encrypted_to_the_backend_which_is_verified(bool headless)
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Tcp), headless ? Headless("web") : Service("web"), Object("TCPRoute", "web", Rules), WebPolicy(), Authority(ours));
        if (headless) running.Cluster.Fronts.Pods["web"] = running.Endpoints(1);
        await using var web = new TlsUpstream(ours.Issue("web.shop.svc"), request => $"heard {request.Length}", at: headless ? running.Endpoints(1).All[0].Bound : running.ServiceAt("web"));

        using (var client = await RawPeer.ConnectAsync(running.At(5432)))
        {
            await client.SendAsync("anything\r\n\r\n");
            Assert.Equal("heard 12", await client.ReadCountAsync(8));
        }

        Assert.Equal("web.shop.svc", web.ServerName);
        var record = await running.Seam.Journal.EndedAsync();
        Assert.Equal((null, true, "web.shop.svc", "CN=web.shop.svc", null), (record.Handshake, record.UpstreamTls!.Verified, record.UpstreamTls.ServerName, record.UpstreamTls.Subject, record.UpstreamTls.Alpn));
        Assert.Equal((12L, 8L), (record.BytesUp, record.BytesDown));
        var told = record.Decision!.Tell().Single();
        Assert.EndsWith(", encrypted", told.Decision, StringComparison.Ordinal);
        Assert.Equal("BackendTLSPolicy shop/web (TLS, web.shop.svc, certificate verified)", told.Facts["backendTls"]!.ToString());
    }

    [Theory]
    [InlineData("other.shop.svc", false)]
    [InlineData("web.shop.svc", true)]
    public async Task A_backend_that_isnt_who_it_should_be_hears_nothing_and_the_client_is_reset(string name, bool stranger)
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Tcp), Service("web"), Object("TCPRoute", "web", Rules), WebPolicy(), Authority(ours));
        var heard = 0;
        await using var web = new TlsUpstream((stranger ? others : ours).Issue(name), _ => $"{++heard}", at: running.ServiceAt("web"));

        using var client = await RawPeer.ConnectAsync(running.At(5432));
        await client.SendAsync("anything\r\n\r\n");

        Assert.Equal(SocketError.ConnectionReset, await client.ReadErrorAsync());
        var record = await running.Seam.Journal.EndedAsync();
        Assert.Equal((0, null, false), (heard, record.UpstreamTls!.Version, record.UpstreamTls.Verified));
        // The Gateway's own Service is the first.
        Assert.StartsWith($"10.100.0.2:80: the certificate CN={name} ", record.CloseReason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web.shop.svc", true)]
    [InlineData("other.shop.svc", false)]
    public async Task What_was_decrypted_is_encrypted_again(string name, bool passes)
    {
        await using var running = await RunningGateway.StartAsync(
            Gateway(Tls), Secrets.Tls("a", ["a.com"]), Service("web"), Object("TLSRoute", "web", $"hostnames: [a.com], {Rules}"), WebPolicy(), Authority(ours));
        await using var web = new TlsUpstream(ours.Issue(name), request => $"heard {request.Length}", at: running.ServiceAt("web"));

        await using (var stream = await running.HandshakeAsync("a.com"))
        {
            await stream.WriteAsync("anything\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            var buffer = new byte[8];
            if (passes) await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);
            else await Assert.ThrowsAnyAsync<IOException>(async () => await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken));
            Assert.Equal(passes ? "heard 12" : "\0\0\0\0\0\0\0\0", Encoding.ASCII.GetString(buffer));
        }

        var record = await running.Seam.Journal.EndedAsync();
        Assert.Equal(("a.com", passes), (record.Handshake!.ServerName, record.UpstreamTls!.Verified));
        Assert.EndsWith(", encrypted again", record.Decision!.Tell().Single().Decision, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_ports_with_such_a_backend_take_no_express_links()
    {
        var cluster = new GatewayCluster(
            Gateway(Tcp, "{ name: other, protocol: TCP, port: 5433 }") + Service("web") + Service("plain") + WebPolicy() + Authority(ours)
            + Object("TCPRoute", "web", "parentRefs: [{ name: edge, sectionName: tcp }], rules: [{ backendRefs: [{ name: plain, port: 80 }, { name: web, port: 80 }] }]")
            + Object("TCPRoute", "plain", "parentRefs: [{ name: edge, sectionName: other }], rules: [{ backendRefs: [{ name: plain, port: 80 }] }]")).Valid();

        Assert.True(new GatewayEncryption(cluster.Port(5432).Bound).Encrypts(cluster.Generation));
        Assert.False(new GatewayEncryption(cluster.Port(5433).Bound).Encrypts(cluster.Generation));
    }

    [Fact]
    public void Datagrams_arent_encrypted_so_they_go_nowhere()
    {
        var cluster = new GatewayCluster(Gateway("{ name: dns, protocol: UDP, port: 53 }") + Service("web", "{ port: 80, protocol: UDP }") + Object("UDPRoute", "web", Rules) + WebPolicy() + Authority(ours));
        var port = cluster.Port(53, udp: true);

        var decision = GatewayConnectionDecision.Make(port, null, cluster.Backends(port), new Draw(0));

        Assert.EndsWith("BackendTLSPolicy shop/web wants TLS, which datagrams don't get here", decision.Problem, StringComparison.Ordinal);
        Assert.Equal("ingress.invalid-backend", decision.Tell().Single().Outcome);
    }

    public void Dispose()
    {
        ours.Dispose();
        others.Dispose();
    }

    private static string Authority(TestCertificates authority) => GatewayCluster.Authority("ca", authority);
}
