using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Usher.Model.Aws;

namespace Usher.Journey.Tests;

/// <summary>
/// Several certificates at one listener, on the whole road: the default, one name with an RSA and with an ECDSA key, a wildcard, and a company's own.
/// </summary>
public sealed class CertificateTests(CertificateRoad certificates) : IClassFixture<CertificateRoad>
{
    [Theory]
    [InlineData("two.example.com", "", "two.example.com", "ECDSA")]
    [InlineData("two.example.com", "-tls1_2", "two.example.com", "ECDSA")]
    [InlineData("two.example.com", "-sigalgs RSA-PSS+SHA256:RSA+SHA256", "two.example.com", "RSA-PSS")]
    [InlineData("two.example.com", "-sigalgs ECDSA+SHA384:RSA-PSS+SHA256", "two.example.com", "RSA-PSS")] // P-384 isn't the curve of the ECDSA key
    [InlineData("two.example.com", "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256", "two.example.com", "RSA")]
    [InlineData("api.example.com", "", "*.example.com", "ECDSA")] // the list's wildcard before the default's very name
    [InlineData("other.org", "-noverify", "api.example.com", "RSA")]
    [InlineData("own.corp.example", "", "own.corp.example", "ECDSA")]
    [InlineData("own.corp.example", "-tls1_2", "own.corp.example", "ECDSA")]
    public async Task Openssl_gets_the_certificate_that_an_alb_would_show(string name, string flags, string subject, string key)
    {
        var road = await certificates.RunsAsync();
        var checks = flags == "-noverify" ? [] : (string[])["-verify_return_error", "-verify_hostname", name];
        var openssl = await Tool.RunAsync(
            "openssl",
            [
                "s_client", "-connect", road.Https.ToString(), "-servername", name, "-CAfile", certificates.Trust, "-no-CApath", "-showcerts",
                .. checks, .. flags.Replace("-noverify", "", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries),
            ]);
        Assert.True(openssl.ExitCode == 0, openssl.ToString());
        Assert.Contains($"subject=CN = {subject}\n", openssl.Output, StringComparison.Ordinal);
        Assert.Contains($"Peer signature type: {key}", openssl.Output, StringComparison.Ordinal);
        Assert.Equal(name == "own.corp.example", openssl.Output.Contains(" 1 s:CN = Corp Issuing CA", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_rsa_only_client_gets_rsa_and_the_journey_says_why()
    {
        var road = await certificates.RunsAsync();

        // The same curl, once as it is, once with a client that verifies no ECDSA.
        var rsa = await road.CurlAsync("--tls-max", "1.2", "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256", "-o", "/dev/null", "-w", "%{http_code}", "https://two.example.com/");
        Assert.True(rsa.Output == "404", rsa.ToString());
        var asked = (JsonElement journey) => journey.Text("url")!.Contains("two.example.com", StringComparison.Ordinal);
        var journey = (await road.JourneysAsync("it is listed", "limit=10", all => all.Any(asked))).First(asked);
        var facts = journey.Hop("tls").Facts();
        Assert.Equal(("RSA_2048", "RSA", "AMAZON_ISSUED"), (facts.Text("keyAlgorithm"), facts.Text("clientTakes"), facts.Text("type")));
        Assert.Contains(journey.Hop("tls").GetProperty("reasons").EnumerateArray(), r => r.Text("why") == "the client takes no ECDSA 256 key");
    }

    [Fact]
    public async Task A_client_that_no_certificate_suits_is_listed_with_the_way_out()
    {
        var road = await certificates.RunsAsync();
        var openssl = await Tool.RunAsync(
            "openssl", "s_client", "-connect", road.Https.ToString(), "-servername", "api.example.com", "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256");
        Assert.NotEqual(0, openssl.ExitCode);
        await road.UntilAsync("it is listed", () => road.ApiAsync("/api/journeys?failed=true").Result.EnumerateArray().Any(j => j.Text("outcome") == "tls.no-shared-key"));
        await road.UntilAsync("it is said", () => road.Errors.Contains("failed (tls.no-shared-cipher)", StringComparison.Ordinal));
        var listed = await road.UsherAsync("journeys", "--failed");
        Assert.Contains("- https://api.example.com", listed.Output, StringComparison.Ordinal);
    }
}

/// <summary>The sample road with five certificates at its listener, of two authorities.</summary>
public sealed class CertificateRoad : SharedRoad
{
    private readonly Manifests manifests;

    /// <summary>A road of its own manifests.</summary>
    public CertificateRoad()
        : this(Manifests.Sample())
    {
    }

    private CertificateRoad(Manifests manifests)
        : base(() => StartAsync(manifests), manifests) => this.manifests = manifests;

    /// <summary>What a client of both authorities would trust.</summary>
    internal string Trust => TrustIn(manifests);

    private static string TrustIn(Manifests manifests) => manifests.FileOf("trust.pem.txt");

    private static async Task<RunningRoad> StartAsync(Manifests manifests)
    {
        var arns = ((string[])["api-example-com", "two-rsa", "two-ec", "wild", "own"]).Select(name => AwsNames.CertificateArn(AwsScope.Default, name)).ToList();
        manifests.Change("edge.yaml", $"    - certificateARN: {arns[0]}\n", string.Concat(arns.Select(arn => $"    - certificateARN: {arn}\n")));
        var (leaf, intermediate, root) = Chain();
        var yaml = string.Join("---\n", [
            Requested("two-rsa", "two.example.com", "RSA_2048"), Requested("two-ec", "two.example.com", "EC_prime256v1"), Requested("wild", "*.example.com", "EC_prime256v1"),
            Validation("two.example.com"), Validation("example.com"),
            "apiVersion: v1\nkind: Secret\nmetadata: { name: own, namespace: shop }\nstringData:\n"
                + Block("tls.crt", leaf.ExportCertificatePem()) + Block("tls.key", leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())
                + Block("ca.crt", intermediate.ExportCertificatePem() + "\n" + root.ExportCertificatePem()),
            "apiVersion: acm.services.k8s.aws/v1alpha1\nkind: Certificate\nmetadata: { name: own, namespace: shop }\nspec:\n  certificate: { name: own, key: tls.crt }\n"
                + "  privateKey: { name: own, key: tls.key }\n  certificateChain: { name: own, key: ca.crt }\n",
        ]);
        manifests.Write("certificates.yaml", yaml);
        var road = await RunningRoad.StartAsync("--stand-in", "-f", manifests.Path);
        await File.WriteAllTextAsync(TrustIn(manifests), await File.ReadAllTextAsync(road.CaCertificate) + root.ExportCertificatePem() + "\n");
        return road;
    }

    private static string Requested(string name, string domain, string algorithm) =>
        $"apiVersion: acm.services.k8s.aws/v1alpha1\nkind: Certificate\nmetadata: {{ name: {name}, namespace: shop }}\nspec: {{ domainName: \"{domain}\", keyAlgorithm: {algorithm} }}\n";

    private static string Validation(string domain)
    {
        var (name, value) = AwsNames.ValidationRecord(AwsScope.Default, domain);
        return $"apiVersion: route53.services.k8s.aws/v1alpha1\nkind: RecordSet\nmetadata: {{ name: validation-{domain.Length}, namespace: shop }}\nspec:\n"
            + $"  name: {name}.\n  recordType: CNAME\n  ttl: 300\n  hostedZoneRef: {{ from: {{ name: example-com }} }}\n  resourceRecords: [{{ value: {value}. }}]\n";
    }

    private static string Block(string key, string pem) => $"  {key}: |\n{string.Concat(pem.Trim().Split('\n').Select(line => $"    {line}\n"))}";

    private static (X509Certificate2 Leaf, X509Certificate2 Intermediate, X509Certificate2 Root) Chain()
    {
        var root = Make("CN=Corp Root", null, null);
        var intermediate = Make("CN=Corp Issuing CA", root, null);
        return (Make("CN=own.corp.example", intermediate, "own.corp.example"), intermediate, root);
    }

    private static X509Certificate2 Make(string subject, X509Certificate2? issuer, string? name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(name is null, false, 0, critical: true));
        if (name is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
        }

        var now = TimeProvider.System.GetUtcNow();
        if (issuer is null) return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        using var signed = request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuer.GetECDsaPrivateKey()!), now.AddHours(-1), now.AddDays(20), RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
