using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Certificates;

/// <summary>
/// Signs leaves as ACM does: 198 days since February 2026, before that 395 (ACM User Guide, "AWS Certificate Manager public certificates"),
/// for server authentication only.
/// </summary>
internal static class LeafIssuer
{
    /// <summary>How long a leaf is valid.</summary>
    internal static readonly TimeSpan Validity = TimeSpan.FromDays(198);

    /// <summary>How long before its end ACM renews a certificate (the same page).</summary>
    internal static readonly TimeSpan RenewBefore = TimeSpan.FromDays(45);

    /// <summary>Clocks that are behind by an hour still take a fresh certificate, as with AWS Private CA.</summary>
    internal static readonly TimeSpan Backdating = TimeSpan.FromHours(1);

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Makes a key and signs a certificate for it.</summary>
    /// <param name="certificate">What it must say.</param>
    /// <param name="authority">The CA.</param>
    /// <param name="now">The start of its validity.</param>
    /// <param name="renewed">The serial number of the leaf whose place it takes, or null.</param>
    internal static Leaf Issue(CompiledCertificate certificate, LoadedAuthority authority, DateTimeOffset now, string? renewed = null)
    {
        using var key = certificate.Algorithm.NewKey();
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(certificate.DomainName);
        var rsa = key as RSA;
        var request = rsa is not null
            ? new CertificateRequest(name.Build(), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(name.Build(), (ECDsa)key, HashAlgorithmName.SHA256);

        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var dns in certificate.Names) alternatives.AddDnsName(dns);
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | (rsa is null ? X509KeyUsageFlags.None : X509KeyUsageFlags.KeyEncipherment), critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority.Certificate, true, false));

        var start = now - Backdating;
        var end = now + Validity - TimeSpan.FromSeconds(1);
        var authorityEnd = new DateTimeOffset(authority.Certificate.NotAfter.ToUniversalTime());
        using var signed = request.Create(
            authority.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(authority.Key),
            start, end < authorityEnd ? end : authorityEnd, Serial());
        var leaf = new Leaf(certificate.Leaf, rsa is not null ? signed.CopyWithPrivateKey(rsa) : signed.CopyWithPrivateKey((ECDsa)key), authority);
        return renewed is null ? leaf : leaf.InPlaceOf(renewed);
    }

    /// <summary>Whether ACM would have renewed it by now. One that ends with its CA can't get longer, so it isn't.</summary>
    internal static bool IsDue(DateTimeOffset notAfter, LoadedAuthority authority, DateTimeOffset now) =>
        now >= notAfter - RenewBefore && notAfter < authority.Certificate.NotAfter.ToUniversalTime();

    /// <summary>Sixteen random octets, positive (RFC 5280 section 4.1.2.2).</summary>
    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return serial;
    }
}
