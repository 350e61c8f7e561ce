using System.Security.Cryptography.X509Certificates;
using System.Text;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>auth-tls-*: who is let in at the HTTPS port by the certificate that it shows, and what a backend is told of it.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestCertificates ours = new("CN=Ours");
    private readonly TestCertificates others = new("CN=Others");

    [Theory]
    [InlineData("on", "none", "400 ingress.400.no-client-certificate No required SSL certificate was sent")]
    [InlineData("on", "ours", "200  ok")]
    [InlineData("on", "others", "400 ingress.400.client-certificate The SSL certificate error")]
    [InlineData("on", "expired", "400 ingress.400.client-certificate The SSL certificate error")]
    [InlineData("optional", "none", "200  ok")]
    [InlineData("optional", "others", "400 ingress.400.client-certificate The SSL certificate error")]
    [InlineData("optional_no_ca", "others", "200  ok")]
    [InlineData("optional_no_ca", "expired", "400 ingress.400.client-certificate The SSL certificate error")]
    [InlineData("off", "none", "200  ok")]
    public async Task A_certificate_is_wanted_as_the_annotation_says(string mode, string shown, string expected)
    {
        await using var running = await StartAsync($"auth-tls-verify-client: \"{mode}\"");
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        var answer = await AskAsync(running, Of(shown));
        var record = await running.Seam.Journal.RequestAsync();
        var wanted = expected.Split(' ', 3);
        Assert.Equal((wanted[0], wanted[1]), (answer[9..12], record.Outcome ?? ""));
        Assert.Contains(wanted[2], answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("of nobody", "200", "SUCCESS")]
    [InlineData("of bob", "200", "SUCCESS")]
    [InlineData("of ann", "400", "FAILED:certificate revoked")]
    [InlineData("expired", "400", "FAILED:CRL has expired")]
    [InlineData("of others", "400", "FAILED:unable to get certificate CRL")]
    [InlineData("forged", "400", "FAILED:CRL signature failure")]
    public async Task A_revocation_list_counts_as_in_nginx(string list, string status, string verified)
    {
        using var forger = new TestCertificates("CN=Ours");
        using var ann = ours.Leaf("ann");
        using var bob = ours.Leaf("bob");
        var pem = list switch
        {
            "of ann" => ours.RevocationList([ann]), "of bob" => ours.RevocationList([bob]), "expired" => ours.RevocationList([], expired: true),
            "of others" => others.RevocationList([]), "forged" => forger.RevocationList([]), _ => ours.RevocationList([]),
        };
        await using var running = await StartAsync("auth-tls-verify-client: \"on\"", ("ca.crl", pem));
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        Assert.StartsWith($"HTTP/1.1 {status} ", await AskAsync(running, ann), StringComparison.Ordinal);
        Assert.Equal(verified, (await running.Seam.Journal.RequestAsync()).Decision!.Tell().Single().Facts["clientVerify"]!.ToString());
    }

    [Fact]
    public async Task A_backend_is_told_who_the_client_is()
    {
        await using var running = await StartAsync("auth-tls-pass-certificate-to-upstream: \"true\"");
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        using var ann = ours.Leaf("ann", subject: "CN=ann,O=\"Acme, Inc\",C=DE");
        await AskAsync(running, ann, "ssl-client-verify: forged\r\n");
        var seen = await web.RequestAsync();
        Assert.Contains("\r\nssl-client-verify: SUCCESS\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nssl-client-subject-dn: CN=ann,O=Acme\\, Inc,C=DE\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("\r\nssl-client-issuer-dn: CN=Ours\r\n", seen, StringComparison.Ordinal);
        var pem = Uri.UnescapeDataString(seen.Split("\r\n").Single(l => l.StartsWith("ssl-client-cert: ", StringComparison.Ordinal))[17..]);
        Assert.Equal(ann.ExportCertificatePem() + "\n", pem);
        var told = (await running.Seam.Journal.RequestAsync()).Decision!.Tell().Single();
        Assert.Equal(("CN=ann,O=Acme\\, Inc,C=DE", "SUCCESS"), (told.Facts["clientCertificate"]!.ToString(), told.Facts["clientVerify"]!.ToString()));
        // On the plain port nobody shows one, and what a client says of itself isn't believed.
        await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\nssl-client-verify: SUCCESS\r\n\r\n");
        Assert.DoesNotContain("ssl-client", await web.RequestAsync(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_page_and_a_subject()
    {
        await using var running = await StartAsync("auth-tls-error-page: https://b.com/cert, nginx.ingress.kubernetes.io/auth-tls-match-cn: CN=bob");
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        Assert.Contains("302 Moved Temporarily\r\n", await AskAsync(running, null), StringComparison.Ordinal);
        using var ann = ours.Leaf("ann");
        using var bob = ours.Leaf("bob");
        var denied = await AskAsync(running, ann);
        Assert.StartsWith("HTTP/1.1 403 ", denied, StringComparison.Ordinal);
        Assert.EndsWith("client certificate unauthorized", denied, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(running, bob), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_for_another_server_is_misdirected()
    {
        await using var running = await StartAsync("auth-tls-verify-client: \"on\"");
        await using var web = Backend.Saying("ok", running.Cluster.ServiceAt("web"));
        using var ann = ours.Leaf("ann");
        Assert.StartsWith("HTTP/1.1 421 ", await AskAsync(running, ann, sni: "b.com"), StringComparison.Ordinal);
        Assert.Equal("ingress.421.other-server", (await running.Seam.Journal.RequestAsync()).Outcome);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(running, ann, sni: "b.com", host: "b.com"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auth-tls-secret: shop/none", "auth-tls-secret: found 'shop/none'; there is no such Secret")]
    [InlineData("auth-tls-secret: clients", "auth-tls-secret: found 'clients'; namespace/name is wanted")]
    [InlineData("auth-tls-verify-client: maybe", "auth-tls-verify-client: found 'maybe'; on, off, optional or optional_no_ca is wanted")]
    [InlineData("auth-tls-match-cn: ann", "auth-tls-match-cn: found 'ann'; CN= and a regular expression are wanted")]
    [InlineData("auth-tls-error-page: /cert", "auth-tls-error-page: found '/cert'; a URL of http or https is wanted")]
    public void A_value_that_is_wrong_is_told(string annotation, string told)
    {
        var cluster = new Cluster(Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated(annotation)));
        Assert.Equal([$"metadata.annotations.nginx.ingress.kubernetes.io/{told}"], cluster.Told.Select(e => $"{e.Field}: {e.Message}".Split(". The Ingress isn't accepted")[0]));
    }

    public void Dispose()
    {
        ours.Dispose();
        others.Dispose();
    }

    private X509Certificate2? Of(string shown) => shown switch
    {
        "ours" => ours.Leaf("ann"), "others" => others.Leaf("ann"), "expired" => ours.Leaf("ann", expired: true), _ => null,
    };

    private Task<Running> StartAsync(string annotations, params (string Key, string Text)[] more) => Running.StartAsync(
        Service("web") + Secrets.Tls("a", ["a.com"]) + Secrets.Tls("b", ["b.com"]) + Secrets.Yaml("clients", "Opaque", [("ca.crt", ours.Authority.ExportCertificatePem()), .. more])
        + Routes("api", $"tls: [{{ hosts: [a.com], secretName: a }}], rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", Annotated("auth-tls-secret: shop/clients", annotations, "ssl-redirect: \"false\""))
        + Routes("other", $"tls: [{{ hosts: [b.com], secretName: b }}], rules: [{Rule("b.com", Path("/", "Prefix", "web"))}]"));

    private static async Task<string> AskAsync(Running running, X509Certificate2? certificate, string headers = "", string sni = "a.com", string host = "a.com")
    {
        await using var tls = await TlsPeer.HandshakeAsync(running.HttpsAt, sni, protocols: ["http/1.1"], certificate: certificate);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n"));
        using var reader = new StreamReader(tls, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
