using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Tests;

namespace Usher.Certificates.Tests;

/// <summary>One's own certificates, as ImportCertificate takes them.</summary>
public sealed class ImportTests
{
    [Theory]
    [InlineData("-tls1_2", "own.example.com")]
    [InlineData("-tls1_3", "own.example.com")]
    [InlineData("-tls1_3", "any.own.example.com")]
    public async Task Is_served_with_its_chain_which_openssl_verifies(string version, string name)
    {
        using var folder = new StateFolder();
        using var hop = folder.Start();
        var generation = Imported().Certificate("default", "api.example.com").Https(443, "default", "own").CompileValid();
        await hop.Run(generation);
        using var server = new Server(sni => hop.Choose(generation, sni).Context!);
        var root = Path.Combine(folder.Root, "root.pem");
        await File.WriteAllTextAsync(root, Pki.Pem(Pki.Root), TestContext.Current.CancellationToken);

        var (code, output) = await OpenSsl.Run(
            "s_client", "-connect", server.Endpoint.ToString(), "-servername", name, version, "-CAfile", root, "-verify_return_error", "-verify_hostname", name, "-showcerts");

        Assert.Equal(0, code);
        Assert.Contains("Verify return code: 0 (ok)", output, StringComparison.Ordinal);
        Assert.Contains(" 1 s:CN = Corp Issuing CA", output, StringComparison.Ordinal);
        Assert.DoesNotContain(" 2 s:", output, StringComparison.Ordinal); // the root needn't be sent
        Assert.Equal([Road.Arn("default")], folder.Arns); // an imported one's home is its Secret

        var facts = hop.Choose(generation, name).Decision.Tell().Single().Facts;
        Assert.Equal(("IMPORTED", "CN=Corp Issuing CA", null), ((string?)facts["type"], (string?)facts["issuer"], facts["renewsFrom"]));
        Assert.Equal("""["CN=own.example.com","CN=Corp Issuing CA","CN=Corp Root"]""", facts["chain"]!.ToJsonString());
    }

