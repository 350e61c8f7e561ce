using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Usher.Model.Secrets;

/// <summary>
/// Certificates and private keys as PEM (RFC 7468) → what a TLS server can use. Pure. A problem is told as a sentence that never shows the
/// material itself.
/// </summary>
public static class CertificatePem
{
    private const string CertificateLabel = "CERTIFICATE";
    private const string RevocationListLabel = "X509 CRL";

    /// <summary>Every certificate of a text, in its order.</summary>
    /// <param name="pem">The text.</param>
    /// <param name="problem">What is wrong and the way out; null when nothing is. Then there is at least one certificate.</param>
    public static ImmutableArray<X509Certificate2> ReadCertificates(ReadOnlySpan<byte> pem, out string? problem)
    {
        var found = ImmutableArray.CreateBuilder<X509Certificate2>();
        problem = null;
        foreach (var (label, der) in Blocks(pem))
        {
            if (label != CertificateLabel) continue;
            try
            {
                found.Add(X509CertificateLoader.LoadCertificate(der));
            }
            catch (CryptographicException)
            {
                problem = $"certificate {found.Count + 1} in it is no X.509 certificate: it was damaged on the way";
                return [];
            }
        }

        if (found.Count == 0) problem = $"has no certificate in PEM (-----BEGIN CERTIFICATE-----){InsteadOf(pem, "x509")}";
        return found.ToImmutable();
    }

    /// <summary>The revocation lists of a text.</summary>
    /// <param name="pem">The text.</param>
    /// <param name="problem">What is wrong and the way out; null when nothing is.</param>
    public static ImmutableArray<RevocationList> ReadRevocationLists(ReadOnlySpan<byte> pem, out string? problem)
    {
        var found = ImmutableArray.CreateBuilder<RevocationList>();
        problem = null;
        foreach (var (label, der) in Blocks(pem))
        {
            if (label != RevocationListLabel) continue;
            var list = RevocationList.Read(der);
            var number = found.Count + 1;
            if (list is null) problem = $"list {number} in it is no certificate revocation list: it was damaged on the way";
            else if (list.Unknown is { } unknown) problem = $"list {number} in it has the critical extension {unknown}, which isn't supported: a full list of its issuer's certificates is wanted";
            else if (!list.IsVerifiable) problem = $"list {number} in it is signed by an algorithm that isn't supported: RSA or ECDSA with SHA-256, SHA-384 or SHA-512 is wanted";
            if (problem is not null) return [];
            found.Add(list!);
        }

        if (found.Count == 0) problem = $"has no revocation list in PEM (-----BEGIN {RevocationListLabel}-----){InsteadOf(pem, "crl")}";
        return found.ToImmutable();
    }

    /// <summary>The one private key of a text: RSA or elliptic curve, PKCS#8, PKCS#1 or SEC 1.</summary>
    /// <param name="pem">The text.</param>
    /// <param name="problem">What is wrong and the way out; null when nothing is.</param>
    public static AsymmetricAlgorithm? ReadKey(ReadOnlySpan<byte> pem, out string? problem)
    {
        var keys = Blocks(pem).Where(b => b.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)).ToList();
        if (pem.IndexOf("ENCRYPTED"u8) >= 0)
        {
            problem = "is encrypted; a key without a passphrase is wanted: openssl pkey -in KEY -out PLAIN";
            return null;
        }

        if (keys.Count != 1)
        {
            problem = keys.Count == 0 ? $"has no private key in PEM (-----BEGIN PRIVATE KEY-----){InsteadOf(pem, "pkey")}" : $"has {keys.Count} private keys; one is wanted";
            return null;
        }

        var key = Import(keys[0].Label, keys[0].Der);
        problem = key is null ? "is no RSA or elliptic curve key, or was damaged on the way" : null;
        return key;
    }

    /// <summary>The certificate with its key.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="key">What <see cref="ReadKey"/> gave.</param>
    /// <param name="problem">Says that they don't belong together; null when they do.</param>
    public static X509Certificate2? Pair(X509Certificate2 certificate, AsymmetricAlgorithm key, out string? problem)
    {
        try
        {
            problem = null;
            return key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or CryptographicException)
        {
            problem = $"is not the key of the certificate {certificate.Subject}: it has another public key";
            return null;
        }
    }

    /// <summary>Whether a certificate's issuer is this one: by name, key identifiers and signature.</summary>
    public static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        if (!certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData)) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(issuer);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllFlags;
        chain.ChainPolicy.VerificationTime = certificate.NotBefore;
        chain.Build(certificate);
        var elements = chain.ChainElements;
        var linked = IsSelfIssued(certificate) ? elements.Count == 1 : elements.Count > 1 && elements[1].Certificate.RawData.AsSpan().SequenceEqual(issuer.RawData);
        return linked && !elements[0].ChainElementStatus.Any(s => s.Status.HasFlag(X509ChainStatusFlags.NotSignatureValid));
    }

    /// <summary>Whether a certificate names itself as its issuer.</summary>
    public static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.IssuerName.RawData.AsSpan().SequenceEqual(certificate.SubjectName.RawData);

    private static List<(string Label, byte[] Der)> Blocks(ReadOnlySpan<byte> pem)
    {
        var blocks = new List<(string, byte[])>();
        ReadOnlySpan<char> text = Encoding.Latin1.GetString(pem);
        while (PemEncoding.TryFind(text, out var fields))
        {
            var der = new byte[fields.DecodedDataLength];
            if (Convert.TryFromBase64Chars(text[fields.Base64Data], der, out var length)) blocks.Add((text[fields.Label].ToString(), der[..length]));
            text = text[fields.Location.End..];
        }

        return blocks;
    }

    private static AsymmetricAlgorithm? Import(string label, byte[] der)
    {
        var rsa = RSA.Create();
        if (label != "EC PRIVATE KEY" && Takes(() =>
        {
            if (label == "RSA PRIVATE KEY") rsa.ImportRSAPrivateKey(der, out _);
            else rsa.ImportPkcs8PrivateKey(der, out _);
        }))
        {
            return rsa;
        }

        rsa.Dispose();
        var ecdsa = ECDsa.Create();
        if (label != "RSA PRIVATE KEY" && Takes(() =>
        {
            if (label == "EC PRIVATE KEY") ecdsa.ImportECPrivateKey(der, out _);
            else ecdsa.ImportPkcs8PrivateKey(der, out _);
        }))
        {
            return ecdsa;
        }

        ecdsa.Dispose();
        return null;
    }

    private static bool Takes(Action import)
    {
        try
        {
            import();
            return true;
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    /// <summary>A hint at what was given in the place of PEM.</summary>
    private static string InsteadOf(ReadOnlySpan<byte> found, string command) =>
        found.IsEmpty ? "; it is empty"
        : found[0] == 0x30 ? $"; it looks like DER: openssl {command} -inform der -in FILE -out FILE.pem"
        : found.IndexOf("-----BEGIN"u8) < 0 && found.StartsWith("LS0tLS1"u8) ? "; it is base64 of PEM: in a Secret's data it is encoded once, in stringData not at all"
        : "";
}
