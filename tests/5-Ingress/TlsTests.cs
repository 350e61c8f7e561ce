using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>TLS at the ingress and behind it: which certificate a handshake gets, what goes over it, and the redirect to it.</summary>
public sealed class TlsTests
{
    private const string Fake = "CN=Kubernetes Ingress Controller Fake Certificate, O=Acme Co";
    private static readonly string Web = Service("web");

    [Theory]
    [InlineData("a.com", "CN=a.com", "it is that of the Ingress with host a.com")]
    [InlineData("A.com", "CN=a.com", "it is that of the Ingress with host A.com")]
    [InlineData("x.wild.com", "CN=*.wild.com", "it is that of the Ingress with host x.wild.com")]
    [InlineData("y.x.wild.com", Fake, "no Ingress with TLS has host y.x.wild.com, so the default certificate is shown; no --default-ssl-certificate is given")]
    [InlineData("plain.com", Fake, "no Ingress with TLS has host plain.com, so the default certificate is shown; no --default-ssl-certificate is given")]
    [InlineData(null, Fake, "the client named no server (no SNI), so the default certificate is shown; no --default-ssl-certificate is given")]
    public void A_handshake_gets_the_certificate_of_its_server(string? serverName, string subject, string why)
    {
        var cluster = new Cluster(Web + Secrets.Tls("a", ["a.com"]) + Secrets.Tls("wild", ["*.wild.com"])
            + Routes("a", $"tls: [{{ hosts: [A.com], secretName: a }}], rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]")
            + Routes("wild", $"tls: [{{ secretName: wild }}], rules: [{Rule("*.wild.com", Path("/", "Prefix", "web"))}]")
            + Routes("plain", $"rules: [{Rule("plain.com", Path("/", "Prefix", "web"))}]")).Valid();
        Assert.Empty(cluster.Warnings.All);
        var (certificate, told) = cluster.Plan.Routes.Certificates.Choose(serverName);
        Assert.Equal((subject, why), (certificate.Subject, told));
    }

    [Theory]
    [InlineData("hosts: [a.com], secretName: none", "spec.tls[0].secretName: there is no Secret shop/none")]
    [InlineData("hosts: [a.com], secretName: mismatch", "spec.tls[0].secretName: Secret shop/mismatch can't be used: data.tls.key")]
    [InlineData("hosts: [a.com], secretName: empty", "spec.tls[0].secretName: Secret shop/empty can't be used: data has no tls.crt, which a Secret of type kubernetes.io/tls must have; data has no tls.key")]
    [InlineData("hosts: [a.com], secretName: other", "spec.tls[0].secretName: the certificate of Secret shop/other is for b.com, not for a.com")]
    [InlineData("hosts: [b.com], secretName: other", "spec.tls: no section lists a.com, and no certificate there is for it")]
    public void A_secret_that_cant_be_used_is_told_and_the_default_certificate_shown(string section, string warning)
    {
        var cluster = new Cluster(Web + Secrets.Tls("mismatch", ["a.com"], otherKey: true) + Secrets.Tls("other", ["b.com"]) + Secrets.Yaml("empty", "kubernetes.io/tls", ("x", "y"))
            + Routes("a", $"tls: [{{ {section} }}], rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]")).Valid();
        var told = Assert.Single(cluster.Warnings.All);
        Assert.StartsWith(warning, $"{told.Field}: {told.Message}", StringComparison.Ordinal);
        Assert.EndsWith("; ingress-nginx shows the controller's own fake certificate instead", told.Message, StringComparison.Ordinal);
        Assert.Equal(Fake, cluster.Plan.Routes.Certificates.Choose("a.com").Certificate.Subject);
        // The host counts as one with a certificate all the same.
        Assert.Equal("308 https://a.com", cluster.Ask("GET http://a.com/"));
    }

