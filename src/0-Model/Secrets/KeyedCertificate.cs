using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Model.Secrets;

/// <summary>
/// A server's certificate with its private key and the certificates that vouch for it, in the order in which they are sent: each certifies the one before.
/// No record, so that nothing prints the key.
/// </summary>
public sealed class KeyedCertificate
{
    private readonly Lazy<SslStreamCertificateContext> context;

    /// <summary>Puts together what <see cref="CertificatePem"/> read and found to belong together.</summary>
    /// <param name="certificate">The certificate with its private key.</param>
    /// <param name="chain">Its issuer's, and so on.</param>
    public KeyedCertificate(X509Certificate2 certificate, ImmutableArray<X509Certificate2> chain)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Certificate = certificate;
        Chain = chain;
        Names = NamesOf(certificate);
        Fingerprint = Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));
        // Offline: neither intermediates nor OCSP answers are fetched from anywhere.
        context = new(() => SslStreamCertificateContext.Create(Certificate, [.. Chain], offline: true));
    }

    /// <summary>The certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificates behind it; empty when it came alone.</summary>
    public ImmutableArray<X509Certificate2> Chain { get; }

    /// <summary>The DNS names that it is for, in lower case: its alternative names, or its common name when it has none (RFC 6125 section 6.4.4). May be empty.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The certificate's SHA-256 in hex.</summary>
    public string Fingerprint { get; }

    /// <summary>Start of its validity.</summary>
    public DateTimeOffset NotBefore => Certificate.NotBefore.ToUniversalTime();

    /// <summary>End of its validity.</summary>
    public DateTimeOffset NotAfter => Certificate.NotAfter.ToUniversalTime();

    /// <summary>The subjects from the certificate to the last of its chain.</summary>
    public ImmutableArray<string> Subjects => [Certificate.Subject, .. Chain.Select(c => c.Subject)];

    /// <summary>What a TLS server is given. Made when first asked for.</summary>
    public SslStreamCertificateContext Context => context.Value;

    /// <summary>The subject.</summary>
    public override string ToString() => Certificate.Subject;

    private static ImmutableArray<string> NamesOf(X509Certificate2 certificate)
    {
        var alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames()).ToList();
        var hasAlternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Any();
        var common = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        IEnumerable<string> names = hasAlternatives
            ? alternatives.OrderBy(name => name.Equals(common, StringComparison.OrdinalIgnoreCase) ? 0 : 1)
            : common.Contains('.', StringComparison.Ordinal) ? [common] : [];
        return [.. names.Select(name => name.TrimEnd('.').ToLowerInvariant()).Distinct()];
    }
}
