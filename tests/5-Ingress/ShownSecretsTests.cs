using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Usher.Ingress.Tests.Gateways;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>Which Secrets' certificates are told to be shown.</summary>
public sealed class ShownSecretsTests
{
    private static readonly string Web = Service("web");

    [Fact]
    public void A_controllers_are_those_of_its_hosts_and_the_default_one_each_once()
    {
        var cluster = new Cluster("---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: nginx }\nspec: { controller: k8s.io/ingress-nginx }\n"
            + Pod("controller", "10.0.1.20", "--default-ssl-certificate=shop/star") + Web
            + Secrets.Tls("star", ["*.example.com"], type: "Opaque") + Secrets.Tls("a", ["a.com", "www.a.com"]) + Secrets.Tls("idle", ["idle.com"]) + Secrets.Tls("other", ["b.com"])
            + Routes("a", $"tls: [{{ hosts: [a.com, www.a.com], secretName: a }}], rules: [{Rule("a.com", Path("/", "Prefix", "web"))}, {Rule("www.a.com", Path("/", "Prefix", "web"))}]")
            // Its certificate isn't for the host, so that the default one is shown.
            + Routes("c", $"tls: [{{ hosts: [c.com], secretName: other }}], rules: [{Rule("c.com", Path("/", "Prefix", "web"))}]"), standard: false).Valid();

        Assert.Equal(["Secret shop/a a.com", "Secret shop/star *.example.com"], Told(cluster.Generation));
    }

    [Fact]
    public void One_without_a_name_is_told_by_its_subject_and_the_controllers_own_fake_one_is_none()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var nameless = new CertificateRequest("CN=nameless", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.Parse("2026-01-01Z", CultureInfo.InvariantCulture), DateTimeOffset.Parse("2027-02-03Z", CultureInfo.InvariantCulture));
        var listener = "{ name: https, protocol: HTTPS, port: 443, tls: { certificateRefs: [{ name: own }] } }";
        var gateway = new GatewayCluster(GatewayCluster.Gateway(listener) + Secrets.Yaml("own", "kubernetes.io/tls", ("tls.crt", nameless.ExportCertificatePem()), ("tls.key", key.ExportPkcs8PrivateKeyPem())));

        var told = Assert.Single(new ShownSecrets().Shown(gateway.Generation));
        Assert.Equal(new SecretCertificateReport(new ResourceKey("", "Secret", "shop", "own"), "CN=nameless", new DateTimeOffset(2027, 2, 3, 0, 0, 0, TimeSpan.Zero)), told);
        Assert.Empty(Told(new Cluster(Web + Routes("a", $"tls: [{{ hosts: [a.com] }}], rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]")).Generation));
    }

    [Fact]
    public void A_Gateways_are_all_of_the_listeners_where_TLS_ends()
    {
        var gateway = new GatewayCluster(
            GatewayCluster.Gateway(
                "{ name: a, protocol: HTTPS, port: 443, hostname: a.com, tls: { certificateRefs: [{ name: a }, { name: b }] } }",
                "{ name: b, protocol: TLS, port: 443, hostname: b.com, tls: { certificateRefs: [{ name: b }] } }",
                "{ name: past, protocol: TLS, port: 443, hostname: c.com, tls: { mode: Passthrough } }",
                "{ name: http, protocol: HTTP, port: 80 }")
            + Secrets.Tls("b", ["b.com"]) + Secrets.Tls("a", ["a.com"]) + Secrets.Tls("idle", ["idle.com"]));

        Assert.Equal(["Secret shop/a a.com", "Secret shop/b b.com"], Told(gateway.Generation));
    }

    private static IEnumerable<string> Told(Generation generation) => new ShownSecrets().Shown(generation).Select(s => $"{s.Secret} {s.Domain}");
}
