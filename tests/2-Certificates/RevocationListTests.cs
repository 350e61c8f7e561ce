using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CsCheck;
using Usher.Model.Secrets;
using Usher.Tests;

namespace Usher.Certificates.Tests;

/// <summary>Revocation lists, as openssl makes them and as nobody should.</summary>
public sealed class RevocationListTests
{
    [Theory]
    [InlineData("EC_prime256v1", "sha256")]
    [InlineData("EC_secp384r1", "sha384")]
    [InlineData("RSA_2048", "sha512")]
    public async Task Those_of_openssl_are_read(string algorithm, string digest)
    {
        using var authority = Pki.Make("CN=Lists", null, algorithm: algorithm, isAuthority: true);
        using var other = Pki.Make("CN=Lists", null, algorithm: algorithm, isAuthority: true);
        using var revoked = Pki.Make("CN=gone", authority);
        using var valid = Pki.Make("CN=there", authority);
        using var folder = new StateFolder();
        string At(string name) => Path.Combine(folder.Root, name);
        await File.WriteAllTextAsync(At("ca.pem"), Pki.Pem(authority), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(At("ca.key"), Pki.Key(authority), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(At("gone.pem"), Pki.Pem(revoked), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(At("index.txt"), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(At("ca.cnf"), $"[ca]\ndefault_ca=d\n[d]\ndatabase={At("index.txt")}\ndefault_md={digest}\ndefault_crl_days=10\n", TestContext.Current.CancellationToken);
        string[] ca = ["ca", "-config", At("ca.cnf"), "-keyfile", At("ca.key"), "-cert", At("ca.pem")];
        Assert.Equal(0, (await OpenSsl.Run([.. ca, "-revoke", At("gone.pem"), "-crl_reason", "keyCompromise"])).Code);
        Assert.Equal(0, (await OpenSsl.Run([.. ca, "-gencrl", "-out", At("crl.pem")])).Code);

        var list = Assert.Single(CertificatePem.ReadRevocationLists(await File.ReadAllBytesAsync(At("crl.pem"), TestContext.Current.CancellationToken), out var problem));

        Assert.Null(problem);
        Assert.Equal((true, false), (list.Has(revoked), list.Has(valid)));
        Assert.Equal((true, false), (list.IsOf(valid), list.IsOf(Pki.Leaf)));
        Assert.Equal((true, false), (list.IsSignedBy(authority), list.IsSignedBy(other)));
        Assert.Equal(TimeSpan.FromDays(10), list.NextUpdate - list.ThisUpdate);
    }

    [Theory]
    [InlineData("", "has no revocation list in PEM (-----BEGIN X509 CRL-----)")]
    [InlineData("damaged", "list 1 in it is no certificate revocation list: it was damaged on the way")]
    [InlineData("delta", "list 1 in it has the critical extension 2.5.29.27, which isn't supported: a full list of its issuer's certificates is wanted")]
    [InlineData("SHA-1", "list 1 in it is signed by an algorithm that isn't supported: RSA or ECDSA with SHA-256, SHA-384 or SHA-512 is wanted")]
    public void What_cannot_be_used_is_told(string which, string told)
    {
        var pem = which switch
        {
            "damaged" => PemEncoding.WriteString("X509 CRL", Made().AsSpan(0, 40)),
            "delta" => PemEncoding.WriteString("X509 CRL", Written("1.2.840.10045.4.3.2", "2.5.29.27")),
            "SHA-1" => PemEncoding.WriteString("X509 CRL", Written("1.2.840.10045.4.1", null)),
            _ => "",
        };

        Assert.Empty(CertificatePem.ReadRevocationLists(Encoding.ASCII.GetBytes(pem), out var problem));
        Assert.StartsWith(told, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_bytes_are_read_without_an_exception()
    {
        var der = Made();
        Gen.Select(Gen.Select(Gen.Int[0, der.Length - 1], Gen.Byte).Array[1, 4], Gen.Frequency((3, Gen.Const(der.Length)), (1, Gen.Int[0, der.Length]))).Sample((changes, length) =>
        {
            var bytes = der.ToArray();
            foreach (var (at, value) in changes) bytes[at] = value;
            if (RevocationList.Read(bytes.AsMemory(0, length)) is { } list) _ = list.Has(Pki.Leaf) || list.IsSignedBy(Pki.Intermediate);
        });
    }

    private static byte[] Made()
    {
        var list = new CertificateRevocationListBuilder();
        list.AddEntry(Pki.Leaf);
        return list.Build(Pki.Intermediate, 1, Pki.Intermediate.NotAfter, HashAlgorithmName.SHA256, null, Pki.Intermediate.NotBefore);
    }

    /// <summary>One that the framework doesn't make: by another algorithm, or with a critical extension, such as of what says only what has changed since another (RFC 5280, section 5.2.4).</summary>
    private static byte[] Written(string algorithm, string? critical)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                using (writer.PushSequence()) writer.WriteObjectIdentifier(algorithm);
                writer.WriteEncodedValue(Pki.Root.SubjectName.RawData);
                writer.WriteUtcTime(Pki.Root.NotBefore);
                if (critical is not null) Extension(writer, critical);
            }

            using (writer.PushSequence()) writer.WriteObjectIdentifier(algorithm);
            writer.WriteBitString([0]);
        }

        return writer.Encode();
    }

    private static void Extension(AsnWriter writer, string critical)
    {
        using var extensions = writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
        using var all = writer.PushSequence();
        using var one = writer.PushSequence();
        writer.WriteObjectIdentifier(critical);
        writer.WriteBoolean(true);
        writer.WriteOctetString([2, 1, 1]);
    }
}
