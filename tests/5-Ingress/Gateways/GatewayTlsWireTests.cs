using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.AspNetCore.Http;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Gateways.GatewayCluster;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>TLS on both sides of a Gateway's pod, and gRPC, which speaks HTTP/2 on both.</summary>
public sealed class GatewayTlsWireTests : IDisposable
{
    private const string Http = "{ name: http, protocol: HTTP, port: 80 }";
    private const string Https = "{ name: https, protocol: HTTPS, port: 443, hostname: a.com, tls: { certificateRefs: [{ name: a }] } }";
    private readonly TestCertificates ours = new();
    private readonly TestCertificates others = new("CN=Others");

    [Theory]
    [InlineData("web.shop.svc", false, "HTTP/1.1 200 ", null)]
    [InlineData("other.shop.svc", false, "HTTP/1.1 502 ", "ingress.502.tls-handshake")]
    [InlineData("web.shop.svc", true, "HTTP/1.1 502 ", "ingress.502.tls-handshake")]
    public async Task A_BackendTLSPolicy_encrypts_to_the_backend_and_verifies_it(string name, bool stranger, string status, string? outcome)
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Service("web"), Route("web", $"rules: [{Rule("web")}]"), WebPolicy(), Authority("ca", ours));
        using var certificate = (stranger ? others : ours).Leaf(name);
        await using var web = await Http2Server.StartAsync(
            c => c.Response.WriteAsync(c.Request.Scheme, c.RequestAborted), certificate, protocols: Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1, at: running.ServiceAt("web"));

        var answer = await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n");

        Assert.StartsWith(status, answer, StringComparison.Ordinal);
        if (outcome is null) Assert.Contains("https", answer, StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync();
        Assert.Equal((outcome, outcome is null), (record.Outcome, record.UpstreamTls!.Verified));
        Assert.Equal("web.shop.svc", record.UpstreamTls.ServerName);
    }

    [Fact]
    public async Task A_Gateways_own_certificate_is_shown_to_its_backends()
    {
        using var shown = ours.Leaf("edge.shop");
        await using var running = await RunningGateway.StartAsync(
            $"---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{ name: edge, namespace: shop }}\nspec: {{ gatewayClassName: usher, tls: {{ backend: {{ clientCertificateRef: {{ name: own }} }} }}, listeners: [{Http}] }}\n",
            Secrets.Yaml("own", "kubernetes.io/tls", ("tls.crt", shown.ExportCertificatePem()), ("tls.key", System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(shown)!.ExportPkcs8PrivateKeyPem())),
            Service("web"), Route("web", $"rules: [{Rule("web")}]"), WebPolicy(), Authority("ca", ours));
        using var listener = new TcpListener(running.ServiceAt("web"));
        listener.Start();
        var serving = ServeAsync(listener, new SslServerAuthenticationOptions
        {
            ServerCertificateContext = ours.Issue("web.shop.svc"), ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, given, _, _) => given is not null,
        });

        Assert.StartsWith("HTTP/1.1 200 ", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal("CN=edge.shop", await serving);
    }

    [Theory]
    [InlineData("", "none", null)]
    [InlineData("", "others", null)]
    [InlineData("", "ours", "HTTP/1.1 200 ")]
    [InlineData(", mode: AllowInsecureFallback", "none", "HTTP/1.1 200 ")]
    [InlineData(", mode: AllowInsecureFallback", "others", "HTTP/1.1 200 ")]
    public async Task Clients_show_certificates_where_the_Gateway_wants_them(string mode, string shows, string? status)
    {
        await using var running = await RunningGateway.StartAsync(
            $"---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{ name: edge, namespace: shop }}\nspec: {{ gatewayClassName: usher, tls: {{ frontend: {{ default: {{ validation: {{ caCertificateRefs: [{{ group: \"\", kind: ConfigMap, name: ca }}]{mode} }} }} }} }}, listeners: [{Https}] }}\n",
            Secrets.Tls("a", ["a.com"]), Authority("ca", ours), Service("web"), Route("web", $"rules: [{Rule("web")}]"));
        await using var web = Backend.Saying("ok", running.ServiceAt("web"));
        using var certificate = shows switch { "ours" => ours.Leaf("ann"), "others" => others.Leaf("ann"), _ => null };

        if (status is not null)
        {
            Assert.StartsWith(status, await running.AskSecurelyAsync("a.com", "GET / HTTP/1.1\r\nHost: a.com\r\nConnection: close\r\n\r\n", certificate), StringComparison.Ordinal);
            return;
        }

        // With TLS 1.3 a client learns of it when it reads, or sees the end alone.
        var answer = "";
        var failed = await Record.ExceptionAsync(async () => answer = await running.AskSecurelyAsync("a.com", "GET / HTTP/1.1\r\nHost: a.com\r\nConnection: close\r\n\r\n", certificate));
        Assert.True(answer.Length == 0 && failed is null or IOException or AuthenticationException, $"{failed} {answer}");
        var record = await running.Seam.Journal.HandshakeAsync();
        Assert.Equal("ingress.tls.client-certificate", record.Outcome);
        Assert.StartsWith(shows == "none" ? "the client showed no certificate, and Gateway shop/edge wants one" : "the client's certificate CN=ann isn't one that Gateway shop/edge takes (spec.tls.frontend): ", record.Failure, StringComparison.Ordinal);
        Assert.Empty(web.Requests);
    }

    [Theory]
    [InlineData("a.com", "CN=a.com")]
    [InlineData("x.b.com", "CN=*.b.com")]
    [InlineData("b.com", null)]
    [InlineData(null, null)]
    public async Task The_server_name_chooses_the_listener_and_its_certificate(string? serverName, string? subject)
    {
        await using var running = await RunningGateway.StartAsync(
            Gateway(Https, "{ name: other, protocol: HTTPS, port: 443, hostname: \"*.b.com\", tls: { certificateRefs: [{ name: b }] } }"), Secrets.Tls("a", ["a.com"]), Secrets.Tls("b", ["*.b.com"]));

        if (subject is null)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => running.HandshakeAsync(serverName));
            var failed = await running.Seam.Journal.HandshakeAsync();
            Assert.Contains("no listener of Gateway shop/edge at port 443 is for", failed.Failure, StringComparison.Ordinal);
            return;
        }

        await using var stream = await running.HandshakeAsync(serverName, ["h2", "http/1.1"]);
        Assert.Equal((subject, "h2"), (stream.RemoteCertificate!.Subject, stream.NegotiatedApplicationProtocol.ToString()));
        var told = (await running.Seam.Journal.HandshakeAsync()).Decision!.Tell().Single();
        Assert.Equal(subject, told.Facts["certificate"]!.ToString());
    }

    [Theory]
    [InlineData(80, null)]
    [InlineData(443, "a.com")]
    public async Task A_gRPC_call_keeps_its_trailers_and_one_that_no_rule_takes_is_UNIMPLEMENTED(int port, string? serverName)
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http, Https), Secrets.Tls("a", ["a.com"]), Service("web"),
            Object("GRPCRoute", "web", "parentRefs: [{ name: edge }], rules: [{ matches: [{ method: { service: shop.Users, method: Get } }], backendRefs: [{ name: web, port: 80 }] }]"));
        await using var web = await Http2Server.StartAsync(
            async c =>
            {
                c.Response.ContentType = "application/grpc";
                c.Response.DeclareTrailer("grpc-status");
                await c.Response.Body.WriteAsync(new byte[5], c.RequestAborted);
                c.Response.AppendTrailer("grpc-status", "0");
                c.Response.AppendTrailer("x-seen", $"{c.Request.Protocol} {c.Request.Path} {c.Request.Headers.TE}");
            },
            at: running.ServiceAt("web"));
        using var client = running.Http2(port, serverName);

        using var answer = await CallAsync(client, "/shop.Users/Get");
        Assert.Equal(5, (await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
        Assert.Equal(("0", "HTTP/2 /shop.Users/Get trailers"), (answer.TrailingHeaders.GetValues("grpc-status").Single(), answer.TrailingHeaders.GetValues("x-seen").Single()));
        using var other = await CallAsync(client, "/shop.Users/Put");
        Assert.Equal((HttpStatusCode.OK, "12"), (other.StatusCode, other.Headers.GetValues("grpc-status").Single()));
        running.Cluster.Fronts.Empty.Add("web");
        using var unavailable = await CallAsync(client, "/shop.Users/Get");
        Assert.Equal("14", unavailable.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task A_backend_whose_port_says_h2c_is_spoken_to_over_HTTP_2()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Service("web", "{ port: 80, appProtocol: kubernetes.io/h2c }"), Route("web", $"rules: [{Rule("web")}]"));
        await using var web = await Http2Server.StartAsync(c => c.Response.WriteAsync(c.Request.Protocol, c.RequestAborted), at: running.ServiceAt("web"));

        Assert.Contains("HTTP/2", (await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n")).Split("\r\n\r\n")[1], StringComparison.Ordinal);
        Assert.Equal("h2c", (await running.Seam.Journal.RequestAsync()).Decision!.Tell().Single().Facts["backendProtocol"]!.ToString());
    }

    public void Dispose()
    {
        ours.Dispose();
        others.Dispose();
    }

    private static async Task<HttpResponseMessage> CallAsync(HttpClient client, string path)
    {
        using var call = new HttpRequestMessage(HttpMethod.Post, $"http://a.com{path}") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(new byte[5]) };
        call.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        call.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        return await client.SendAsync(call, TestContext.Current.CancellationToken);
    }

    /// <summary>Answers one request over TLS; the subject of the certificate that the client showed.</summary>
    private static async Task<string?> ServeAsync(TcpListener listener, SslServerAuthenticationOptions options)
    {
        using var socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await using var stream = new SslStream(new NetworkStream(socket));
        await stream.AuthenticateAsServerAsync(options, TestContext.Current.CancellationToken);
        Assert.True(await stream.ReadAsync(new byte[8192], TestContext.Current.CancellationToken) > 0);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), TestContext.Current.CancellationToken);
        return stream.RemoteCertificate?.Subject;
    }
}