    [Theory]
    [InlineData("cert-manager.io/cluster-issuer: letsencrypt", ", which cert-manager would make (cert-manager.io/cluster-issuer: letsencrypt), and it isn't run here: write one of type kubernetes.io/tls")]
    [InlineData("cert-manager.io/issuer: own", ", which cert-manager would make (cert-manager.io/issuer: own), and it isn't run here: write one of type kubernetes.io/tls")]
    [InlineData("cert-manager.io/revision-history-limit: '1'", "")]
    public void A_secret_that_cert_manager_would_make_is_told_with_the_way_out(string annotation, string would)
    {
        var cluster = new Cluster(Web + Routes("a", $"tls: [{{ hosts: [a.com], secretName: a-tls }}], rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", $", annotations: {{ {annotation} }}")).Valid();
        Assert.Equal($"there is no Secret shop/a-tls{would}; ingress-nginx shows the controller's own fake certificate instead", Assert.Single(cluster.Warnings.All).Message);
        // One that is there is wrong for another reason.
        var empty = new Cluster(Web + Secrets.Yaml("a-tls", "kubernetes.io/tls", ("x", "y")) + Routes("a", $"tls: [{{ hosts: [a.com], secretName: a-tls }}], rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", $", annotations: {{ {annotation} }}"));
        Assert.DoesNotContain("cert-manager", Assert.Single(empty.Warnings.All).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ hosts: [a.com], secretName: a }, { hosts: [b.com], secretName: none }", "spec.tls[1].secretName: there is no Secret shop/none; no rule of the Ingress has b.com, the section's host")]
    [InlineData("{ hosts: [a.com], secretName: a }, { hosts: [b.com, c.com], secretName: empty }", "spec.tls[1].secretName: Secret shop/empty can't be used: data has no tls.crt, which a Secret of type kubernetes.io/tls must have; data has no tls.key, which a Secret of type kubernetes.io/tls must have; no rule of the Ingress has b.com or c.com, the section's hosts")]
    [InlineData("{ hosts: [a.com], secretName: a }, { secretName: none }", "spec.tls[1].secretName: there is no Secret shop/none; the section lists no host")]
    [InlineData("{ hosts: [a.com], secretName: a }, { hosts: [a.com], secretName: none }", "spec.tls[1].secretName: there is no Secret shop/none; no rule of the Ingress has a.com, the section's host")]
    [InlineData("{ hosts: [a.com], secretName: a }, { hosts: [b.com], secretName: other }", null)]
    [InlineData("{ hosts: [a.com], secretName: a }, { hosts: [b.com] }", null)]
    public void A_section_without_a_rule_is_told_where_its_secret_cant_be_used(string sections, string? warning)
    {
        var cluster = new Cluster(Web + Secrets.Tls("a", ["a.com"]) + Secrets.Tls("other", ["b.com"]) + Secrets.Yaml("empty", "kubernetes.io/tls", ("x", "y"))
            + Routes("a", $"tls: [{sections}], rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]")).Valid();
        Assert.Equal(warning is null ? [] : [warning], cluster.Warnings.All.Select(w => $"{w.Field}: {w.Message}"));
        Assert.Equal("CN=a.com", cluster.Plan.Routes.Certificates.Choose("a.com").Certificate.Subject);
    }

    [Theory]
    [InlineData("", "GET http://a.com/x/", "308 https://a.com/x")]
    [InlineData("", "GET http://plain.com/", "web")]
    [InlineData("", "GET http://a.com/ X-Forwarded-Proto=https", "308 https://a.com")]
    [InlineData("ssl-redirect: \"false\"", "GET http://a.com/", "web")]
    [InlineData("server-alias: b.a.com", "GET http://b.a.com/", "web")]
    [InlineData("from-to-www-redirect: \"true\"", "GET http://www.a.com/x", "308 http://a.com/x")]
    public void A_host_with_a_certificate_is_redirected_to_https(string annotations, string request, string expected)
    {
        var cluster = new Cluster(Web + Secrets.Tls("a", ["a.com"])
            + Routes("a", $"tls: [{{ hosts: [a.com], secretName: a }}], rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", annotations.Length == 0 ? "" : Annotated(annotations))
            + Routes("plain", $"rules: [{Rule("plain.com", Path("/", "Prefix", "web"))}]")).Valid();
        Assert.Equal(expected, cluster.Ask(request));
        Assert.Equal("web", cluster.Ask("GET https://a.com/", plan: cluster.PlanOf("controller", 443)));
    }

    [Fact]
    public void The_default_certificate_is_that_of_the_argument()
    {
        var cluster = new Cluster(
            "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: nginx }\nspec: { controller: k8s.io/ingress-nginx }\n"
            + Pod("controller", "10.0.1.20", "--default-ssl-certificate=shop/star") + Web + Secrets.Tls("star", ["*.example.com"], type: "Opaque"), standard: false).Valid();
        Assert.Equal("CN=*.example.com", cluster.Plan.Routes.Certificates.Choose(null).Certificate.Subject);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Requests_over_TLS_are_decrypted_and_the_journey_tells_with_what(SslProtocols version)
    {
        await using var running = await StartAsync();
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        await using var client = await TlsPeer.HandshakeAsync(running.HttpsAt, "a.com", version, ["http/1.1"]);
        Assert.Equal("CN=a.com", client.RemoteCertificate!.Subject);
        await client.WriteAsync(Encoding.ASCII.GetBytes("GET /x HTTP/1.1\r\nHost: a.com\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nStrict-Transport-Security: max-age=31536000; includeSubDomains\r\n", answer, StringComparison.Ordinal);
        var seen = await web.RequestAsync();
        foreach (var header in new[] { "X-Forwarded-Proto: https", "X-Forwarded-Port: 443", "X-Scheme: https" }) Assert.Contains($"\r\n{header}\r\n", seen, StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync();
        var facts = record.Decision!.Tell().Single().Facts;
        Assert.Equal(("https", version == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2", "a.com", "CN=a.com", "Secret shop/a"),
            (record.Scheme, facts["tlsVersion"]!.ToString(), facts["sni"]!.ToString(), facts["certificate"]!.ToString(), facts["certificateFrom"]!.ToString()));
        Assert.StartsWith("TLS_", facts["tlsCipher"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(record.Downstream, running.Seam.Journal.Handshakes.Single().Connection);
    }

    [Fact]
    public async Task HTTP_2_is_spoken_too()
    {
        await using var running = await StartAsync();
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null },
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(running.HttpsAt, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await http.GetAsync(new Uri("https://a.com/x"), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, "ok"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Equal("max-age=31536000; includeSubDomains", answer.Headers.GetValues("Strict-Transport-Security").Single());
        var record = await running.Seam.Journal.RequestAsync();
        Assert.Equal(("HTTP/2.0", "a.com"), (record.Protocol, record.Decision!.Tell().Single().Facts["sni"]!.ToString()));
    }

    [Fact]
    public async Task Another_name_gets_the_fake_certificate()
    {
        await using var running = await StartAsync();
        await using var client = await TlsPeer.HandshakeAsync(running.HttpsAt, "other.com", protocols: ["http/1.1"]);
        Assert.Equal("O=Acme Co, CN=Kubernetes Ingress Controller Fake Certificate", string.Join(", ", client.RemoteCertificate!.Subject.Split(", ").Order(StringComparer.Ordinal).Reverse()));
    }

    [Fact]
    public async Task Plain_http_at_the_https_port_is_400()
    {
        await using var running = await StartAsync();
        var answer = await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n", running.HttpsAt);
        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("<center>The plain HTTP request was sent to HTTPS port</center>", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
        Assert.Empty(running.Seam.Journal.Handshakes);
        Assert.Equal("ingress.400.plain-http-on-https-port", (await running.Seam.Journal.RequestAsync()).Outcome);
    }

    [Theory]
    [InlineData("-tls1_3 -verify_return_error", "ingress.tls.client-refused", "unknown ca", "name a Secret in the Ingress's spec.tls")]
    [InlineData("-tls1_2 -verify_return_error", "ingress.tls.client-refused", "unknown ca", "name a Secret in the Ingress's spec.tls")]
    [InlineData("-tls1_3 -sigalgs ed25519", "ingress.tls.no-shared-cipher", null, "client and ingress controller share no cipher suite")]
    [InlineData("-tls1_1 -cipher DEFAULT@SECLEVEL=0", "ingress.tls.no-shared-version", null, "; the controller's are those of ssl-protocols in its ConfigMap")]
    [InlineData("-alpn acme-tls/1", "ingress.tls.no-shared-protocol", null, "client and ingress controller share no application protocol")]
    public async Task A_handshake_that_fails_says_why_and_which_certificate_was_chosen(string flags, string outcome, string? alert, string failure)
    {
        await using var running = await StartAsync();
        var (code, output) = await Run.ProgramAsync("openssl", ["s_client", "-connect", running.HttpsAt.ToString(), "-servername", "a.com", .. flags.Split(' ')]);
        Assert.NotEqual(0, code);
        var record = await running.Seam.Journal.HandshakeAsync();
        Assert.True((Hop.Ingress, outcome, alert) == (record.Hop, record.Outcome, record.Alert), $"{record.Outcome} {record.Alert} {record.Failure} {output}");
        Assert.Contains(failure, record.Failure, StringComparison.Ordinal);
        Assert.Equal(("a.com", 0L), (record.ServerName, record.DoneAt));
        Assert.True(record.FailedAt >= record.AcceptedAt);
        var told = record.Decision!.Tell().Single();
        Assert.Equal((Hop.Ingress, "controller", "certificate CN=a.com (Secret shop/a), since it is that of the Ingress with host a.com"), (told.Hop, told.Name, told.Decision));
        Assert.Equal(("ingress-nginx/controller", "a.com", "Secret shop/a"), (told.Facts["pod"]!.ToString(), told.Facts["sni"]!.ToString(), told.Facts["certificateFrom"]!.ToString()));
        Assert.Empty(running.Seam.Journal.Requests);
    }

    [Theory]
    [InlineData("http/1.0")]
    [InlineData("http/0.9")]
    public async Task Old_versions_of_HTTP_are_negotiated_as_nginx_does(string protocol)
    {
        await using var running = await StartAsync();
        await using var stream = await TlsPeer.HandshakeAsync(running.HttpsAt, "a.com", SslProtocols.Tls13, [protocol]);
        Assert.Equal(protocol, stream.NegotiatedApplicationProtocol.ToString());
        await stream.WriteAsync("GET / HTTP/1.0\r\nHost: other.com\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 404 ", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0x16, 0x03, 0x01, 0x00, 0x05 }, "ingress.tls.closed", "the client closed the connection in the middle of the handshake, without an alert")]
    [InlineData(new byte[] { 0x80, 0x03, 0x01, 0x00, 0x05 }, "ingress.tls.closed", "the client closed the connection in the middle of the handshake, without an alert")]
    [InlineData(new byte[0], null, "the client closed the connection before it had sent anything")]
    public async Task A_client_that_goes_before_the_end_leaves_a_record(byte[] sent, string? outcome, string failure)
    {
        await using var running = await StartAsync();
        using (var client = await RawPeer.ConnectAsync(running.HttpsAt))
        {
            await client.Socket.SendAsync(sent, TestContext.Current.CancellationToken);
            client.EndSending();
            await client.ReadToEndAsync();
        }

        var record = await running.Seam.Journal.HandshakeAsync();
        Assert.Equal(outcome, record.Outcome);
        Assert.StartsWith(failure, record.Failure, StringComparison.Ordinal);
        Assert.Empty(running.Seam.Journal.Requests);
    }

    [Theory]
    [InlineData("", 200, null)]
    [InlineData(", nginx.ingress.kubernetes.io/proxy-ssl-secret: shop/backend, nginx.ingress.kubernetes.io/proxy-ssl-verify: \"on\", nginx.ingress.kubernetes.io/proxy-ssl-name: web.shop.svc, nginx.ingress.kubernetes.io/proxy-ssl-server-name: \"on\"", 200, "web.shop.svc")]
    [InlineData(", nginx.ingress.kubernetes.io/proxy-ssl-secret: shop/backend, nginx.ingress.kubernetes.io/proxy-ssl-verify: \"on\", nginx.ingress.kubernetes.io/proxy-ssl-name: other.svc", 502, null)]
    [InlineData(", nginx.ingress.kubernetes.io/proxy-ssl-secret: shop/stranger, nginx.ingress.kubernetes.io/proxy-ssl-verify: \"on\", nginx.ingress.kubernetes.io/proxy-ssl-name: web.shop.svc", 502, null)]
    public async Task A_backend_is_spoken_to_over_TLS(string annotations, int status, string? serverName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = TestCertificates.SelfSigned(key, "web.shop.svc");
        await using var running = await Running.StartAsync(Web
            + Secrets.Yaml("backend", "Opaque", ("ca.crt", certificate.ExportCertificatePem())) + Secrets.Tls("stranger", ["web.shop.svc"])
            + Routes("a", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("backend-protocol: HTTPS" + annotations)));
        using var listener = new TcpListener(running.Cluster.ServiceAt("web"));
        listener.Start();
        var serving = ServeAsync(listener, new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true) });
        Assert.StartsWith($"HTTP/1.1 {status} ", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync();
        Assert.Equal(status == 200 ? null : "ingress.502.tls-handshake", record.Outcome);
        if (status == 200) Assert.Equal((serverName ?? "", serverName is not null), (await serving, record.UpstreamTls!.Verified));
    }

    [Theory]
    [InlineData("GRPC", "HTTP/2 http")]
    [InlineData("GRPCS", "HTTP/2 https")]
    public async Task A_gRPC_backend_is_spoken_to_over_HTTP2_in_the_plain_or_over_TLS(string protocol, string spoken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = TestCertificates.SelfSigned(key, "web.shop.svc");
        await using var running = await Running.StartAsync(Web + Routes("a", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated($"backend-protocol: {protocol}")));
        await using var web = await Http2Server.StartAsync(
            context => context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Scheme}", context.RequestAborted), protocol == "GRPCS" ? certificate : null, at: running.Cluster.ServiceAt("web"));

        Assert.Contains($"\r\n{spoken}\r\n", await running.AskAsync("POST /shop.Users/Get HTTP/1.1\r\nHost: a.com\r\nContent-Type: application/grpc\r\nTE: trailers\r\nContent-Length: 0\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith(protocol, (await running.Seam.Journal.RequestAsync()).Decision!.Tell().Single().Facts["backendProtocol"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backend_that_speaks_plainly_is_told_of()
    {
        await using var running = await Running.StartAsync(Web + Routes("a", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("backend-protocol: HTTPS")));
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        Assert.StartsWith("HTTP/1.1 502 ", await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync();
        Assert.Equal("ingress.502.tls-handshake", record.Outcome);
        Assert.Contains("backend-protocol is HTTPS: does the pod's port speak it", record.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_walks_through_the_https_port()
    {
        var cluster = new Cluster(Web + Secrets.Tls("a", ["a.com"])
            + Routes("a", $"tls: [{{ hosts: [a.com], secretName: a }}], rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("backend-protocol: HTTPS"))).Valid();
        var plan = cluster.PlanOf("controller", 443);
        var taken = new IngressStep(cluster.Fronts).Take(cluster.Generation, new Traveller { Request = Facts("a.com", "/") with { Scheme = "https" }, Address = plan.Bound })!;
        Assert.Equal((cluster.ServiceAt("web"), "https"), (taken.Next!.Address, taken.Next.Request.Scheme));
        var told = taken.Decisions.Single().Tell().Single();
        Assert.Equal(("CN=a.com", "HTTPS (TLS, no server name, certificate not verified)"), (told.Facts["certificate"]!.ToString(), told.Facts["backendProtocol"]!.ToString()));
    }

    [Theory]
    [InlineData(443, "http", 400, Hop.Ingress, "ingress.400.plain-http-on-https-port")]
    [InlineData(80, "https", 502, Hop.LoadBalancer, "load-balancer.502.tls-handshake")]
    public void Explain_knows_who_speaks_the_wrong_protocol(int port, string scheme, int status, Hop answers, string outcome)
    {
        var cluster = new Cluster(Web + Routes("a", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]")).Valid();
        var taken = new IngressStep(cluster.Fronts).Take(
            cluster.Generation, new Traveller { Request = Facts("a.com", "/") with { Scheme = scheme }, Address = cluster.PlanOf("controller", port).Bound })!;
        Assert.Equal((null, status, answers), (taken.Next, taken.Status, taken.AnsweredBy));
        Assert.Equal((false, outcome), (taken.Decisions.Single().Tell().Single().Ok, taken.Decisions.Single().Tell().Single().Outcome));
    }

    [Fact]
    public void Explain_says_that_a_host_without_tls_gets_the_fake_certificate_and_why()
    {
        var cluster = new Cluster(Web + Routes("a", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]")).Valid();
        var taken = new IngressStep(cluster.Fronts).Take(
            cluster.Generation, new Traveller { Request = Facts("a.com", "/") with { Scheme = "https" }, Address = cluster.PlanOf("controller", 443).Bound })!;
        var facts = taken.Decisions.Single().Tell().Single().Facts;
        Assert.Equal((Fake, "the controller's own fake certificate", "no Ingress with TLS has host a.com, so the default certificate is shown; no --default-ssl-certificate is given"),
            (facts["certificate"]!.ToString(), facts["certificateFrom"]!.ToString(), facts["certificateWhy"]!.ToString()));
    }

    private static Task<Running> StartAsync() => Running.StartAsync(
        Web + Secrets.Tls("a", ["a.com"]) + Routes("a", $"tls: [{{ hosts: [a.com], secretName: a }}], rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]"));

    /// <summary>Answers one request over TLS; the server name that the client sent.</summary>
    private static async Task<string> ServeAsync(TcpListener listener, SslServerAuthenticationOptions options)
    {
        using var socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await using var stream = new SslStream(new NetworkStream(socket));
        await stream.AuthenticateAsServerAsync(options, TestContext.Current.CancellationToken);
        var read = await stream.ReadAsync(new byte[8192], TestContext.Current.CancellationToken);
        Assert.True(read > 0);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), TestContext.Current.CancellationToken);
        return stream.TargetHostName;
    }
}
