using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Usher.Wire.Tests.Peers;
using static Usher.Journey.Tests.OtherRoads.Added;

namespace Usher.Journey.Tests.OtherRoads;

/// <summary>The Gateway API's examples about whom clients and backends must be, which need certificates that the test has too.</summary>
[Trait("roads", "others")]
public sealed class GatewayCertificateRoadTests : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public async Task Clients_show_certificates_of_the_ports_own_authority()
    {
        Assert.SkipWhen(OthersRoads.Folder is null, OthersRoads.Missing);
        using var foo = Client("foo");
        using var bar = Client("bar");
        using var manifests = Manifests.Empty();
        manifests.Write("added.yaml", Class("acme-lb") + Authority("foo-example-com-ca-cert", foo.ExportCertificatePem()) + Authority("bar-example-com-ca-cert", bar.ExportCertificatePem())
            + Secret("foo-example-com-cert", hosts: "foo.example.com") + Secret("bar-example-com-cert", hosts: "bar.example.com") + Backends("web:80")
            + "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: web }\nspec: { parentRefs: [{ name: client-validation-basic }], rules: [{ backendRefs: [{ name: web, port: 80 }] }] }\n");
        await using var road = await RoadHere.StartAsync([manifests.Path, Path.Combine(OthersRoads.Folder!, "gateway-api/frontend-cert-validation.yaml")]);

        foreach (var (port, host, right, wrong) in new[] { (443, "foo.example.com", foo, bar), (8443, "bar.example.com", bar, foo) })
        {
            Assert.Contains("\r\nX-Pod: web-", await AskAsync(road, port, host, right), StringComparison.Ordinal);
            foreach (var shown in new[] { wrong, null })
            {
                // With TLS 1.3 a client learns of it when it reads, or sees the end alone.
                var answer = "";
                var refused = await Record.ExceptionAsync(async () => answer = await AskAsync(road, port, host, shown));
                Assert.True(answer.Length == 0 && refused is null or IOException or AuthenticationException, $"{port} {refused} {answer}");
            }
        }
    }

    [Fact]
    public async Task A_backend_is_encrypted_to_and_verified_by_the_policys_authority()
    {
        Assert.SkipWhen(OthersRoads.Folder is null, OthersRoads.Missing);
        using var certificate = TestCertificates.SelfSigned(key, "auth.example.com");
        using var manifests = Manifests.Empty();
        manifests.Write("auth.pem", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        manifests.Write("usher.yaml", $"images:\n  example.org/auth:1:\n    command: [sh, -c, 'exec openssl s_server -quiet -www -accept $POD_IP:$PORT -cert {manifests.FileOf("auth.pem")}']\n");
        manifests.Write("added.yaml", Gateway("gw") + Backends("auth:8443", "dev:8443") + Authority("auth-cert", certificate.ExportCertificatePem())
            + string.Concat(new[] { "auth", "dev" }.Select(s =>
                $"---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{ name: {s} }}\nspec: {{ parentRefs: [{{ name: gw }}], hostnames: [{s}.com], rules: [{{ backendRefs: [{{ name: {s}, port: 8443 }}] }}] }}\n")));
        await using var road = await RoadHere.StartAsync([manifests.Path, .. new[] { "ca", "system" }.Select(f => Path.Combine(OthersRoads.Folder!, $"gateway-api/backendtlspolicy/backendtlspolicy-{f}-certs.yaml"))]);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        await Until.HoldsAsync("the backend answers over TLS", async () => await AskAsync("auth.com") is (HttpStatusCode.OK, var page) && page.Contains("TLSv1.3", StringComparison.Ordinal));
        // A stand-in's certificate is nobody's that the machine trusts.
        Assert.Equal(HttpStatusCode.BadGateway, (await AskAsync("dev.com")).Status);
        Assert.Contains("Accepted=True Accepted", road.Status("BackendTLSPolicy", "tls-upstream-auth"));
        Assert.Contains("Accepted=True Accepted", road.Status("BackendTLSPolicy", "tls-upstream-dev"));

        async Task<(HttpStatusCode Status, string Page)> AskAsync(string host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{road.At(80)}/") { Headers = { Host = host } };
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    public void Dispose() => key.Dispose();

    private static X509Certificate2 Client(string name)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = TestCertificates.SelfSigned(own, name);
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private static async Task<string> AskAsync(RoadHere road, int port, string host, X509Certificate2? certificate)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(road.At(port), TestContext.Current.CancellationToken);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            },
            TestContext.Current.CancellationToken);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(tls);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Tool.Limit, TestContext.Current.CancellationToken);
    }
}
