using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Usher.Model.Journeys;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary><c>ssl-passthrough</c> on real sockets: the pod's own certificate is what the client sees.</summary>
public sealed class PassthroughTests
{
    private const string Class = "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: nginx }\nspec: { controller: k8s.io/ingress-nginx }\n";

    [Fact]
    public async Task TLS_of_the_host_goes_on_as_it_came_and_others_ends_here()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = TestCertificates.SelfSigned(key, "own.example.com");
        await using var running = await Running.StartAsync(
            Pod("controller", "10.0.1.20", "/nginx-ingress-controller, --enable-ssl-passthrough") + Class + Service("web")
            + Routes("passed", $"rules: [{Rule("own.example.com", Path("/", "Prefix", "web"))}]", Annotated("ssl-passthrough: \"true\"")) + Routes("ended", $"rules: [{Rule("other.example.com", Path("/", "Prefix", "web"))}]"), standard: false);
        using var listener = new TcpListener(running.Cluster.ServiceAt("web"));
        listener.Start();
        var serving = AnswerAsync(listener, SslStreamCertificateContext.Create(certificate, null, offline: true));

        await using (var client = await TlsPeer.HandshakeAsync(running.HttpsAt, "own.example.com", SslProtocols.Tls13))
        {
            Assert.Equal("CN=own.example.com", client.RemoteCertificate!.Subject);
            await client.WriteAsync("GET / HTTP/1.1\r\nHost: own.example.com\r\nConnection: close\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            using var reader = new StreamReader(client);
            Assert.EndsWith("\r\n\r\npassed", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        await serving;
        var record = await running.Seam.Journal.EndedAsync();
        var told = record.Decision!.Tell().Single();
        Assert.Equal((Hop.Ingress, true), (told.Hop, told.Ok));
        Assert.Equal("shop/passed: own.example.com / (Prefix): TLS for own.example.com goes on as it came → Service shop/web:http 10.96.0.1:80", told.Decision);
        Assert.True(record.BytesUp > 0 && record.BytesDown > 0);
        await using var ended = await TlsPeer.HandshakeAsync(running.HttpsAt, "other.example.com", SslProtocols.Tls13);
        Assert.Contains("Kubernetes Ingress Controller Fake Certificate", ended.RemoteCertificate!.Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "/", null)]
    [InlineData(", --enable-ssl-passthrough", "/", "web")]
    [InlineData(", --enable-ssl-passthrough=false", "/", null)]
    [InlineData(", --enable-ssl-passthrough", "/api", null)]
    public void It_wants_the_controllers_argument_and_a_rule_for_the_root(string argument, string path, string? service)
    {
        var cluster = new Cluster(
            Pod("controller", "10.0.1.20", "/nginx-ingress-controller" + argument) + Class + Service("web")
            + Routes("passed", $"rules: [{Rule("own.example.com", Path(path, "Prefix", "web"))}]", Annotated("ssl-passthrough: \"true\"")), standard: false).Valid();

        var passed = PassedThrough.For(cluster.PlanOf("controller", 443), "OWN.example.com", _ => true);
        Assert.Equal(service, passed?.Backend.Front.Service.Name);
        Assert.Equal(path != "/", cluster.Warnings.All.Any(w => w.Message.StartsWith("has no effect for own.example.com", StringComparison.Ordinal)));
        Assert.Null(PassedThrough.For(cluster.PlanOf("controller", 443), null, _ => true));
        Assert.Null(PassedThrough.For(cluster.PlanOf("controller"), "own.example.com", _ => true));
    }

    [Fact]
    public void Without_an_endpoint_it_says_so()
    {
        var cluster = new Cluster(
            Pod("controller", "10.0.1.20", "/nginx-ingress-controller, --enable-ssl-passthrough") + Class + Service("web") + Routes("passed", $"rules: [{Rule("own.example.com", Path("/", "Prefix", "web"))}]", Annotated("ssl-passthrough: \"true\"")), standard: false).Valid();

        var passed = PassedThrough.For(cluster.PlanOf("controller", 443), "own.example.com", _ => false)!;
        Assert.Null(passed.Front().Destination);
        Assert.Equal((false, "ingress.no-endpoints"), (passed.Tell().Single().Ok, passed.Tell().Single().Outcome));
    }

    private static async Task AnswerAsync(TcpListener listener, SslStreamCertificateContext shown)
    {
        using var socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = shown }, TestContext.Current.CancellationToken);
        var heard = new byte[4096];
        Assert.StartsWith("GET / HTTP/1.1\r\n", Encoding.ASCII.GetString(heard, 0, await tls.ReadAsync(heard, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
        await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\npassed"u8.ToArray(), TestContext.Current.CancellationToken);
        await tls.ShutdownAsync();
    }
}