    [Theory]
    [InlineData("RSA_1024")]
    [InlineData("RSA_2048")]
    [InlineData("RSA_3072")]
    [InlineData("RSA_4096")]
    [InlineData("EC_prime256v1")]
    [InlineData("EC_secp384r1")]
    [InlineData("EC_secp521r1")]
    public async Task Every_key_that_acm_imports_is_served(string algorithm)
    {
        using var leaf = Pki.Make("CN=k.example.com", null, ["k.example.com"], algorithm);
        using var folder = new StateFolder();
        using var hop = folder.Start();
        var generation = new Road().Secret("s", ("crt", Pki.Pem(leaf)), ("key", Pki.Key(leaf))).Import("own", "s/crt", "s/key").Https(443, "own").CompileValid();
        await hop.Run(generation);
        Assert.Equal(algorithm, generation.Get<CertificateSnapshot>().Certificates[Road.Arn("own")].KeyAlgorithm);
        Assert.False(Directory.Exists(folder.Ca)); // no CA is made for it

        using var server = new Server(sni => hop.Choose(generation, sni).Context!);
        // A client of security level 1 takes the 1,024-bit key too; whether the machine's OpenSSL serves it, is its own policy's matter.
        var (code, output) = await OpenSsl.Run("s_client", "-connect", server.Endpoint.ToString(), "-servername", "k.example.com", "-cipher", "DEFAULT@SECLEVEL=1");
        if (algorithm == "RSA_1024" && code != 0) Assert.Contains("alert", output, StringComparison.Ordinal);
        else Assert.Contains("subject=CN = k.example.com", output, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Mistakes => new()
    {
        { "no secret", "spec.certificate.name there is no Secret shop/nowhere; there are shop/s" },
        { "no key in it", "spec.privateKey.key Secret shop/s has no key nothing; it has chain, crt, key" },
        { "tls type", "spec.certificate.name Secret shop/s has the type kubernetes.io/tls; ACK reads Opaque ones only: keep a copy of it with that type" },
        { "der", "spec.certificate crt of Secret shop/s has no certificate in PEM (-----BEGIN CERTIFICATE-----); it looks like DER: openssl x509 -inform der -in FILE -out FILE.pem" },
        { "base64 twice", "spec.certificate crt of Secret shop/s has no certificate in PEM (-----BEGIN CERTIFICATE-----); it is base64 of PEM: in a Secret's data it is encoded once, in stringData not at all" },
        { "damaged", "spec.certificate crt of Secret shop/s certificate 1 in it is no X.509 certificate: it was damaged on the way" },
        { "full chain", "spec.certificate crt of Secret shop/s has 2 certificates; ACM takes one here: put those behind it under a key of their own and name that in spec.certificateChain" },
        { "other key", "spec.privateKey key of Secret shop/s is not the key of the certificate CN=own.example.com: it has another public key" },
        { "rsa key", "spec.privateKey key of Secret shop/s is not the key of the certificate CN=own.example.com: it has another public key" },
        { "encrypted key", "spec.privateKey key of Secret shop/s is encrypted; a key without a passphrase is wanted: openssl pkey -in KEY -out PLAIN" },
        { "two keys", "spec.privateKey key of Secret shop/s has 2 private keys; one is wanted" },
        { "half a key", "spec.privateKey key of Secret shop/s is no RSA or elliptic curve key, or was damaged on the way" },
        { "no key pem", "spec.privateKey key of Secret shop/s has no private key in PEM (-----BEGIN PRIVATE KEY-----)" },
        { "long key", "spec.privateKey key of Secret shop/s has 6000 bytes; at most 5120 are allowed" },
        { "no chain", "spec.certificateChain is required: CN=own.example.com is signed by CN=Corp Issuing CA, whose certificate belongs here (a self-signed one needs no chain)" },
        { "chain in disorder", "spec.certificateChain certificate 1 of chain of Secret shop/s (CN=Corp Root) didn't sign the one before it (CN=own.example.com, signed by CN=Corp Issuing CA); the immediate signer comes first, then its own, in order" },
        { "same name, other key", "spec.certificateChain certificate 1 of chain of Secret shop/s (CN=Corp Issuing CA) didn't sign the one before it (CN=own.example.com, signed by CN=Corp Issuing CA); the immediate signer comes first, then its own, in order" },
        { "leaf in chain", "spec.certificateChain certificate 1 of chain of Secret shop/s is the one in spec.certificate itself; only those behind it belong here" },
        { "curve", "spec.certificate crt of Secret shop/s (CN=k.example.com) has a key that ACM doesn't import; allowed are EC_prime256v1, EC_secp384r1, EC_secp521r1, RSA_1024, RSA_2048, RSA_3072, RSA_4096" },
        { "nameless", "spec.certificate crt of Secret shop/s names nobody: a DNS name or an IP address is wanted among its alternative names, or as its common name" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Refuses_what_acm_refuses(string mistake, string expected)
    {
        using var curve = Pki.Make("CN=k.example.com", null, ["k.example.com"], "EC_secp256k1");
        using var nameless = Pki.Make("O=Corp", null);
        using var impostor = Pki.Make("CN=Corp Issuing CA", Pki.Root, isAuthority: true);
        using var other = Pki.Make("CN=other", null);
        using var rsa = Pki.Make("CN=other", null, algorithm: "RSA_2048");
        using var encrypted = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (crt, key, chain) = (Pki.Pem(Pki.Leaf), Pki.Key(Pki.Leaf), Pki.Pem(Pki.Intermediate, Pki.Root));
        (crt, key, chain) = mistake switch
        {
            "der" => (System.Text.Encoding.Latin1.GetString(Pki.Leaf.RawData), key, chain),
            "base64 twice" => (Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(crt)), key, chain),
            "damaged" => ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", key, chain),
            "full chain" => (Pki.Pem(Pki.Leaf, Pki.Intermediate), key, chain),
            "other key" => (crt, Pki.Key(other), chain),
            "rsa key" => (crt, Pki.Key(rsa), chain),
            "encrypted key" => (crt, encrypted.ExportEncryptedPkcs8PrivateKeyPem("x", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)), chain),
            "two keys" => (crt, key + key, chain),
            "half a key" => (crt, "-----BEGIN PRIVATE KEY-----\n" + key.Split('\n')[1] + "\n-----END PRIVATE KEY-----\n", chain),
            "no key pem" => (crt, "secret words", chain),
            "long key" => (crt, key + new string('\n', 6000 - key.Length), chain),
            "chain in disorder" => (crt, key, Pki.Pem(Pki.Root, Pki.Intermediate)),
            "same name, other key" => (crt, key, Pki.Pem(impostor, Pki.Root)),
            "leaf in chain" => (crt, key, Pki.Pem(Pki.Leaf, Pki.Intermediate)),
            "curve" => (Pki.Pem(curve), Pki.Key(curve), chain),
            "nameless" => (Pki.Pem(nameless), Pki.Key(nameless), chain),
            _ => (crt, key, chain),
        };
        var road = new Road().Secret(mistake == "tls type" ? "kubernetes.io/tls" : "Opaque", "s", ("crt", crt), ("key", key), ("chain", chain))
            .Import("own", mistake == "no secret" ? "nowhere/crt" : "s/crt", mistake == "no key in it" ? "s/nothing" : "s/key", mistake == "no chain" ? null : "s/chain")
            .Https(443, "own");
        road.Compile();

        var errors = road.Errors.All.Select(e => $"{e.Object} {e.Field} {e.Message}").ToList();
        Assert.Contains($"Certificate shop/own {expected}", errors);
        Assert.DoesNotContain(errors, e => key.Split('\n').Where(line => line.Length > 20 && line[0] != '-').Any(line => e.Contains(line, StringComparison.Ordinal)));
        Assert.DoesNotContain(errors, e => e.Contains("secret words", StringComparison.Ordinal));
    }

    [Fact]
    public void All_mistakes_of_one_are_told_together()
    {
        var road = new Road().Secret("s", ("crt", "none"), ("key", "none"), ("chain", "none")).Import("own", "s/crt", "s/key", "s/chain");
        road.Compile();
        Assert.Equal(["spec.certificate", "spec.certificateChain", "spec.privateKey"], road.Errors.All.Select(e => e.Field).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(-10, -1)]
    [InlineData(2, 10)]
    public async Task What_isnt_valid_now_isnt_imported(int fromDay, int toDay)
    {
        using var leaf = Pki.Make("CN=k.example.com", null, ["k.example.com"], fromDay: fromDay, toDay: toDay);
        using var folder = new StateFolder();
        using var hop = folder.Start();
        var errors = new ErrorList();
        await using var change = await hop.Prepare(Own(leaf), errors);

        var error = Assert.Single(errors.All);
        Assert.Equal(("Certificate shop/own", "spec.certificate"), (error.Object, error.Field));
        Assert.Contains("ACM imports only what is valid now", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Isnt_renewed_but_warned_of_daily_and_one_that_ended_while_it_runs_is_served_on()
    {
        using var leaf = Pki.Make("CN=k.example.com", null, ["k.example.com"], toDay: 100);
        using var folder = new StateFolder();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var hop = folder.Start(time);
        await hop.Run(Own(leaf));
        Assert.Null(Facts()["warning"]);

        time.Advance(TimeSpan.FromDays(54));
        Assert.Empty(hop.Log.All);
        for (var day = 0; day < 3; day++) time.Advance(TimeSpan.FromDays(1));
        Assert.InRange(hop.Log.All.Count, 2, 3);
        Assert.All(hop.Log.All, line => Assert.StartsWith("Warning: Certificate shop/own (k.example.com) ends at ", line, StringComparison.Ordinal));
        Assert.StartsWith("ends in 4", (string?)Facts()["warning"], StringComparison.Ordinal);
        Assert.Equal(leaf.SerialNumber, (string?)Facts()["serial"]);

        time.Advance(TimeSpan.FromDays(60));
        var account = hop.Choose(Own(leaf), "k.example.com").Decision.Tell().Single();
        Assert.Equal((false, "tls.expired"), (account.Ok, account.Outcome));
        Assert.NotNull(hop.Choose(Own(leaf), "k.example.com").Context);
        await hop.Run(Own(leaf, 2)); // another change doesn't import it again

        System.Text.Json.Nodes.JsonObject Facts() => hop.Choose(Own(leaf), "k.example.com").Decision.Tell().Single().Facts;
    }

    [Fact]
    public async Task Another_one_in_its_secret_is_another_leaf()
    {
        using var leaf = Pki.Make("CN=k.example.com", null, ["k.example.com"]);
        using var folder = new StateFolder();
        using var hop = folder.Start();
        await hop.Run(Own(Pki.Make("CN=k.example.com", null, ["k.example.com"])));
        await hop.Run(Own(leaf, 2));
        Assert.Equal(leaf.SerialNumber, hop.Serial(Own(leaf), "k.example.com"));
    }

    [Fact]
    public void Of_a_certificate_of_files_an_explanation_knows_the_dates()
    {
        using var ended = Pki.Make("CN=k.example.com", null, ["k.example.com"], fromDay: -10, toDay: -1);
        var decision = new CertificateDecision(
            Own(ended).Get<CertificateSnapshot>(), Leaves.None.Facts,
            new CertificateFacts(Road.ListenerArn(443), "k.example.com", At: TimeProvider.System.GetUtcNow()));
        var account = decision.Tell().Single();
        Assert.Equal("tls.expired", account.Outcome);
        Assert.Equal(ended.SerialNumber, (string?)account.Facts["serial"]);
    }

    [Fact]
    public void Names_without_alternatives_are_the_common_name()
    {
        using var leaf = Pki.Make("CN=Plain.example.com", null);
        Assert.Equal(["plain.example.com"], Own(leaf).Get<CertificateSnapshot>().Certificates[Road.Arn("own")].Names);
    }

    private static Generation Own(X509Certificate2 leaf, long number = 1) =>
        new Road().Secret("s", ("crt", Pki.Pem(leaf)), ("key", Pki.Key(leaf))).Import("own", "s/crt", "s/key").Https(443, "own").CompileValid(number);

    private static Road Imported() => new Road()
        .Secret("s", ("crt", Pki.Pem(Pki.Leaf)), ("key", Pki.Key(Pki.Leaf)), ("chain", Pki.Pem(Pki.Intermediate, Pki.Root)))
        .Import("own", "s/crt", "s/key", "s/chain");
}
