using System.Text;
using k8s.Models;
using Usher.Model.Secrets;
using Usher.Tests;

namespace Usher.Certificates.Tests;

/// <summary>Secrets of type kubernetes.io/tls, as a listener of the load balancer or of an ingress pod would use them.</summary>
public sealed class TlsSecretTests
{
    [Fact]
    public void Has_the_certificate_its_chain_and_its_key()
    {
        var read = TlsSecret.Read(Secret(Pki.Pem(Pki.Leaf, Pki.Intermediate), Pki.Key(Pki.Leaf)), out var problems);

        Assert.Empty(problems);
        Assert.True(read!.Certificate.HasPrivateKey);
        Assert.Equal(["own.example.com", "*.own.example.com"], read.Names);
        Assert.Equal(["CN=own.example.com", "CN=Corp Issuing CA"], read.Subjects);
        Assert.Equal("CN=own.example.com", read.ToString());
        Assert.NotNull(read.Context);
    }

    [Theory]
    [InlineData("RSA_2048", "RSA PRIVATE KEY")]
    [InlineData("EC_prime256v1", "EC PRIVATE KEY")]
    public async Task Keys_as_openssl_writes_them_of_old_are_read(string algorithm, string label)
    {
        using var leaf = Pki.Make("CN=k.example.com", null, ["k.example.com"], algorithm);
        using var folder = new StateFolder();
        var path = Path.Combine(folder.Root, "key.pem");
        await File.WriteAllTextAsync(path, Pki.Key(leaf), TestContext.Current.CancellationToken);
        var (code, key) = await OpenSsl.Run("pkey", "-in", path, "-traditional");
        Assert.Equal(0, code);
        Assert.Contains(label, key, StringComparison.Ordinal);

        Assert.NotNull(TlsSecret.Read(Secret(Pki.Pem(leaf), $"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{key}"), out _));
    }

    [Fact]
    public void What_is_wrong_is_told_together_without_the_key()
    {
        var secret = Secret("x", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
        secret.Type = null;
        Assert.Null(TlsSecret.Read(secret, out var problems));
        Assert.Equal(
            [
                "type: found Opaque; kubernetes.io/tls is wanted",
                "data.tls.crt: has no certificate in PEM (-----BEGIN CERTIFICATE-----)",
                "data.tls.key: is no RSA or elliptic curve key, or was damaged on the way",
            ],
            problems.Select(p => $"{p.Field}: {p.Message}"));

        Assert.Null(TlsSecret.Read(new V1Secret { Type = TlsSecret.Type }, out problems));
        Assert.Equal(["has no tls.crt, which a Secret of type kubernetes.io/tls must have", "has no tls.key, which a Secret of type kubernetes.io/tls must have"], problems.Select(p => p.Message));
    }

    [Fact]
    public void A_key_of_another_certificate_is_told()
    {
        Assert.Null(TlsSecret.Read(Secret(Pki.Pem(Pki.Leaf), Pki.Key(Pki.Root)), out var problems));
        Assert.Equal(("data.tls.key", "is not the key of the certificate CN=own.example.com: it has another public key"), (problems[0].Field, problems[0].Message));
    }

    [Fact]
    public void StringData_goes_over_data()
    {
        var secret = new V1Secret { Data = new Dictionary<string, byte[]> { ["a"] = [1], ["b"] = [2] }, StringData = new Dictionary<string, string> { ["b"] = "x" } };
        Assert.Equal([1], secret.ValueOf("a"));
        Assert.Equal("x"u8.ToArray(), secret.ValueOf("b"));
        Assert.Null(secret.ValueOf("c"));
        Assert.Equal(["a", "b"], TlsSecret.KeysOf(secret));
    }

    private static V1Secret Secret(string crt, string key) => new()
    {
        Type = TlsSecret.Type,
        Data = new Dictionary<string, byte[]> { ["tls.crt"] = Encoding.ASCII.GetBytes(crt), ["tls.key"] = Encoding.ASCII.GetBytes(key) },
    };
}
